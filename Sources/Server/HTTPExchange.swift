import Net
import Wire

/// The requests of one connection, one at a time: what is being parsed, and what is being answered.
final class HTTPExchange {
  /// Where the body of the current request goes.
  enum Body {
    case collected([UInt8], limit: Int)
    case uploaded(UploadRelay, limit: Int)
    /// The request was refused at its head; it has no body, so the connection goes on behind it.
    case refused(any Error)
  }
  struct Current {
    let head: RequestHead
    /// Nil where none was found.
    var route: Route?
    var parameters: [String: String] = [:]
    let id: String
    /// Microseconds of the monotonic clock.
    let startedAt: Int
    var body = Body.collected([], limit: 0)
    var bodyBytes = 0
    /// When the first byte of the body could have come: its pace counts from here.
    let bodySince: Milliseconds
  }

  var parser: HTTPRequestParser
  /// Whether the first bytes of a head have come, and its deadline runs.
  var isInsideHead = false
  var current: Current?
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
