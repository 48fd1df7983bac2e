import Domain
import Wire

/// Limits of time and size. Times are in milliseconds, sizes in bytes.
package struct ServerLimits: Sendable {
  package var http = HTTPLimits()
  package var webSocket = WebSocketLimits()
  /// Pings and pongs that a WebSocket's client may send at once, and per second in the long run. Beyond it: 1008.
  package var controlFrameBurst = 100
  package var controlFramesPerSecond = 20
  package var maxConnections = 20_000
  /// Pipelined requests of one connection that are answered before other connections have their turn.
  package var requestsPerTurn = 64
  /// Answers of one connection that are queued; beyond it no more of its requests are parsed.
  package var maxQueuedAnswerBytes = 256 * 1024
  /// Bytes of a file that one connection sends before other connections have their turn.
  package var fileBytesPerTurn = 256 * 1024
  /// From the accept, or from the first byte of a later request, to the end of its head.
  package var headDeadline = 10_000
  /// The least rate of a body, measured over each ``headDeadline``.
  package var bodyBytesPerSecond = 1024
  /// How long a connection may stay without a request.
  package var idleKeepAlive = 75_000
  /// How long a peer may read nothing while there is something to send.
  package var writeStall = 10_000
  /// How long an event stream's peer may acknowledge nothing: such a stream has no ping.
  package var eventSilence = 60_000
  /// How long the peer has to close after our last byte, and before that to answer a close frame. Extended while the
  /// peer still reads from the kernel's buffer.
  package var linger = 2_000
  /// How long an EventSource waits after a restart was announced. Random, because it doesn't back off by itself while
  /// the server is down.
  package var restartRetry = 1_000...3_000

  package init() {}
}

/// What the application adds to every exchange. All of it runs on a loop, so it must take microseconds only.
package struct ServerHooks: Sendable {
  /// Names the caller of a request, or refuses the request by throwing, before a byte of its body is read.
  package var identify: @Sendable (RequestHead) throws -> Caller
  /// The fields that an answer gets besides its own.
  package var commonFields: @Sendable (RequestHead?, Response) -> HTTPFields
  /// The answer to an error of a handler, a hook, the parser or the router. The head is nil if it could not be parsed.
  package var errorResponse: @Sendable (any Error, RequestHead?, RequestID) -> Response
  /// Called when an answer is ready. A WebSocket or an event stream, which begins then, has no microseconds.
  package var answered: @Sendable (RequestHead?, _ route: String?, Response, RequestID, _ microseconds: Int?) -> Void

  /// Called when a stream body's producer throws, after the answer's head was sent.
  package var bodyFailed: @Sendable (any Error, RequestID) -> Void = { _, _ in }

  /// Called when no descriptor is left for a new connection, once for each time that they run out.
  package var exhausted: @Sendable () -> Void = {}

  /// The close codes that are the application's and not the protocol's.
  package var closeCodes = ApplicationCloseCodes()

  package init(
    identify: @escaping @Sendable (RequestHead) throws -> Caller,
    commonFields: @escaping @Sendable (RequestHead?, Response) -> HTTPFields,
    errorResponse: @escaping @Sendable (any Error, RequestHead?, RequestID) -> Response,
    answered: @escaping @Sendable (RequestHead?, String?, Response, RequestID, Int?) -> Void
  ) {
    self.identify = identify
    self.commonFields = commonFields
    self.errorResponse = errorResponse
    self.answered = answered
  }
}

/// The close codes that an application chooses (RFC 6455 §7.4.2).
package struct ApplicationCloseCodes: Sendable {
  /// For a WebSocket whose peer reads nothing for ``ServerLimits/writeStall``.
  package var stalled = CloseCode.policyViolation
  /// Codes from 4000 on that are counted one by one. A peer may send any code, so the others are counted together.
  package var counted: Set<CloseCode> = []

  package init() {}
}

/// Why the server itself refuses a request.
package enum ServerError: Error, Equatable, Sendable, CustomStringConvertible {
  case notFound(path: String)
  case methodNotAllowed(method: String, allowed: [String])
  case bodyTooLarge(limit: Int)
  case bodyTooSlow
  case headTooSlow
  case draining
  case upgradeRequired
  /// A condition of the request doesn't hold (RFC 9110 §13).
  case preconditionFailed
  case rangeNotSatisfiable(size: Int)
  /// The client accepts neither an unencoded body nor gzip.
  case notAcceptable
  case codedBody

  package var description: String {
    switch self {
    case .notFound(let path): "There is nothing at \(path)."
    case .methodNotAllowed(let method, let allowed):
      "\(method) is not allowed here. Use \(allowed.joined(separator: ", "))."
    case .bodyTooLarge(let limit): "The body is larger than \(limit) bytes, the limit here. Send a smaller one."
    case .bodyTooSlow: "The body came too slowly or stopped halfway. Send it again."
    case .headTooSlow: "The request's head did not arrive in time. Send it again."
    case .draining: "The server is shutting down. Try again in a few seconds."
    case .upgradeRequired: "This address speaks WebSocket, or events with Accept: text/event-stream."
    case .preconditionFailed:
      "A condition of the request, such as If-Match or If-None-Match, doesn't hold. Read the current state, then decide."
    case .rangeNotSatisfiable(let size): "The range begins behind the end: there are \(size) bytes. Request less."
    case .notAcceptable:
      "The answer can be sent as it is or in gzip, and Accept-Encoding refuses both. Allow identity or gzip."
    case .codedBody: "The body has a Content-Encoding, and none is supported. Send it as it is."
    }
  }

  package var status: HTTPStatus {
    switch self {
    case .notFound: .notFound
    case .methodNotAllowed: .methodNotAllowed
    case .bodyTooLarge: .contentTooLarge
    case .bodyTooSlow, .headTooSlow: .requestTimeout
    case .draining: .serviceUnavailable
    case .upgradeRequired: .upgradeRequired
    case .preconditionFailed: .preconditionFailed
    case .rangeNotSatisfiable: .rangeNotSatisfiable
    case .notAcceptable: .notAcceptable
    case .codedBody: .unsupportedMediaType
    }
  }
}
