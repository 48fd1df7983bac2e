import Server
import TestSupport
import Testing

/// What one connection may ask for at once, and what becomes of it.
struct PipeliningTests {
  @Test func `a thousand requests in one piece are all answered in order, also to a client that sends nothing more`()
    throws
  {
    let server = try EchoServer(threads: 1)
    let client = try ProbeClient(port: server.port)
    let requests = (0..<1_000).map { "GET /items/\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
    // 43 KB: the kernel's buffers hold them, whoever reads first.
    try client.send(requests)
    client.closeSendingHalf()
    for index in 0..<1_000 { #expect(try client.answer().text == "item \(index)") }
    #expect(try client.readToEnd().isEmpty)
  }

  @Test func `requests that are answered elsewhere are answered too after the client has sent its last`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.send((0..<3).map { "GET /deferred?n=\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
    client.closeSendingHalf()
    for index in 0..<3 { #expect(try client.answer().text == "deferred \(index)") }
    #expect(try client.readToEnd().isEmpty)
  }

  @Test func `who asks and does not read has one large answer made, not all of them`() throws {
    let server = try EchoServer(threads: 1)
    let greedy = try ProbeClient(port: server.port)
    try greedy.send(String(repeating: "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", count: 100))
    #expect(eventually { server.answers.statuses.withLock { $0.count } == 1 })
    let other = try ProbeClient(port: server.port)
    for _ in 0..<10 { #expect(try other.request("GET", "/").status == 200) }
    #expect(server.answers.statuses.withLock { $0.count } == 11)
    // And who begins to read gets the next.
    _ = try greedy.read(through: Array("\r\n\r\n".utf8))
    #expect(try greedy.skip(count: largeBodyBytes) == largeBodyBytes)
    #expect(eventually { server.answers.statuses.withLock { $0.count } == 12 })
  }

  @Test func `who resets the connection while the answer is made is gone at once`() throws {
    let server = try EchoServer(threads: 1)
    defer { server.gate.open() }
    do {
      let client = try ProbeClient(port: server.port)
      try client.send("GET /blocked HTTP/1.1\r\nHost: x\r\n\r\n")
      client.closeSendingHalf()
      // The end has arrived, and is no reason to go while the answer is being made.
      let witness = try ProbeClient(port: server.port)
      for _ in 0..<5 { #expect(try witness.request("GET", "/").status == 200) }
      #expect(server.server.connectionCount == 2)
      client.resetWhenClosed()
    }
    #expect(eventually { server.server.connectionCount == 0 })
  }
}
