import Net
import Wire

/// An open WebSocket: its parser and its handler.
final class WebSocketExchange {
  var parser: WebSocketParser
  let handler: any StreamHandler
  /// The pings and pongs that the client may still send.
  var controlFrames: TokenBucket

  init(parser: consuming WebSocketParser, handler: any StreamHandler, controlFrames: TokenBucket) {
    self.parser = parser
    self.handler = handler
    self.controlFrames = controlFrames
  }
}

/// WebSockets and event streams: opening, frames in, closing.
extension Connection {
  /// Turns the connection into a WebSocket or an event stream.
  /// - Throws: why not, for an error response.
  func openStream(_ request: Request) throws {
    guard case .http = mode else { return }
    if WebSocketHandshake.isRequested(by: request.head) {
      let handshake = try WebSocketHandshake(request.head)
      let stream = Stream(kind: .webSocket, deflate: handshake.deflate, connection: self)
      let handler = try worker.streams.open(request, stream)
      let exchange = WebSocketExchange(
        parser: WebSocketParser(limits: limits.webSocket, deflate: handshake.deflate), handler: handler,
        controlFrames: TokenBucket(
          burst: limits.controlFrameBurst, perSecond: limits.controlFramesPerSecond, now: worker.reactor.now))
      switchMode(to: .webSocket(exchange), answer: handshake.response, request: request)
      handler.opened()
    } else if request.head.fields.acceptsByName("text/event-stream") {
      let stream = Stream(kind: .events, connection: self)
      let handler = try worker.streams.open(request, stream)
      var response = Response(.ok, contentType: "text/event-stream; charset=utf-8", body: [])
      response.fields["cache-control"] = "no-store"
      // Otherwise nginx buffers the events.
      response.fields["x-accel-buffering"] = "no"
      // The stream ends with the connection, so that events need no chunks.
      response.fields["connection"] = "close"
      for (name, value) in worker.core.hooks.commonFields(request.head, response) {
        response.fields.append(name, value: value)
      }
      for (name, value) in worker.dateField() { response.fields.append(name, value: value) }
      limitSilence(of: socket, milliseconds: limits.eventSilence)
      switchMode(to: .events(handler), answer: ResponseHead(.ok, fields: response.fields), request: request)
      handler.opened()
    } else if request.head.fields.contains("sec-websocket-key") {
      // A handshake that lost its Upgrade field to a proxy.
      throw WireError.malformedHandshake
    } else {
      throw ServerError.upgradeRequired
    }
  }

  private func switchMode(to mode: Mode, answer: ResponseHead, request: Request) {
    var route: Route?
    if case .http(let exchange) = self.mode { route = exchange.current?.route }
    self.mode = mode
    // Both heads consist of constants and the handshake's digest, which are always valid.
    enqueue { output in try? answer.write(to: &output) }
    worker.counters.countAnswer(
      method: request.head.method, route: route, status: answer.status, microseconds: nil)
    worker.core.hooks.answered(request.head, route?.pattern, Response(answer.status), request.id, nil)
  }

  /// - Returns: how many bytes were used; nil if the rest waits or is not wanted.
  func receiveFrames(_ bytes: UnsafeMutableRawBufferPointer) -> Int? {
    guard case .webSocket(let exchange) = mode else { return nil }
    do {
      let (consumed, event) = try exchange.parser.parse(bytes)
      switch event {
      case nil: return nil
      case .text(let text): exchange.handler.received(text)
      case .binary(let bytes): exchange.handler.received(binary: bytes)
      case .ping(let payload):
        if admitControlFrame(exchange) { enqueue { WebSocketFrame.append(.pong, payload: payload, to: &$0) } }
      case .pong: admitControlFrame(exchange)
      case .close(let code, _): closeStream(code ?? .normal, reason: "")
      }
      return consumed
    } catch {
      closeStream(error.closeCode, reason: error.description)
      return nil
    }
  }

  /// Counts a ping or a pong, and closes a stream that floods: each costs work, and a ping also output.
  /// - Returns: whether the stream stays open.
  @discardableResult private func admitControlFrame(_ exchange: WebSocketExchange) -> Bool {
    guard !exchange.controlFrames.tryConsume(now: worker.reactor.now) else { return true }
    closeStream(
      .policyViolation, reason: "More than \(limits.controlFramesPerSecond) pings or pongs a second. Send fewer.")
    return false
  }

  /// Closes the stream behind what is queued: a WebSocket with a close frame, an event stream with the connection.
  func closeStream(_ code: CloseCode, reason: String) {
    let handler: any StreamHandler
    switch mode {
    case .webSocket(let exchange):
      handler = exchange.handler
      worker.counters.countClose(code)
      enqueue { WebSocketFrame.appendClose(code, reason: reason, to: &$0) }
    case .events(let open): handler = open
    case .http, .lingering, .closed: return
    }
    linger()
    handler.closed()
  }

  /// Asks the handler to close the stream, because the server stops.
  func drainStream() {
    switch mode {
    case .webSocket(let exchange): exchange.handler.drain()
    case .events(let handler): handler.drain()
    case .http, .lingering, .closed: break
    }
  }
}
