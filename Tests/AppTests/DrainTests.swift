import JSONValues
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

/// How the built binary ends when it is told to.
struct DrainTests {
  /// A WebSocket that has been greeted.
  private func webSocket(_ server: RunningBinary, _ path: String = "/v1/realtime") throws -> ProbeClient {
    let client = try server.client()
    try client.upgrade(path)
    _ = try client.nextMessage { $0["type"] == "ping" }
    return client
  }

  /// Reads whole messages until the close frame.
  private func closeCode(_ client: ProbeClient) throws -> CloseCode? {
    while true {
      if case .close(let code, _) = try client.nextEvent() { return code }
    }
  }

  private func events(_ server: RunningBinary) throws -> ProbeClient {
    let client = try server.client()
    try client.openEvents("/v1/realtime")
    _ = try client.read(through: Array("event: ping\n".utf8))
    _ = try client.read(through: Array("\n\n".utf8))
    return client
  }

  @Test func `while it drains it is not ready, and new requests are answered 503 and told when to come back`() throws {
    let server = try RunningBinary()
    let sockets = try (0..<4).map { _ in try webSocket(server) }
    let uploading = try server.client()
    try uploading.send(
      "PUT /v1/uploads/a.y4m HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50001\r\nExpect: 100-continue\r\n\r\n")
    #expect(try uploading.answer().status == 100)  // it is in flight now
    try uploading.send([UInt8](repeating: 0, count: 50_000))  // enough for its pace, however slow this machine is
    #expect(try server.client().request("GET", "/readyz").status == 200)
    server.signal(SIGTERM)
    #expect(try eventually { try server.client().request("GET", "/readyz").status == 503 })
    let refused = try server.client().request("GET", "/v1/jobs")
    #expect(refused.status == 503)
    #expect(refused.fields["retry-after"] != nil)
    #expect(refused.fields["connection"] == "close")
    #expect(refused.json?["code"] == "UNAVAILABLE")
    #expect(try server.client().request("GET", "/livez").status == 200)
    // Who asks for a stream comes back by itself: an EventSource would take a 503 for the end.
    let socket = try server.client()
    try socket.upgrade("/v1/realtime")
    #expect(try closeCode(socket) == .serviceRestart)
    let stream = try server.client()
    #expect(try stream.openEvents("/v1/realtime").status == 200)
    #expect(String(decoding: try stream.readToEnd(), as: UTF8.self).hasPrefix("retry: "))
    #expect(stream.hasReadLastChunk)
    // What was in flight is finished.
    try uploading.send("x")
    let uploaded = try uploading.answer()
    #expect(uploaded.status == 201, "\(uploaded.text)")
    for socket in sockets { #expect(try closeCode(socket) == .serviceRestart) }
    #expect(server.waitForEnd() == .exited(code: 0))
  }

  @Test func `WebSockets are told one after the other over five seconds, and event streams end`() throws {
    let server = try RunningBinary(["--threads", "1"])
    let sockets = try (0..<5).map { _ in try webSocket(server) }
    let stream = try events(server)
    let start = ContinuousClock.now
    server.signal(SIGTERM)
    var times: [Duration] = []
    for socket in sockets {
      #expect(try closeCode(socket) == .serviceRestart)
      times.append(.now - start)
    }
    #expect(String(decoding: try stream.readToEnd(), as: UTF8.self).hasPrefix("retry: "))
    let total = ContinuousClock.now - start
    #expect(times[0] < .seconds(2), "\(times)")
    #expect(times[4] - times[0] > .seconds(2), "\(times)")
    #expect(server.waitForEnd() == .exited(code: 0))
    #expect(total < .seconds(15), "\(total)")
  }

  @Test func `a second signal hurries: everybody is told at once`() throws {
    let server = try RunningBinary()
    let sockets = try (0..<20).map { _ in try webSocket(server) }
    server.signal(SIGTERM)
    #expect(try eventually { try server.client().request("GET", "/readyz").status == 503 })
    let start = ContinuousClock.now
    server.signal(SIGTERM)
    for socket in sockets { #expect(try closeCode(socket) == .serviceRestart) }
    #expect(server.waitForEnd() == .exited(code: 0))
    #expect(ContinuousClock.now - start < .seconds(4))
  }

  @Test func `a broadcast that is going on ends between two messages, for everybody`() throws {
    let server = try RunningBinary()
    server.sources.write(Clip.movingSquare(frames: 3_000), to: "long.y4m")
    let sockets = try (0..<8).map { _ in try webSocket(server) }
    let streams = try (0..<4).map { _ in try events(server) }
    let answer = try server.client().request("POST", "/v1/jobs", json: ["source": "long.y4m"])
    #expect(answer.status == 201)
    for socket in sockets { _ = try socket.nextMessage { $0["type"] == "frame" } }
    server.signal(SIGTERM)
    for socket in sockets {
      #expect(try closeCode(socket) == .serviceRestart)
      #expect(try socket.readToEnd().isEmpty)
    }
    for stream in streams {
      let text = String(decoding: try stream.readToEnd(), as: UTF8.self)
      #expect(text.contains("event: frame\n"))
      #expect(text.hasSuffix("\n\n"))
      #expect(stream.hasReadLastChunk)
    }
    #expect(server.waitForEnd() == .exited(code: 0))
  }
}
