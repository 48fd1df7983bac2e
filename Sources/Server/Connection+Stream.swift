import Net
import Wire

/// WebSockets and event streams: opening, frames in, closing.
extension Connection {
  /// Turns the connection into a stream, or throws the answer to give instead.
  func openStream(_ request: Request) throws {
    guard case .http = mode else { return }
    if WebSocketHandshake.isWanted(request.head) {
      let handshake = try WebSocketHandshake(request.head)
      let stream = Stream(kind: .webSocket, connection: self)
      let handler = try worker.streams.open(request, stream)
      switchMode(
        to: .webSocket(WebSocketParser(limits: limits.webSocket, deflate: handshake.deflate), handler),
        answer: handshake.response, request)
      handler.opened()
    } else if request.head.fields.acceptsByName("text/event-stream") {
      let stream = Stream(kind: .events, connection: self)
      let handler = try worker.streams.open(request, stream)
      var response = Response(.ok, contentType: "text/event-stream; charset=utf-8", body: [])
      response.fields["cache-control"] = "no-store"
      // nginx would keep events back until its buffer is full.
      response.fields["x-accel-buffering"] = "no"
      worker.core.hooks.finish(request.head, &response)
      response.fields.append("date", worker.dateText())
      // The end of the connection is the end of the stream: no chunk around each event.
      response.fields.append("connection", "close")
      switchMode(to: .events(handler), answer: ResponseHead(.ok, fields: response.fields), request)
      handler.opened()
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
    worker.core.hooks.answered(request.head, route?.pattern, Response(answer.status), request.id, 0)
  }

  /// - Returns: how many bytes were used, or nil where nothing more is to be done with them.
  func receiveFrames(_ bytes: UnsafeMutableRawBufferPointer) -> Int? {
    guard case .webSocket(var parser, let handler) = mode else { return nil }
    do {
      let (consumed, event) = try parser.parse(bytes)
      mode = .webSocket(parser, handler)
      switch event {
      case nil: return nil
      case .text(let text): handler.received(text)
      case .binary: closeStream(.unsupportedData, reason: "Messages are JSON text.")
      case .ping(let payload): enqueue { WebSocketFrame.append(.pong, payload, to: &$0) }
      case .pong: break
      case .close(let code, _): closeStream(code ?? .normal, reason: "")
      }
      return consumed
    } catch {
      closeStream(error.closeCode, reason: error.description)
      return nil
    }
  }

  /// Ends the stream: what is queued goes out, then the close frame with its code, then the connection.
  func closeStream(_ code: CloseCode, reason: String) {
    let handler: any StreamHandler
    switch mode {
    case .webSocket(_, let open):
      handler = open
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
    case .webSocket(_, let handler), .events(let handler): handler.drain()
    case .http, .lingering, .closed: break
    }
  }
}
