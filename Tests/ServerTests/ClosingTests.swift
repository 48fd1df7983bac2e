import Server
import TestSupport
import Testing
import Wire

/// How a WebSocket's connection ends (RFC 6455 §7.1.1), on a clock that the tests advance.
struct ClosingTests {
  private let clock = ManualClock()
  private let server: EchoServer

  init() throws { server = try EchoServer(threads: 1, clock: clock.loopClock) }

  /// A client whose WebSocket the server is closing. It doesn't answer by itself.
  private func closing() throws -> ProbeClient {
    let client = try ProbeClient(port: server.port)
    client.answersClose = false
    try client.upgrade("/stream")
    try client.sendText("bye")
    #expect(try client.nextEvent() == .close(CloseCode(rawValue: 4003), reason: "on request"))
    return client
  }

  /// Waits until the loop has handled everything that was sent so far.
  private func settle() throws {
    for _ in 0..<2 {
      let client = try ProbeClient(port: server.port)
      #expect(try client.request("GET", "/", headers: ["Connection": "close"]).status == 200)
    }
  }

  @Test func `the server waits for the peer's close frame before it ends the connection`() throws {
    let client = try closing()
    try settle()
    #expect(!client.isAtEnd)
    try client.sendClose(CloseCode(rawValue: 4003))
    #expect(try client.readToEnd().isEmpty)
    #expect(eventually { server.server.connectionCount <= 1 })
  }

  @Test func `messages behind the server's close frame are ignored`() throws {
    let client = try closing()
    try client.sendText("late")
    try client.send(.ping)
    try client.send(.text, payload: [0x61], isFinal: false)
    try settle()
    #expect(!client.isAtEnd)
    try client.sendClose(nil)
    #expect(try client.readToEnd().isEmpty)
  }

  @Test func `a peer that doesn't answer the close frame has 2 s`() throws {
    let client = try closing()
    try settle()
    clock.advance(milliseconds: 1_700)
    try settle()
    #expect(!client.isAtEnd)
    // Twice that if its kernel has not acknowledged our frame yet.
    var waited = 1_700
    #expect(
      try eventually {
        clock.advance(milliseconds: 100)
        waited += 100
        try settle()
        return client.isAtEnd
      })
    #expect((2_000...4_500).contains(waited), "\(waited) ms")
    #expect(eventually { server.server.connectionCount <= 1 })
  }

  @Test func `a peer that closes its half instead, or sends rubbish, isn't waited for`() throws {
    let (halfClosed, confused) = (try closing(), try closing())
    halfClosed.closeSendingHalf()
    #expect(try halfClosed.readToEnd().isEmpty)
    try confused.send([0xFF, 0xFF])
    #expect(try confused.readToEnd().isEmpty)
  }

  @Test func `after a mistake no close frame is waited for`() throws {
    let client = try ProbeClient(port: server.port)
    client.answersClose = false
    try client.upgrade("/stream")
    try client.send([0x81, 0x02, 0x68, 0x69])  // not masked
    guard case .close(.protocolError, _) = try client.nextEvent() else {
      Issue.record("The WebSocket was not closed with 1002.")
      return
    }
    #expect(try client.readToEnd().isEmpty)
  }

  @Test func `the peer's own close frame is answered, and then the server ends the connection`() throws {
    let client = try ProbeClient(port: server.port)
    client.answersClose = false
    try client.upgrade("/stream")
    try client.sendClose(.goingAway)
    #expect(try client.nextEvent() == .close(.goingAway, reason: ""))
    #expect(try client.readToEnd().isEmpty)
  }
}
