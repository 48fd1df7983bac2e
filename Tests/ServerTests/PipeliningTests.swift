import Server
import TestSupport
import Testing

/// Many requests at once on one connection.
struct PipeliningTests {
  @Test
  func `1,000 requests in one write are answered in order, also if the client then closes its sending half`() throws {
    let server = try EchoServer(threads: 1)
    let client = try ProbeClient(port: server.port)
    let requests = (0..<1_000).map { "GET /items/\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
    // 43 KB fit into the kernel's buffers.
    try client.send(requests)
    client.closeSendingHalf()
    for index in 0..<1_000 { #expect(try client.answer().text == "item \(index)") }
    #expect(try client.readToEnd().isEmpty)
  }

  @Test func `deferred handlers answer a client that has closed its sending half`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.send((0..<3).map { "GET /deferred?n=\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
    client.closeSendingHalf()
    for index in 0..<3 { #expect(try client.answer().text == "deferred \(index)") }
    #expect(try client.readToEnd().isEmpty)
  }

  @Test func `a client that does not read gets one large answer made, not all of them`() throws {
    let server = try EchoServer(threads: 1)
    let greedy = try ProbeClient(port: server.port)
    try greedy.send(String(repeating: "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", count: 100))
    #expect(eventually { server.answers.statuses.withLock { $0.count } == 1 })
    let other = try ProbeClient(port: server.port)
    for _ in 0..<10 { #expect(try other.request("GET", "/").status == 200) }
    #expect(server.answers.statuses.withLock { $0.count } == 11)
    // Reading the first answer releases the next.
    _ = try greedy.read(through: Array("\r\n\r\n".utf8))
    #expect(try greedy.skip(count: largeBodyBytes) == largeBodyBytes)
    #expect(eventually { server.answers.statuses.withLock { $0.count } == 12 })
  }

  @Test func `a client that resets the connection while its answer is made is removed at once`() throws {
    let server = try EchoServer(threads: 1)
    defer { server.gate.open() }
    do {
      let client = try ProbeClient(port: server.port)
      try client.send("GET /blocked HTTP/1.1\r\nHost: x\r\n\r\n")
      client.closeSendingHalf()
      // The half-close has arrived, and must not end the connection while the answer is made.
      let witness = try ProbeClient(port: server.port)
      for _ in 0..<5 { #expect(try witness.request("GET", "/").status == 200) }
      #expect(server.server.connectionCount == 2)
      client.resetWhenClosed()
    }
    #expect(eventually { server.server.connectionCount == 0 })
  }
}
