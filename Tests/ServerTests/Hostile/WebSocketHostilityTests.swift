import TestSupport
import Testing
import Wire

/// Hostile frames on a WebSocket, over a socket: in one write, byte by byte, and together with the handshake.
struct WebSocketHostilityTests {
  enum Way: CaseIterable { case whole, byteByByte, withTheHandshake }

  private static func handshake(_ offer: String?) -> String {
    "GET /stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      + (offer.map { "Sec-WebSocket-Extensions: \($0)\r\n" } ?? "") + "\r\n"
  }

  private func check(_ table: [WebSocketRow], way: Way) throws {
    let server = try EchoServer()
    do {
      let bystander = try ProbeClient(port: server.port)
      try bystander.upgrade("/stream")
      for row in table {
        do {
          try check(row, way: way, server: server, meanwhile: bystander)
        } catch {
          Issue.record("\(row): \(error)")
        }
        #expect(eventually { server.server.connectionCount == 1 }, "\(row)")
      }
    }
    #expect(eventually { server.server.connectionCount == 0 })
  }

  private func check(
    _ row: WebSocketRow, way: Way, server: EchoServer, meanwhile bystander: ProbeClient
  ) throws {
    let client = try ProbeClient(port: server.port)
    let opening = Array(Self.handshake(row.offer).utf8)
    // Bytes behind the mistake are never answered.
    let bytes = row.bytes + WebSocketRow.text("behind")
    if way == .withTheHandshake {
      try client.send(opening + bytes)
      #expect(try client.answer().status == 101, "\(row)")
    } else {
      try client.send(opening)
      #expect(try client.answer().status == 101, "\(row)")
      // Byte by byte, the mistake alone: it is answered before the payload that it declares arrives.
      if way == .byteByByte { client.sendByteByByte(row.bytes) } else { try client.send(bytes) }
    }
    try bystander.sendText("meanwhile")
    #expect(try bystander.nextEvent() == .text(Array("meanwhile".utf8)), "\(row)")
    #expect(try codeAfterMessages(client) == row.code, "\(row)")
    #expect(try client.readToEnd().isEmpty, "\(row)")
  }

  /// The code of the close frame, which follows the echoes of valid messages.
  private func codeAfterMessages(_ client: ProbeClient) throws -> CloseCode? {
    while true {
      switch try client.nextEvent() {
      case .close(let code, _): return code
      case .text(let text): #expect(text != Array("behind".utf8))
      default: break
      }
    }
  }

  @Test(arguments: Way.allCases) func `an invalid frame ends the connection with its code`(way: Way) throws {
    try check(WebSocketRow.framing, way: way)
  }

  @Test(arguments: Way.allCases) func `an invalid message ends the connection with its code`(way: Way) throws {
    try check(WebSocketRow.content, way: way)
  }

  @Test(arguments: [WebSocketOpcode.ping, .pong])
  func `a flood of control frames is 1008 after the allowed burst`(opcode: WebSocketOpcode) throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.upgrade("/stream")
    try client.send((0..<1_000).flatMap { _ in WebSocketRow.frame(opcode, [7]) })
    var pongs = 0
    while true {
      let event = try client.nextEvent()
      if case .close(let code, _) = event {
        #expect(code == .policyViolation)
        break
      }
      #expect(event == .pong([7]))
      pongs += 1
    }
    // A few more than the burst if the machine is so slow that the bucket refills meanwhile.
    #expect(opcode == .ping ? (100..<200).contains(pongs) : pongs == 0)
    #expect(try client.readToEnd().isEmpty)
  }

  @Test func `a burst of 100 pings is answered, and the connection stays open`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.upgrade("/stream")
    try client.send((0..<100).flatMap { WebSocketRow.frame(.ping, [UInt8($0)]) })
    for index in 0..<100 { #expect(try client.nextEvent() == .pong([UInt8(index)])) }
    try client.sendText("still here")
    #expect(try client.nextEvent() == .text(Array("still here".utf8)))
  }
}
