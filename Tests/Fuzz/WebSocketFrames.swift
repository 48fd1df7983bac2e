import Wire

/// Frames parse the same for all splits, with and without compression; no message exceeds its limit; and every event
/// can be written as a frame that parses to the same event.
func check(_ input: [UInt8]) {
  for deflate in [nil, PermessageDeflate(["sec-websocket-extensions": "permessage-deflate"])] {
    requireSameForAllSplits(input) { webSocketTranscript(of: $0, deflate: deflate) }
  }
}

private func webSocketTranscript(of pieces: [[UInt8]], deflate: PermessageDeflate?) -> [String] {
  let limits = WebSocketLimits(maxMessageBytes: 4_096, maxHeaderBytes: 48)
  var parser = WebSocketParser(limits: limits, deflate: deflate)
  var transcript: [String] = []
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
        precondition(writtenAndParsed(event) == event)
        transcript.append("\(event)")
      }
      precondition(rest.isEmpty, "Without an event all bytes must be consumed.")
    } catch {
      return transcript + [name(of: error)]
    }
  }
  return transcript
}

/// A compressed message with several errors is refused for the first one that the inflater finds, which depends on the
/// size of the pieces. These errors therefore share a name.
private func name(of error: any Error) -> String {
  switch error as? WireError {
  case .corruptDeflate, .invalidUTF8, .messageTooLarge: "invalid content"
  default: "\(error)"
  }
}

/// Writes the event as a client's frame and parses that frame.
private func writtenAndParsed(_ event: WebSocketEvent) -> WebSocketEvent? {
  var frame: [UInt8] = []
  let key: UInt32 = 0x0102_0304
  switch event {
  case .text(let bytes): WebSocketFrame.appendMasked(.text, payload: bytes, key: key, to: &frame)
  case .binary(let bytes): WebSocketFrame.appendMasked(.binary, payload: bytes, key: key, to: &frame)
  case .ping(let bytes): WebSocketFrame.appendMasked(.ping, payload: bytes, key: key, to: &frame)
  case .pong(let bytes): WebSocketFrame.appendMasked(.pong, payload: bytes, key: key, to: &frame)
  case .close(let code, let reason):
    let payload = code.map { WebSocketFrame.closePayload($0, reason: reason) } ?? []
    WebSocketFrame.appendMasked(.close, payload: payload, key: key, to: &frame)
  }
  var parser = WebSocketParser()
  return try? frame.withUnsafeMutableBytes { try parser.parse($0).event }
}
