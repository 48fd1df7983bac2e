import Net
import Synchronization
import TestSupport
import Testing
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Clients that come and go in every way there is, as many as there are.
struct ChurnTests {
  /// How a client comes and goes.
  private enum Visit: CaseIterable {
    case answered, closedAtOnce, reset, halfClosed, insideHead, insideBody, malformed, refused
    case webSocketClosed, webSocketBroken, webSocketReset, eventsBroken, streamRefused
  }

  private func make(_ visit: Visit, _ server: RunningBinary) throws {
    let client = try server.client()
    switch visit {
    case .answered: #expect(try client.request("GET", "/livez").status == 200)
    case .closedAtOnce: break
    case .reset:
      try client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
      client.resetWhenClosed()
    case .halfClosed:
      try client.send("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
      client.closeSendingHalf()
      #expect(try client.readToEnd().starts(with: Array("HTTP/1.1 200".utf8)))
    case .insideHead: try client.send("GET /livez HTTP/1.1\r\nHos")
    case .insideBody:
      try client.send("PUT /v1/uploads/a.y4m HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf")
    case .malformed:
      try client.send("GET /livez HTTP/1.1\nHost: localhost\r\n\r\n")
      #expect(try client.answer().status == 400)
    case .refused:
      try client.send("POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n")
      #expect(try client.answer().status == 413)
    case .webSocketClosed:
      try client.upgrade("/v1/realtime")
      var close: [UInt8] = []
      WebSocketFrame.appendMasked(.close, payload: WebSocketFrame.closePayload(.normal), key: 7, to: &close)
      try client.send(close)
      _ = try client.readToEnd()
    case .webSocketBroken: try client.upgrade("/v1/realtime?session_id=00000000-0000-4000-8000-000000000001")
    case .webSocketReset:
      try client.upgrade("/v1/realtime?topics=jobs")
      client.resetWhenClosed()
    case .eventsBroken: _ = try client.request("GET", "/v1/realtime", headers: ["Accept": "text/event-stream"])
    case .streamRefused:
      try client.upgrade("/v1/realtime?session_id=me")
      while true {
        // Its close frame is answered, or the server would wait for that.
        if case .close = try client.nextEvent() { break }
      }
      #expect(try client.readToEnd().isEmpty)
    }
  }

  /// One after the other: the server may still be at the last one's end when the next one comes.
  private func make(visits: Int, _ server: RunningBinary) throws {
    for number in 0..<visits { try make(Visit.allCases[number % Visit.allCases.count], server) }
  }

  /// What the server says that it holds.
  private struct Holdings: Equatable {
    var descriptors: Int
    var connections: [Int]
    var groups: Int
  }

  private func metric(_ name: String, _ text: String) throws -> Int {
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("telltale_\(name) ") }, "\(name)")
    return Int(try #require(Double(line.split(separator: " ").last ?? "")))
  }

  private func holdings(_ server: RunningBinary) throws -> Holdings {
    let text = try server.client().request("GET", "/metrics").text
    return Holdings(
      descriptors: try metric("process_open_fds", text),
      connections: try ["http", "websocket", "sse"].map { try metric("connections{transport=\"\($0)\"}", text) },
      groups: try metric("fanout_groups", text))
  }

  private func expectBack(to baseline: Holdings, _ server: RunningBinary) throws {
    let isBack = try eventually { try holdings(server) == baseline }
    let now = try holdings(server)
    #expect(isBack, "\(now), not \(baseline)")
  }

  private func residentBytes(_ server: RunningBinary) throws -> Int {
    try metric("process_resident_memory_bytes", try server.client().request("GET", "/metrics").text)
  }

  @Test(.enabled(if: readFile("/proc/self/statm") != nil, "Only Linux tells how much memory a process holds."))
  func `10,000 clients that come and go in every way leave nothing behind`() throws {
    let server = try RunningBinary(["--log-level", "error"])
    try make(.answered, server)
    #expect(try eventually { try holdings(server).connections == [1, 0, 0] })  // the one that asks
    let baseline = try holdings(server)
    try make(visits: 2_000, server)
    try expectBack(to: baseline, server)
    let early = try residentBytes(server)
    try make(visits: 8_000, server)
    try expectBack(to: baseline, server)
    let growth = try residentBytes(server) - early
    // 8,000 clients who left 100 bytes each would show.
    #expect(growth < 2 << 20, "\(growth / 1024) KiB more after 8,000 clients")
    print("10,000 clients: \(early >> 20) MiB after 2,000, \(growth / 1024) KiB more at the end")
  }
}
