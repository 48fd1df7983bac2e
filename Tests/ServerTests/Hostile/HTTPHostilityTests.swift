import TestSupport
import Testing

/// What nobody polite sends, over a socket: whole, byte by byte, and with another request behind it.
struct HTTPHostilityTests {
  private func check(_ table: [HostileRow], _ way: HostileRow.Way) throws {
    let server = try EchoServer()
    let problems = try HostileRow.problems(
      of: table, port: server.port, way, behind: "GET /items/behind HTTP/1.1\r\nHost: x\r\n\r\n",
      openConnections: { server.server.connectionCount })
    #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
    // Whoever logs and counts is told of every answer once, of the bystander's too.
    #expect(server.answers.statuses.withLock { $0.count } == HostileRow.answerCount(of: table) + table.count)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `a body that two readers could end in two places is refused`(way: HostileRow.Way) throws {
    try check(HTTPFramingRows.lengths, way)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `a malformed head is refused, and nothing behind it is parsed`(way: HostileRow.Way) throws {
    try check(HTTPFramingRows.heads, way)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `a malformed or too large body is refused at its first wrong byte`(way: HostileRow.Way) throws {
    try check(HTTPFramingRows.chunks, way)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `an unusual request is answered in its turn`(way: HostileRow.Way) throws {
    try check(HTTPAnswerRows.all, way)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `a path means what its bytes say, or is refused`(way: HostileRow.Way) throws {
    try check(HTTPAnswerRows.paths, way)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `a WebSocket handshake that is none is refused in its turn`(way: HostileRow.Way) throws {
    try check(HandshakeRows.all, way)
  }

  @Test func `an answer that takes many writes arrives whole at a client that closed its sending half`() throws {
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
