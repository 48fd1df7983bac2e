import Wire

/// Frames mean the same in one piece and in two, with and without compression, and no message exceeds its limit.
func check(_ input: [UInt8]) {
  let (whole, pieces) = pieces(of: input)
  for deflate in [nil, PermessageDeflate(["sec-websocket-extensions": "permessage-deflate"])] {
    requireSame(
      webSocketTranscript(of: [whole], deflate: deflate), webSocketTranscript(of: pieces, deflate: deflate))
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
