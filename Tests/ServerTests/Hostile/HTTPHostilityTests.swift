import TestSupport
import Testing

/// Hostile requests over a socket: in one write, byte by byte, and with another request behind them.
struct HTTPHostilityTests {
  private func check(_ table: [HostileRow], way: HostileRow.Way) throws {
    let server = try EchoServer()
    let problems = try HostileRow.problems(
      of: table, port: server.port, way, behind: "GET /items/behind HTTP/1.1\r\nHost: x\r\n\r\n",
      openConnections: { server.server.connectionCount })
    #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
    // The hook is called once for every answer, those to the bystander included.
    #expect(server.answers.statuses.withLock { $0.count } == HostileRow.answerCount(of: table) + table.count)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `a body whose end is ambiguous is refused`(way: HostileRow.Way) throws {
    try check(HTTPFramingRows.lengths, way: way)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `a malformed head is refused, and nothing behind it is parsed`(way: HostileRow.Way) throws {
    try check(HTTPFramingRows.heads, way: way)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `a malformed or too large body is refused at its first wrong byte`(way: HostileRow.Way) throws {
    try check(HTTPFramingRows.chunks, way: way)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `an unusual request is answered in order`(way: HostileRow.Way) throws {
    try check(HTTPAnswerRows.all, way: way)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `a path is decoded once and taken literally, or refused`(way: HostileRow.Way) throws {
    try check(HTTPAnswerRows.paths, way: way)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `an invalid WebSocket handshake is refused in order`(way: HostileRow.Way) throws {
    try check(HandshakeRows.all, way: way)
  }

  @Test func `a large answer arrives completely at a client that has closed its sending half`() throws {
    let server = try EchoServer()
    for line in ["GET /large HTTP/1.1\r\nConnection: close\r\n", "GET /large HTTP/1.1\r\n", "GET /large HTTP/1.0\r\n"] {
      let client = try ProbeClient(port: server.port)
      try client.send("\(line)Host: x\r\n\r\n")
      client.closeSendingHalf()
      #expect(try client.answer().body.count == largeBodyBytes)
    }
    #expect(eventually { server.server.connectionCount == 0 })
  }
}
