import Server
import TestSupport
import Testing
import Wire

/// The time limits, to the second, on a clock that the tests advance.
struct DeadlineTests {
  private let clock = ManualClock()
  private let server: EchoServer

  init() throws { server = try EchoServer(threads: 1, clock: clock.loopClock) }

  private func client() throws -> ProbeClient { try ProbeClient(port: server.port) }

  /// Waits until the loop has handled everything that was sent so far, which it does in order.
  private func settle() throws {
    #expect(try client().request("GET", "/", headers: ["Connection": "close"]).status == 200)
  }

  /// Advances the clock, and waits until the loop has swept its connections.
  private func pass(seconds: Int) throws {
    clock.advance(seconds: seconds)
    try settle()
  }

  /// Waits until the kernel's buffer for a client is full, and the loop has noticed.
  private func stall() throws {
    for _ in 0..<5 { try pass(seconds: 0) }
  }

  /// Advances the clock second by second until the server has closed every connection.
  ///
  /// Long after a client has stopped reading the kernel may make room for more of its answer, which counts as progress.
  /// - Returns: how many seconds that took; nil if it didn't in a minute.
  private func secondsUntilClosed() throws -> Int? {
    for second in 1...60 {
      try pass(seconds: 1)
      if eventually(seconds: 0.05, { server.server.connectionCount == 0 }) { return second }
    }
    return nil
  }

  @Test func `a head that is not complete after 10 s is answered with 408, and the connection closes`() throws {
    let slow = try client()
    try slow.send("GET / HTTP/1.1\r\nHost: x\r\n")
    try settle()
    try pass(seconds: 9)
    try slow.send("X-More: 1\r\n")
    try settle()
    try pass(seconds: 1)
    let answer = try slow.answer()
    #expect(answer.status == 408)
    #expect(answer.fields["connection"] == "close")
    #expect(try slow.readToEnd().isEmpty)
  }

  @Test func `a client that connects and sends nothing is disconnected after 10 s without an answer`() throws {
    let silent = try client()
    try settle()
    try pass(seconds: 9)
    let patient = try client()
    try settle()
    clock.advance(seconds: 1)
    #expect(try silent.readToEnd().isEmpty)
    #expect(try patient.request("GET", "/").status == 200)
  }

  @Test func `a body may arrive at 1 KiB/s, and is answered with 408 below that`() throws {
    let client = try client()
    try client.send("PUT /uploads/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
    // The first window has far more than it needs, which doesn't count for the later ones.
    for count in [500_000, 10_240, 10_240] {
      try client.send([UInt8](repeating: 1, count: count))
      try settle()
      try pass(seconds: 10)
      #expect(server.uploads.state.withLock { $0.abandoned } == 0)
    }
    try client.send([UInt8](repeating: 1, count: 10_239))
    try settle()
    try pass(seconds: 10)
    #expect(try client.answer().status == 408)
    #expect(eventually { server.uploads.state.withLock { $0.abandoned } == 1 })
  }

  @Test func `a connection without another request is closed after 75 s`() throws {
    let idle = try client()
    #expect(try idle.request("GET", "/").status == 200)
    try pass(seconds: 74)
    #expect(try idle.request("GET", "/").status == 200)
    try pass(seconds: 74)
    clock.advance(seconds: 1)
    #expect(try idle.readToEnd().isEmpty)
  }

  @Test func `a client that reads nothing of an answer for 10 s is disconnected`() throws {
    let stalled = try client()
    try stalled.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    try stall()
    #expect(try secondsUntilClosed() ?? 0 >= 10)
  }

  @Test func `an answer that is read slowly arrives whole, however long that takes`() throws {
    let slow = try client()
    try slow.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    _ = try slow.read(through: Array("\r\n\r\n".utf8))
    var received = 0
    for _ in 0..<12 {
      received += try slow.skip(count: largeBodyBytes / 24)
      try settle()
      try pass(seconds: 9)
    }
    received += try slow.skip(count: largeBodyBytes - received)
    #expect(received == largeBodyBytes)
    #expect(try slow.request("GET", "/").status == 200)
  }

  @Test func `a WebSocket whose client reads nothing for 10 s is closed and counted as stalled`() throws {
    let stalled = try client()
    try stalled.upgrade("/stream")
    try stalled.sendText("flood")
    try stall()
    #expect(try secondsUntilClosed() ?? 0 >= 10)
    #expect(server.server.askLoops(patience: 5_000) { $0.counters.webSocketCloses[stalledCode] ?? 0 } == [1])
  }

  #if canImport(Glibc)
    @Test func `an event stream is closed if the network to its client is gone`() throws {
      var limits = ServerLimits()
      limits.eventSilence = 500
      let server = try EchoServer(limits: limits)
      let client = try ProbeClient(port: server.port)
      try client.openEvents("/stream")
      _ = try client.read(through: Array(": tick\n\n".utf8))
      client.goDark()
      #expect(eventually { server.server.connectionCount == 0 })
    }
  #endif
}
