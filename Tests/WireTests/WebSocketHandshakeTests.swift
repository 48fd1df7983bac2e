import Testing
import Wire

struct WebSocketHandshakeTests {
  static func handshake(
    method: String = "GET", version: String = "1.1", upgrade: String = "websocket", connection: String = "Upgrade",
    key: String? = "dGhlIHNhbXBsZSBub25jZQ==", socketVersion: String? = "13", extra: String = ""
  ) throws -> WebSocketHandshake {
    let keyLine = key.map { "Sec-WebSocket-Key: \($0)\r\n" } ?? ""
    let versionLine = socketVersion.map { "Sec-WebSocket-Version: \($0)\r\n" } ?? ""
    return try WebSocketHandshake(
      HTTPRequestParserTests.head(
        "\(method) /v1/realtime HTTP/\(version)\r\nHost: h\r\nUpgrade: \(upgrade)\r\nConnection: \(connection)\r\n"
          + "\(keyLine)\(versionLine)\(extra)\r\n"))
  }

  @Test func `the RFC's example gets the RFC's response`() throws {
    var output: [UInt8] = []
    try Self.handshake().response.write(to: &output)
    #expect(
      String(decoding: output, as: UTF8.self)
        == "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        + "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
  }

  @Test func `lists, other cases and an empty body are accepted`() throws {
    let accept = try Self.handshake().accept
    #expect(try Self.handshake(upgrade: "h2c, WebSocket", connection: "keep-alive, upgrade").accept == accept)
    #expect(try Self.handshake(extra: "Content-Length: 0\r\n").accept == accept)
  }

  @Test func `our subprotocol is selected if it is offered`() throws {
    #expect(try Self.handshake().subprotocol == nil)
    #expect(try Self.handshake(extra: "Sec-WebSocket-Protocol: chat\r\n").subprotocol == nil)
    #expect(try Self.handshake(extra: "Sec-WebSocket-Protocol: Telltale.v1\r\n").subprotocol == nil)
    let offered = try Self.handshake(extra: "Sec-WebSocket-Protocol: chat, telltale.v1\r\n")
    #expect(offered.subprotocol == "telltale.v1")
    #expect(offered.response.fields["Sec-WebSocket-Protocol"] == "telltale.v1")
  }

  @Test func `an invalid handshake is refused`() {
    func refused(_ error: WireError, _ attempt: @autoclosure () throws -> WebSocketHandshake) {
      #expect(throws: error) { try attempt() }
    }
    refused(.malformedHandshake, try Self.handshake(method: "POST"))
    refused(.malformedHandshake, try Self.handshake(version: "1.0"))
    refused(.malformedHandshake, try Self.handshake(upgrade: "h2c"))
    refused(.malformedHandshake, try Self.handshake(upgrade: "websockets"))
    refused(.malformedHandshake, try Self.handshake(connection: "keep-alive"))
    refused(.malformedHandshake, try Self.handshake(key: nil))
    refused(.malformedHandshake, try Self.handshake(key: "dGhlIHNhbXBsZSBub25jZQ"))
    refused(.malformedHandshake, try Self.handshake(key: "dGhlIHNhbXBsZSBub25j"))
    refused(.malformedHandshake, try Self.handshake(extra: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"))
    refused(.malformedHandshake, try Self.handshake(extra: "Content-Length: 5\r\n"))
    refused(.malformedHandshake, try Self.handshake(extra: "Transfer-Encoding: chunked\r\n"))
    refused(.unsupportedWebSocketVersion, try Self.handshake(socketVersion: "8"))
    refused(.unsupportedWebSocketVersion, try Self.handshake(socketVersion: nil))
    refused(.unsupportedWebSocketVersion, try Self.handshake(socketVersion: "13, 8"))
    refused(.unsupportedWebSocketVersion, try Self.handshake(extra: "Sec-WebSocket-Version: 13\r\n"))
  }

  @Test func `a frame in the same packet as the handshake is left for the frame parser`() throws {
    let request = Array(
      ("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n").utf8)
    let packet = request + WebSocketParserTests.frame(.text, "first")
    var parser = HTTPRequestParser()
    let consumed = try parser.parse(packet.span.bytes).consumed
    #expect(consumed == request.count)
    let frames = Array(packet[consumed...])
    #expect(WebSocketParserTests.transcript(of: frames) == .init(events: [WebSocketParserTests.text("first")]))
  }

  @Test func `a request without an upgrade does not request a WebSocket`() throws {
    #expect(try !WebSocketHandshake.isRequested(by: HTTPRequestParserTests.head(HTTPRequestParserTests.next)))
  }
}
