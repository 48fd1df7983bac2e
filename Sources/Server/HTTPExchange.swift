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
  /// When the first byte of the body could have come: its pace counts from here.
  let bodySince: Milliseconds
  /// Nil where none was found.
  var route: Route?
  var parameters: [String: String] = [:]
  var body = Body.collected([], limit: 0)
  var bodyBytes = 0

  init(_ head: RequestHead, id: RequestID, startedAt: Int, bodySince: Milliseconds) {
    self.head = head
    self.id = id
    self.startedAt = startedAt
    self.bodySince = bodySince
  }
}

/// The requests of one connection, one at a time: what is being parsed, and what is being answered.
final class HTTPExchange {
  var parser: HTTPRequestParser
  /// Whether the first bytes of a head have come, and its deadline runs.
  var isInsideHead = false
  var current: PendingRequest?
  /// The answer to the current request is being made elsewhere; input waits.
  var isAnswering = false
  /// Input that came while an answer was being made, to be parsed after it.
  var waitingInput: [UInt8] = []
  var peerHasClosed = false
  /// Whether it has brought no request yet.
  var isFresh = true

  init(limits: HTTPLimits) { parser = HTTPRequestParser(limits: limits) }

  /// Whether no request is being received or answered.
  var isIdle: Bool { current == nil && !isInsideHead }

  /// Whether the peer has let its time pass.
  func isOverdue(_ now: Milliseconds, _ connection: Connection) -> Bool {
    guard !isAnswering else { return false }
    guard let current else { return now >= connection.deadline }
    let owed = (now - current.bodySince - connection.limits.headDeadline) * connection.limits.bodyBytesPerSecond / 1000
    return current.bodyBytes < owed
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

  func outputSent(_ connection: Connection) {
    if peerHasClosed && !isAnswering { connection.close() }
  }

  /// The connection is gone: an upload halfway will never be complete.
  func abandon() {
    if case .uploaded(let relay, _) = current?.body { relay.abandon() }
    current = nil
  }
}
