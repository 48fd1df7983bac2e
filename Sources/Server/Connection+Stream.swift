import Net
import Wire

/// An open WebSocket: what is being parsed, and who hears of it.
final class WebSocketExchange {
  var parser: WebSocketParser
  let handler: any StreamHandler
  /// How many pings and pongs the client may still send.
  var controlFrames: TokenBucket

  init(_ parser: consuming WebSocketParser, _ handler: any StreamHandler, controlFrames: TokenBucket) {
    self.parser = parser
    self.handler = handler
    self.controlFrames = controlFrames
  }
}

/// WebSockets and event streams: opening, frames in, closing.
extension Connection {
  /// Turns the connection into a stream, or throws the answer to give instead.
  func openStream(_ request: Request) throws {
    guard case .http = mode else { return }
    if WebSocketHandshake.isRequested(by: request.head) {
      let handshake = try WebSocketHandshake(request.head)
      let stream = Stream(kind: .webSocket, deflate: handshake.deflate, connection: self)
      let handler = try worker.streams.open(request, stream)
      let exchange = WebSocketExchange(
        WebSocketParser(limits: limits.webSocket, deflate: handshake.deflate), handler,
        controlFrames: TokenBucket(
          burst: limits.controlFrameBurst, perSecond: limits.controlFramesPerSecond, now: worker.reactor.now))
      switchMode(to: .webSocket(exchange), answer: handshake.response, request)
      handler.opened()
    } else if request.head.fields.acceptsByName("text/event-stream") {
      let stream = Stream(kind: .events, connection: self)
      let handler = try worker.streams.open(request, stream)
      var response = Response(.ok, contentType: "text/event-stream; charset=utf-8", body: [])
      response.fields["cache-control"] = "no-store"
      // nginx would keep events back until its buffer is full.
      response.fields["x-accel-buffering"] = "no"
      // The end of the connection is the end of the stream: no chunk around each event.
      response.fields["connection"] = "close"
      for (name, value) in worker.core.hooks.commonFields(request.head, response) {
        response.fields.append(name, value: value)
      }
      for (name, value) in worker.dateField() { response.fields.append(name, value: value) }
      limitSilence(of: socket, milliseconds: limits.eventSilence)
      switchMode(to: .events(handler), answer: ResponseHead(.ok, fields: response.fields), request)
      handler.opened()
    } else if request.head.fields.contains("sec-websocket-key") {
      // A handshake that lost its Upgrade on the way, as behind a proxy that does not pass it on.
      throw WireError.malformedHandshake
    } else {
      throw ServerError.upgradeRequired
    }
  }

  private func switchMode(to mode: Mode, answer: ResponseHead, _ request: Request) {
    var route: Route?
    if case .http(let exchange) = self.mode { route = exchange.current?.route }
    self.mode = mode
    // Both heads are made of our own words and of the handshake's digest: nothing in them can be refused.
    enqueue { output in try? answer.write(to: &output) }
    worker.counters.answered(request.head.method, route, answer.status, microseconds: nil)
    worker.core.hooks.answered(request.head, route?.pattern, Response(answer.status), request.id, nil)
  }

  /// - Returns: how many bytes were used, or nil where nothing more is to be done with them.
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

  /// Ends the stream where pings and pongs are a flood: each costs work, and a ping a place in the output too.
  /// - Returns: whether it goes on.
  @discardableResult private func admitControlFrame(_ exchange: WebSocketExchange) -> Bool {
    guard !exchange.controlFrames.tryConsume(now: worker.reactor.now) else { return true }
    closeStream(
      .policyViolation, reason: "More than \(limits.controlFramesPerSecond) pings or pongs a second. Send fewer.")
    return false
  }

  /// Ends the stream: what is queued goes out, then the close frame with its code, then the connection.
  func closeStream(_ code: CloseCode, reason: String) {
    let handler: any StreamHandler
    switch mode {
    case .webSocket(let exchange):
      handler = exchange.handler
      worker.counters.webSocketClosed(code)
      enqueue { WebSocketFrame.appendClose(code, reason: reason, to: &$0) }
    case .events(let open): handler = open
    case .http, .lingering, .closed: return
    }
    linger()
    handler.closed()
  }

  /// The server stops: the handler says goodbye in its own words.
  func drainStream() {
    switch mode {
    case .webSocket(let exchange): exchange.handler.drain()
    case .events(let handler): handler.drain()
    case .http, .lingering, .closed: break
    }
  }
}
