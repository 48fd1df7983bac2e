import Net
import Wire

/// One request from its head to its answer.
final class PendingRequest {
  /// Where its body goes.
  enum Body {
    case collected([UInt8], limit: Int)
    case uploaded(UploadRelay, limit: Int)
    /// The request was refused at its head; it has no body, so the connection goes on behind it.
    case refused(any Error)
  }

  let head: RequestHead
  let id: RequestID
  /// Microseconds of the monotonic clock.
  let startedAt: Int
  /// Nil if there is none for its path and method.
  var route: Route?
  /// What the handler gets, but for the body; nil until the request is admitted.
  var admitted: Request?
  var body = Body.collected([], limit: 0)
  private(set) var bodyBytes = 0
  /// What came of the body since then, in milliseconds of the loop's clock: a stretch of time for itself, so that a fast
  /// beginning buys no silence later.
  private var pace: (since: Milliseconds, bytes: Int)
  /// The body is held back by us, until what came of it is written.
  private(set) var waitsForDisk = false

  init(_ head: RequestHead, id: RequestID, startedAt: Int, now: Milliseconds) {
    self.head = head
    self.id = id
    self.startedAt = startedAt
    pace = (now, 0)
  }

  func bodyCame(_ count: Int) {
    bodyBytes += count
    pace.bytes += count
  }

  func holdBack() { waitsForDisk = true }

  /// The time that we held it back is not the peer's.
  func goOn(_ now: Milliseconds) {
    waitsForDisk = false
    pace = (now, 0)
  }

  /// Whether the body has come too slowly for as long as a head may take.
  func isTooSlow(_ now: Milliseconds, _ limits: ServerLimits) -> Bool {
    guard !waitsForDisk, now - pace.since >= limits.headDeadline else { return false }
    guard pace.bytes >= limits.bodyBytesPerSecond * limits.headDeadline / 1000 else { return true }
    pace = (now, 0)
    return false
  }
}

/// The requests of one connection, one at a time: what is being parsed, and what is being answered.
final class HTTPExchange {
  var parser: HTTPRequestParser
  /// Whether the first bytes of a head have come, and its deadline runs.
  var isInsideHead = false
  var current: PendingRequest?
  /// The answer to the current request is being made off the loop; input waits.
  var isAnswering = false
  /// The deferred handler that is making it.
  var handlerTask: Task<Void, Never>?
  /// Enough was answered for now: input waits until that is sent, and until others had their turn.
  var isHeldBack = false
  /// Requests that may be answered until then.
  var answersLeft: Int
  /// Input that came meanwhile, to be parsed after it.
  var waitingInput: [UInt8] = []
  /// Whether it has brought no request yet.
  var isFresh = true

  init(limits: ServerLimits) {
    parser = HTTPRequestParser(limits: limits.http)
    answersLeft = limits.requestsPerTurn
  }

  /// Whether no request is being received or answered.
  var isIdle: Bool { current == nil && !isInsideHead }

  /// Whether the peer has let its time pass.
  func isOverdue(_ now: Milliseconds, _ connection: Connection) -> Bool {
    guard !isAnswering else { return false }
    guard let current else { return now >= connection.deadline }
    return current.isTooSlow(now, connection.limits)
  }

  /// - Throws: ``ServerError/bodyTooLarge(limit:)`` where a chunk that has only begun would bring the body over its limit.
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

  /// The connection is gone: an upload halfway will never be complete.
  func abandon() {
    if case .uploaded(let relay, _) = current?.body { relay.abandon() }
    handlerTask?.cancel()
    handlerTask = nil
    current = nil
  }
}
