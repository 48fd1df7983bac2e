import Domain
import Realtime
import Server
import Wire

/// What a client asks for when it connects, read from the query and the headers of its request.
struct RealtimeRequest {
  var sessionID: String?
  /// Only this job's messages, a snapshot of it first.
  var jobID: String?
  var subscription: Subscription
  /// Where it left off. Set but unreadable is a gap, not an error: the client needs a snapshot.
  var resume = Arrival.Resume.fresh

  /// - Throws: ``RealtimeRefusal`` with the close code for a WebSocket and the error for events.
  init(_ request: Request) throws {
    let query = request.head.query
    sessionID = query["session_id"]
    if let sessionID, !Self.isUUID(sessionID) {
      throw RealtimeRefusal(.invalidSession, AppError(.invalid, "session_id must be a UUID."))
    }
    jobID = query["job_id"]
    if let jobID {
      guard Identifier.isValid(jobID) else {
        throw RealtimeRefusal(.policyViolation, AppError(.invalid, "job_id is not the id of a job."))
      }
      subscription = .only([.job(jobID)])
    } else if let preset = Self.preset(request.head.path) ?? query["topics"] {
      subscription = .only(try Self.topics(preset))
    } else {
      subscription = .everything
    }
    // An EventSource that reconnects hands back the last id in a header; its URL still has the first one.
    if let cursor = request.head.fields["last-event-id"] ?? query["since"], !cursor.isEmpty {
      resume = StreamPosition(cursor: cursor).map(Arrival.Resume.after) ?? .unreadable
    }
  }

  /// `/ws/engines` and `/ws/events` are the same stream with the topics named by the path.
  private static func preset(_ path: String) -> String? {
    switch path {
    case "/ws/engines": "engines"
    case "/ws/events": "events"
    default: nil
    }
  }

  private static func topics(_ list: String) throws -> Set<Topic> {
    var topics = Set<Topic>()
    let names = list.split(separator: ",", maxSplits: Subscription.maxTopics)
    guard names.count <= Subscription.maxTopics else {
      throw RealtimeRefusal(
        .policyViolation,
        AppError(.invalid, "topics has more than \(Subscription.maxTopics) names. Leave it out to receive everything."))
    }
    for name in names {
      guard let topic = Topic(name) else {
        throw RealtimeRefusal(
          .policyViolation,
          AppError(
            .invalid, "topics has a name that is no topic. Use jobs, job:ID, log:ID, engines, events or project:ID."))
      }
      topics.insert(topic)
    }
    guard !topics.isEmpty else {
      throw RealtimeRefusal(
        .policyViolation, AppError(.invalid, "topics is empty. Leave it out to receive everything."))
    }
    return topics
  }

  /// 8-4-4-4-12 hexadecimal digits (RFC 9562 §4).
  private static func isUUID(_ text: String) -> Bool {
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    return groups.map(\.utf8.count) == [8, 4, 4, 4, 12]
      && groups.allSatisfy { $0.utf8.allSatisfy { Character(UnicodeScalar($0)).isHexDigit } }
  }
}

/// Why a stream was not granted, in the words of both transports.
struct RealtimeRefusal: Error {
  let closeCode: CloseCode
  let error: AppError

  init(_ closeCode: CloseCode, _ error: AppError) {
    self.closeCode = closeCode
    self.error = error
  }
}
