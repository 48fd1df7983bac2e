import Wire

/// How long and how much a peer may take. Times in milliseconds, sizes in bytes.
package struct ServerLimits: Sendable {
  package var http = HTTPLimits()
  package var webSocket = WebSocketLimits()
  /// Pings and pongs that a WebSocket's client may send at once, and a second in the long run. Beyond it: 1008.
  package var controlFrameBurst = 100
  package var controlFramesPerSecond = 20
  package var maxConnections = 20_000
  /// Pipelined requests that one connection has answered before others have their turn.
  package var requestsPerTurn = 64
  /// Answers that wait for their peer to take them; beyond it no more of its requests are looked at.
  package var maxQueuedAnswerBytes = 256 * 1024
  /// From the first moment of a connection, or of a request on it, to the end of its head.
  package var headDeadline = 10_000
  /// A body must bring this many bytes a second, after a first grace of ``headDeadline``.
  package var bodyBytesPerSecond = 1024
  /// Between two requests of a connection.
  package var idleKeepAlive = 75_000
  /// Without a byte taken while there is something to send.
  package var writeStall = 10_000
  /// Without an acknowledgement from an event stream's peer, which can't be asked for a sign of life.
  package var eventSilence = 60_000
  /// After our last byte, for the peer to read it and close.
  package var linger = 2_000

  package init() {}
}

/// What the application adds to every exchange. All of it runs on the loop: microseconds only.
package struct ServerHooks: Sendable {
  /// Refuses a request by throwing, before a byte of its body is taken.
  package var check: @Sendable (RequestHead) throws -> Void
  /// The headers that an answer gets besides its own. Prepared ones cost nothing to give.
  package var commonFields: @Sendable (RequestHead?, Response) -> HTTPFields
  /// The answer to whatever was thrown: by a handler, a check, the parser or the router. The head is nil where it could
  /// not be read.
  package var errorResponse: @Sendable (any Error, RequestHead?, RequestID) -> Response
  /// Told of every answer. A stream has no microseconds: it is told of when it begins.
  package var answered: @Sendable (RequestHead?, _ route: String?, Response, RequestID, _ microseconds: Int?) -> Void

  /// Told when no descriptor is left for those who want to connect, once each time it happens.
  package var exhausted: @Sendable () -> Void = {}

  package var closeCodes = ApplicationCloseCodes()

  package init(
    check: @escaping @Sendable (RequestHead) throws -> Void,
    commonFields: @escaping @Sendable (RequestHead?, Response) -> HTTPFields,
    errorResponse: @escaping @Sendable (any Error, RequestHead?, RequestID) -> Response,
    answered: @escaping @Sendable (RequestHead?, String?, Response, RequestID, Int?) -> Void
  ) {
    self.check = check
    self.commonFields = commonFields
    self.errorResponse = errorResponse
    self.answered = answered
  }
}

/// What the server itself has to say about a request.
package enum ServerError: Error, Equatable, Sendable, CustomStringConvertible {
  case notFound(path: String)
  case methodNotAllowed(method: String, allowed: [String])
  case bodyTooLarge(limit: Int)
  case bodyTooSlow
  case headTooSlow
  case draining
  case upgradeRequired

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
    }
  }
}
