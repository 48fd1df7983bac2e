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
      let handler = try openHandler(request, stream)
      let exchange = WebSocketExchange(
        parser: WebSocketParser(limits: limits.webSocket, deflate: handshake.deflate), handler: handler,
        controlFrames: TokenBucket(
          burst: limits.controlFrameBurst, perSecond: limits.controlFramesPerSecond, now: worker.reactor.now))
      switchMode(to: .webSocket(exchange), answer: handshake.response, request: request)
      handler.opened()
    } else if request.head.fields.acceptsByName("text/event-stream") {
      // With chunks, a client sees each event at once, and can tell a complete body from a broken connection.
      let isChunked = request.head.version == .http11
      let stream = Stream(kind: .events(isChunked: isChunked), connection: self)
      let handler = try openHandler(request, stream)
      guard request.head.method != .head else {
        handler.closed()
        return answer(Self.eventResponse)
      }
      var fields = Self.eventResponse.fields
      fields["connection"] = "close"
      if isChunked { fields["transfer-encoding"] = "chunked" }
      for (name, value) in worker.core.hooks.commonFields(request.head, Self.eventResponse) {
        fields.append(name, value: value)
      }
      for (name, value) in worker.dateField() { fields.append(name, value: value) }
      limitSilence(of: socket, milliseconds: limits.eventSilence)
      switchMode(
        to: .events(handler, isChunked: isChunked), answer: ResponseHead(.ok, fields: fields), request: request)
      handler.opened()
    } else if request.head.fields.contains("sec-websocket-key") {
      // A handshake that lost its Upgrade field to a proxy.
      throw WireError.malformedHandshake
    } else {
      throw ServerError.upgradeRequired
    }
  }

  private func openHandler(_ request: Request, _ stream: Stream) throws -> any StreamHandler {
    worker.isDraining ? RestartNotice(stream) : try worker.streams.open(request, stream)
  }

  /// The head of an event stream. Its body is only declared: the stream's handler writes it.
  private static let eventResponse = Response(
    .ok,
    fields: [
      "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "vary": "accept",
      // Otherwise nginx buffers the events.
      "x-accel-buffering": "no",
    ],
    body: .stream(StreamBody { _ in }))

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

  /// - Returns: how many bytes were used; nil if the rest is incomplete or ignored.
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
      case .close(let code, _): closeStream(code ?? .normal, reason: "", isLast: true)
      }
      // Nothing follows, so the parser need not be asked.
      return consumed == bytes.count ? nil : consumed
    } catch {
      // RFC 6455 §7.1.7: after a peer's error nothing more is read from it, not even its close frame.
      closeStream(error.closeCode, reason: error.description, isLast: true)
      return nil
    }
  }

  /// Waits for the peer's close frame, which ends the closing handshake.
  /// - Returns: how many bytes were used; nil if the rest is incomplete or ignored.
  func receiveClose(_ bytes: UnsafeMutableRawBufferPointer, _ exchange: WebSocketExchange) -> Int? {
    do {
      let (consumed, event) = try exchange.parser.parse(bytes)
      guard case .close = event else { return event == nil ? nil : consumed }
    } catch {
      // The rest can't be parsed, so no close frame will be found in it.
    }
    linger()
    return nil
  }

  /// Counts a ping or a pong, and closes a stream that floods: each costs work, and a ping also output.
  /// - Returns: whether the stream stays open.
  @discardableResult private func admitControlFrame(_ exchange: WebSocketExchange) -> Bool {
    guard !exchange.controlFrames.tryConsume(now: worker.reactor.now) else { return true }
    closeStream(
      .policyViolation, reason: "More than \(limits.controlFramesPerSecond) pings or pongs a second. Send fewer.")
    return false
  }

  /// Closes the stream after what is queued: a WebSocket with a close frame, an event stream with the end of its body.
  /// - Parameter isLast: whether the peer's close frame has arrived already or must not be waited for.
  func closeStream(_ code: CloseCode, reason: String, isLast: Bool = false) {
    switch mode {
    case .webSocket(let exchange):
      worker.counters.countClose(code)
      enqueue { WebSocketFrame.appendClose(code, reason: reason, to: &$0) }
      if isLast { linger() } else { awaitClose(exchange) }
      exchange.handler.closed()
    case .events(let handler, let isChunked):
      enqueue { output in
        if code == .serviceRestart { appendRetry(isChunked: isChunked, to: &output) }
        if isChunked { ChunkWriter.appendEnd(to: &output) }
      }
      linger()
      handler.closed()
    case .http, .closing, .lingering, .closed: return
    }
  }

  private func appendRetry(isChunked: Bool, to output: inout [UInt8]) {
    let milliseconds = Int.random(in: limits.restartRetry)
    guard isChunked else { return SSEWriter.appendRetry(milliseconds: milliseconds, to: &output) }
    ChunkWriter.append(to: &output) { SSEWriter.appendRetry(milliseconds: milliseconds, to: &$0) }
  }

  /// Asks the handler to close the stream, because the server stops.
  func drainStream() {
    switch mode {
    case .webSocket(let exchange): exchange.handler.drain()
    case .events(let handler, _): handler.drain()
    case .http, .closing, .lingering, .closed: break
    }
  }
}
