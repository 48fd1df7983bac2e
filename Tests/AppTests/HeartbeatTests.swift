import Domain
import Realtime
import TestSupport
import Testing
import Wire

/// Signs of life of both sides, on a clock that is moved by hand.
struct HeartbeatTests {
  private let clock = ManualClock()
  private let app: RunningApp

  init() throws { app = try RunningApp(clock: clock.loopClock) }

  /// A WebSocket that has been greeted.
  private func webSocket() throws -> ProbeClient {
    let client = try app.client()
    try client.upgrade("/v1/realtime")
    _ = try client.nextMessage { $0["type"] == "ping" }
    return client
  }

  private let pong = "{\"type\":\"pong\",\"payload\":{},\"timestamp\":\"2026-01-01T00:00:00Z\"}"

  @Test func `a WebSocket is sent a ping each 30 s, and lives as long as it answers`() throws {
    let client = try webSocket()
    for _ in 0..<4 {
      clock.advance(seconds: 30)
      #expect(try client.nextMessage()["type"] == "ping")
      try client.sendText(pong)
      // The answer to our own ping says that the pong before it was heard.
      try client.sendText("{\"type\":\"ping\",\"payload\":{},\"timestamp\":\"2026-01-01T00:00:00Z\"}")
      #expect(try client.nextMessage()["type"] == "pong")
    }
  }

  @Test func `a WebSocket whose peer says nothing for 60 s is closed with 4004`() throws {
    let client = try webSocket()
    clock.advance(seconds: 59)
    #expect(try client.nextMessage()["type"] == "ping")
    clock.advance(seconds: 1)
    guard case .close(let code, _) = try client.nextEvent() else { return #expect(Bool(false)) }
    #expect(code == .noPong)
  }

  @Test(arguments: [("a ping", [0x89]), ("a pong", [0x8A]), ("a part of a message", [0x01, 0x00, 0x00])])
  func `a frame of any kind is a sign of life`(name: String, firstBytes: [UInt8]) throws {
    let client = try webSocket()
    for (round, firstByte) in (firstBytes + [firstBytes.last!, firstBytes.last!]).enumerated() {
      clock.advance(seconds: 30)
      #expect(try client.nextMessage()["type"] == "ping", "\(name)")
      try client.send([firstByte, 0x80, 0, 0, 0, 0])
      // The server reads the frames of a connection in order, and those of others in the meantime.
      if firstByte == 0x89 {
        #expect(try client.nextEvent() == .pong([]))
      } else {
        _ = try app.client().request("GET", "/livez", headers: ["Connection": "close"])
        _ = try app.client().request("GET", "/livez", headers: ["Connection": "close"])
      }
      #expect(!client.isAtEnd, "\(name), round \(round)")
    }
    clock.advance(seconds: 30)
    #expect(try client.nextMessage()["type"] == "ping", "\(name)")
  }

  @Test func `an event stream is sent a comment each 15 s`() throws {
    let client = try app.client()
    try client.openEvents("/v1/realtime")
    _ = try client.read(through: Array("event: ping\n".utf8))
    _ = try client.read(through: Array("\n\n".utf8))
    for _ in 0..<3 {
      clock.advance(seconds: 15)
      let comment = String(decoding: try client.read(through: Array("\n\n".utf8)), as: UTF8.self)
      #expect(comment.hasPrefix(":"))
      #expect(!comment.contains("data:"))
    }
  }
}
