import Wire

/// For any offer of a client, the negotiated compression can be answered, parsed by the client, and adhered to.
func check(_ input: [UInt8]) {
  if let agreed = PermessageDeflate(["sec-websocket-extensions": text(input)]) { requireUsable(agreed) }

  let lines = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
  var parser = HTTPRequestParser()
  let bytes = Array(lines.utf8) + input + Array("\r\n\r\n".utf8)
  guard case .head(let head) = try? parser.parse(bytes.span.bytes).event, let handshake = try? WebSocketHandshake(head)
  else { return }
  var answer: [UInt8] = []
  precondition((try? handshake.response.write(to: &answer)) != nil, "The response can't be written.")
  precondition(handshake.accept.utf8.count == 28)
  if let deflate = handshake.deflate { requireUsable(deflate) }
}

private func requireUsable(_ deflate: PermessageDeflate) {
  // A response is also a valid offer, for the same parameters.
  precondition(PermessageDeflate(["sec-websocket-extensions": deflate.response]) == deflate)
  precondition((9...15).contains(deflate.serverWindowBits))

  let message = (0..<3_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) }
  var deflater = MessageDeflater(windowBits: deflate.serverWindowBits, level: 1)
  var parser = WebSocketParser(from: .server, deflate: deflate)
  for _ in 0..<2 {
    var frame: [UInt8] = []
    WebSocketFrame.append(.binary, payload: deflater.compress(message), isCompressed: true, to: &frame)
    let event = try? frame.withUnsafeMutableBytes { try parser.parse($0).event }
    precondition(event == .binary(message), "A compressed message was not inflated to itself.")
  }
}
