import Domain
import Net
import Wire

/// One request from its head to its answer.
final class PendingRequest {
  /// The destination of its body.
  enum Body {
    case collected([UInt8], limit: Int)
    case uploaded(UploadRelay, limit: Int)
    /// The request was refused at its head. It has no body, so the connection stays usable.
    case refused(any Error)
  }

  let head: RequestHead
  let id: RequestID
  /// Microseconds of the monotonic clock.
  let startedAt: Int
  /// Nil if there is none for its path and method.
  var route: Route?
  /// The client, and the path's variable pieces; nil until the request is admitted.
  var admission: (caller: Caller, parameters: [String: String])?
  var body = Body.collected([], limit: 0)
  private(set) var bodyBytes = 0
  /// The body's bytes since a moment of the loop's clock. Each window counts for itself, so that a fast beginning doesn't
  /// excuse silence later.
  private var pace: (since: Milliseconds, bytes: Int)
  /// Whether reading is paused until the body so far is written.
  private(set) var waitsForDisk = false

  init(_ head: RequestHead, id: RequestID, startedAt: Int, now: Milliseconds) {
    self.head = head
    self.id = id
    self.startedAt = startedAt
    pace = (now, 0)
  }

  func countBody(_ count: Int) {
    bodyBytes += count
    pace.bytes += count
  }

  func pause() { waitsForDisk = true }

  /// Begins a new window: the peer isn't charged for the pause.
  func resume(now: Milliseconds) {
    waitsForDisk = false
    pace = (now, 0)
  }

  /// Whether the body is below its least rate, ``ServerLimits/bodyBytesPerSecond``.
  func isTooSlow(now: Milliseconds, limits: ServerLimits) -> Bool {
    guard !waitsForDisk, now - pace.since >= limits.headDeadline else { return false }
    guard pace.bytes >= limits.bodyBytesPerSecond * limits.headDeadline / 1000 else { return true }
    pace = (now, 0)
    return false
  }
}

/// The requests of one connection, one at a time: the one that is parsed or answered, and the state between two.
final class HTTPExchange {
  var parser: HTTPRequestParser
  /// Whether the first bytes of a head have arrived, so that its deadline runs.
  var isInsideHead = false
  var current: PendingRequest?
  /// Whether the answer to the current request is being made off the loop. Input waits.
  var isAnswering = false
  /// The deferred handler that is making it.
  var handlerTask: Task<Void, Never>?
  /// A body that is being sent behind its head.
  var outgoing: OutgoingBody?
  /// Whether input waits until all answers are sent, so that neither the output grows nor a loop is monopolized.
  var isHeldBack = false
  /// Requests that may be answered until then.
  var answersLeft: Int
  /// Input that arrived meanwhile.
  var waitingInput: [UInt8] = []
  /// Whether no request has arrived yet.
  var isFresh = true

  init(limits: ServerLimits) {
    parser = HTTPRequestParser(limits: limits.http)
    answersLeft = limits.requestsPerTurn
  }

  /// Whether no request is being received or answered.
  var isIdle: Bool { current == nil && !isInsideHead }

  /// Whether the peer has missed its deadline. While an answer is made or sent there is none.
  func isOverdue(now: Milliseconds, connection: Connection) -> Bool {
    guard !isAnswering, outgoing == nil else { return false }
    guard let current else { return now >= connection.deadline }
    return current.isTooSlow(now: now, limits: connection.limits)
  }

  /// - Throws: ``ServerError/bodyTooLarge(limit:)`` if a chunk that has only begun would bring the body over its limit.
  func checkAnnounced() throws {
    switch current?.body {
    case .collected(_, let limit), .uploaded(_, let limit):
      let room = limit - (current?.bodyBytes ?? 0)
      guard parser.announcedChunkBytes <= room else { throw ServerError.bodyTooLarge(limit: limit) }
    case .refused, nil: break
    }
  }

  func timeOut(_ connection: Connection) {
    if current != nil {
      connection.refuse(ServerError.bodyTooSlow)
    } else if parser.isInsideRequest {
      connection.refuse(ServerError.headTooSlow)
    } else {
      connection.close()
    }
  }

  /// Ends everything that belongs to the current request: an upload, a handler, a body that is being sent.
  func abandon() {
    if case .uploaded(let relay, _) = current?.body { relay.abandon() }
    handlerTask?.cancel()
    handlerTask = nil
    outgoing?.abandon()
    outgoing = nil
    current = nil
  }
}
