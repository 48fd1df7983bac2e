import Wire

/// Frames mean the same however they arrive, with and without compression, no message exceeds its limit, and what was
/// understood can be said again.
func check(_ input: [UInt8]) {
  for deflate in [nil, PermessageDeflate(["sec-websocket-extensions": "permessage-deflate"])] {
    requireSame(input) { webSocketTranscript(of: $0, deflate: deflate) }
  }
}

private func webSocketTranscript(of pieces: [[UInt8]], deflate: PermessageDeflate?) -> [String] {
  let limits = WebSocketLimits(maxMessageBytes: 4_096, maxFragments: 8)
  var parser = WebSocketParser(limits: limits, deflate: deflate)
  var said: [String] = []
  for piece in pieces {
    var rest = piece
    do {
      while true {
        let (consumed, event) = try rest.withUnsafeMutableBytes { try parser.parse($0) }
        rest.removeFirst(consumed)
        guard let event else { break }
        if case .text(let bytes) = event {
          precondition(String(validating: bytes, as: UTF8.self) != nil && bytes.count <= limits.maxMessageBytes)
        }
        if case .binary(let bytes) = event { precondition(bytes.count <= limits.maxMessageBytes) }
        precondition(saidAgain(event) == event)
        said.append("\(event)")
      }
      precondition(rest.isEmpty, "No event means that everything was consumed.")
    } catch {
      return said + [name(of: error)]
    }
  }
  return said
}

/// A compressed message with several faults is refused for the one that the inflater meets first, which depends on how
/// much it is given at once.
private func name(of error: any Error) -> String {
  switch error as? WireError {
  case .corruptDeflate, .invalidUTF8, .messageTooLarge: "refused for its content"
  default: "\(error)"
  }
}

/// The event as it is parsed from the frame that a client would send for it.
private func saidAgain(_ event: WebSocketEvent) -> WebSocketEvent? {
  var frame: [UInt8] = []
  let key: UInt32 = 0x0102_0304
  switch event {
  case .text(let bytes): WebSocketFrame.appendMasked(.text, bytes, key: key, to: &frame)
  case .binary(let bytes): WebSocketFrame.appendMasked(.binary, bytes, key: key, to: &frame)
  case .ping(let bytes): WebSocketFrame.appendMasked(.ping, bytes, key: key, to: &frame)
  case .pong(let bytes): WebSocketFrame.appendMasked(.pong, bytes, key: key, to: &frame)
  case .close(let code, let reason):
    let payload = code.map { WebSocketFrame.closePayload($0, reason: reason) } ?? []
    WebSocketFrame.appendMasked(.close, payload, key: key, to: &frame)
  }
  var parser = WebSocketParser()
  return try? frame.withUnsafeMutableBytes { try parser.parse($0).event }
}
