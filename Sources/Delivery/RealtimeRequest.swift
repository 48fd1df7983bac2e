import Domain
import Realtime
import Server
import Wire

/// The parameters of a realtime connection, read from the query and the headers of its request.
struct RealtimeRequest {
  var sessionID: String?
  /// The one topic of the connection, if it starts from a snapshot of it.
  var snapshotTopic: Topic?
  var subscription: Subscription
  /// The client's cursor.
  var resume = Arrival.Resume.fresh
  /// Whether the cursor is from a connection that was lost. A page that was just loaded has a cursor too, from its
  /// HTML, and sends `fresh=1`.
  var isResumption = false

  /// - Parameter kinds: the kinds of topics that the server knows.
  /// - Throws: ``RealtimeRefusal`` with the close code for a WebSocket and the error for events.
  init(_ request: Request, kinds: TopicTable) throws(RealtimeRefusal) {
    let audience = request.caller.audience
    let query = request.head.query
    sessionID = query["session_id"]
    if let sessionID, !Self.isUUID(sessionID) {
      throw RealtimeRefusal(
        .invalidSession, AppError(.invalid, "session_id must be a UUID, such as 123e4567-e89b-12d3-a456-426614174000."))
    }
    if let jobID = query["job_id"] {
      guard Identifier.isValid(jobID) else {
        throw RealtimeRefusal(.policyViolation, AppError(.invalid, "job_id is not a valid job id."))
      }
      snapshotTopic = .job(jobID)
      subscription = .only([.job(jobID)], for: audience)
    } else if let names = Self.preset(request.head.path) ?? query["topics"] {
      let topics = try Self.topics(names, kinds: kinds)
      if topics.count == 1, let topic = topics.first, topic.kind.startsWithSnapshot { snapshotTopic = topic }
      subscription = .only(topics, for: audience)
    } else {
      subscription = .everything(for: audience)
    }
    if let forbidden = subscription.topics.first(where: { !subscription.mayRead($0) }) {
      throw RealtimeRefusal(
        .forbidden,
        AppError(.forbidden, "You may not read the topic \(forbidden). Ask an admin for a role that may."))
    }
    // An EventSource that reconnects sends the last id in a header; its URL still has the first one.
    let lastEventID = request.head.fields["last-event-id"]
    if let cursor = lastEventID ?? query["since"], !cursor.isEmpty {
      resume = StreamPosition(cursor: cursor).map(Arrival.Resume.after) ?? .unreadable
      isResumption = lastEventID != nil || query["fresh"] != "1"
    }
  }

  /// The topics of a path that names them: `/ws/engines` and `/ws/events`.
  private static func preset(_ path: String) -> String? {
    switch Address.Pattern(rawValue: path) {
    case .engineStream: "engines"
    case .eventStream: "events"
    default: nil
    }
  }

  private static func topics(_ list: String, kinds: TopicTable) throws(RealtimeRefusal) -> Set<Topic> {
    var topics = Set<Topic>()
    let names = list.split(separator: ",", maxSplits: Subscription.maxTopics)
    guard names.count <= Subscription.maxTopics else {
      throw RealtimeRefusal(
        .policyViolation,
        AppError(.invalid, "topics has more than \(Subscription.maxTopics) names. Leave it out to receive everything."))
    }
    for name in names {
      guard let topic = Topic(name, kinds: kinds) else {
        throw RealtimeRefusal(
          .policyViolation,
          AppError(.invalid, "topics has the unknown name \"\(name.prefix(40))\". Use \(kinds.names)."))
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

/// The reason why a stream was refused, for both transports.
struct RealtimeRefusal: Error {
  let closeCode: CloseCode
  let error: AppError

  init(_ closeCode: CloseCode, _ error: AppError) {
    self.closeCode = closeCode
    self.error = error
  }
}
