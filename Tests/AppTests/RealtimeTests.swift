import App
import Domain
import JSONValues
import Realtime
import TestSupport
import Testing
import Wire

struct RealtimeTests {
  private func session(_ number: Int = 1) -> String { "00000000-0000-4000-8000-00000000000\(number)" }

  private func type(_ message: JSON) -> String { message["type"]?.stringValue ?? "" }

  /// Reads until the job's last status, and gives everything from the first ping on.
  private func watch(_ client: ProbeClient) throws -> [JSON] {
    var messages: [JSON] = []
    while true {
      let message = try client.nextMessage()
      messages.append(message)
      if type(message) == "job_status", message["payload"]?["finished_at"] != .null { return messages }
    }
  }

  @Test func `a newcomer gets the metadata of each plugin and then a ping with its position`() throws {
    let app = try RunningApp()
    let client = try app.client()
    try client.upgrade("/v1/realtime")
    let plugins = try app.client().request("GET", "/v1/plugins").json?["plugins"]?.arrayValue ?? []
    #expect(plugins.count >= 4)
    for plugin in plugins {
      let message = try client.nextMessage()
      #expect(type(message) == "metadata")
      #expect(message["payload"]?["plugin"] == plugin["name"])
    }
    let ping = try client.nextMessage()
    #expect(type(ping) == "ping")
    #expect(ping["payload"]?["interval_seconds"] == 30)
    #expect(ping["payload"]?["cursor"]?.stringValue?.hasSuffix(":0") == true)
  }

  @Test func `a job is told in order and completely`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 6), to: "square.y4m")
    let client = try app.client()
    try client.upgrade("/v1/realtime")
    _ = try client.nextMessage { type($0) == "ping" }
    let id = try app.startJob(["source": "square.y4m", "plugins": ["motion_detection", "quality_check"]])
    let messages = try watch(client)

    #expect(messages.allSatisfy { $0["payload"]?["job_id"] == .string(id) })
    let numbered = messages.filter { $0["seq"] != nil }
    #expect(numbered.compactMap { $0["seq"]?.intValue } == Array(1...numbered.count))
    #expect(numbered.allSatisfy { $0["topic"]?.stringValue == "job:\(id)" })
    #expect(messages.filter { type($0) == "frame" }.allSatisfy { $0["id"] == nil })

    let statuses = messages.filter { type($0) == "job_status" }.compactMap { $0["payload"]?["status"]?.stringValue }
    #expect(statuses == ["queued", "running", "succeeded"])
    let progress = messages.filter { type($0) == "progress" }.compactMap { $0["payload"]?["progress"]?.doubleValue }
    #expect(progress.first == 0)
    #expect(progress.last == 100)
    #expect(progress == progress.sorted())
    for plugin: JSON in ["motion_detection", "quality_check"] {
      let own = messages.filter { $0["payload"]?["plugin"] == plugin }
      let states = own.filter { type($0) == "plugin_status" }.compactMap { $0["payload"]?["status"]?.stringValue }
      #expect(states.first == "started")
      #expect(states.last == "completed")
      #expect(states.dropFirst().dropLast().allSatisfy { $0 == "running" })
      let frames = own.filter { type($0) == "frame" }.compactMap { $0["payload"]?["frame_id"]?.intValue }
      #expect(frames == Array(0..<6))
    }
    #expect(Array(messages.suffix(2).map(type)) == ["progress", "job_status"])
  }

  @Test func `a newcomer in the middle gets a snapshot, and together with what follows nothing twice`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 60), to: "square.y4m")
    let id = try app.startJob(["source": "square.y4m", "plugins": ["quality_check"], "options": ["pace": "realtime"]])
    #expect(try eventually { (try app.extended(id)["progress"]?.intValue ?? 0) >= 20 })
    let client = try app.client()
    try client.upgrade("/v1/realtime?job_id=\(id)")
    _ = try client.nextMessage { type($0) == "ping" }
    let first = try client.nextMessage()
    #expect(type(first) == "job_status")
    #expect(first["payload"]?["status"] == "running")
    #expect(first["id"] == nil)
    let rest = try watch(client)
    let numbered = rest.compactMap { $0["seq"]?.intValue }
    #expect(numbered == Array(numbered[0]..<(numbered[0] + numbered.count)))
  }

  @Test func `a client that comes back with its cursor gets what it missed, once`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 5), to: "square.y4m")
    let first = try app.client()
    try first.upgrade("/v1/realtime")
    let id = try app.startJob(["source": "square.y4m", "plugins": ["quality_check"]])
    let all = try watch(first).filter { $0["id"] != nil }
    let middle = all.count / 2
    let cursor = try #require(all[middle]["id"]?.stringValue)
    let second = try app.client()
    try second.upgrade("/v1/realtime?since=\(cursor)")
    _ = try second.nextMessage { type($0) == "ping" }
    #expect(try watch(second) == Array(all[(middle + 1)...]))
    let events = try app.client()
    try events.openEvents("/v1/realtime", headers: ["Last-Event-ID": cursor])
    let last = try #require(all.last?["id"]?.stringValue)
    let text = String(decoding: try events.read(through: Array("id: \(last)\n".utf8)), as: UTF8.self)
    #expect(text.contains("id: \(all[middle + 1]["id"]?.stringValue ?? "")\n"))
    // The greeting has the cursor itself, until there is a later one.
    #expect(text.ranges(of: "id: \(cursor)\n").count == 1 && text.contains("event: ping\nid: \(cursor)\n"))
    _ = id
  }

  @Test func `a client that reads gets all of the longest replay, in order, and then what is live`() throws {
    let app = try RunningApp()
    let epoch = try app.epoch()
    let warning = RealtimeMessage(.warning, ["plugin": "p", "message": "m"])
    for _ in 0..<10_000 { app.publish(warning, to: .job("a")) }
    let client = try app.client()
    try client.upgrade("/v1/realtime?since=\(epoch):0")
    #expect(try client.nextMessage { type($0) == "ping" }["payload"]?["catching_up"] == true)
    // If the loop was behind the publisher when the client connected, the replay ends before the last message.
    var caughtUp = 0
    for offset in 1...10_000 {
      var message = try client.nextMessage()
      if message["payload"]?["caught_up"] == true {
        caughtUp += 1
        message = try client.nextMessage()
      }
      try #require(message["id"] == .string("\(epoch):\(offset)"))
    }
    if caughtUp == 0 { #expect(try client.nextMessage()["payload"]?["caught_up"] == true) }
    app.publish(warning, to: .job("a"))
    #expect(try client.nextMessage()["id"] == .string("\(epoch):10001"))
  }

  @Test func `more than 300 topics are refused`() throws {
    let app = try RunningApp()
    func open(_ count: Int) throws -> String {
      let client = try app.client()
      try client.upgrade("/v1/realtime?topics=" + (0..<count).map { "log:\($0)" }.joined(separator: ","))
      return type(try client.nextMessage())
    }
    #expect(try open(300) == "metadata")
    #expect(try open(301) == "error")
  }

  @Test(arguments: [(1, 1), (2, 1), (20, 19), (1_000, 950), (1_280, 1_216), (20_000, 19_936)])
  func `of the sockets 5% are no streams, at least one and at most 64`(sockets: Int, streams: Int) {
    #expect(Configuration.maxStreams(sockets: sockets) == streams)
  }

  @Test func `where all streams are taken the next one is told so, and the rest of the server goes on`() throws {
    let app = try RunningApp(["--max-connections", "4"])
    let clients = try (0..<3).map { _ in try app.client() }
    defer { withExtendedLifetime(clients) {} }  // An optimised build lets go of whom it asks no more.
    for client in clients.dropLast() { try client.upgrade("/v1/realtime") }
    let eventStream = ["Accept": "text/event-stream"]
    #expect(try clients[2].request("GET", "/v1/realtime", headers: eventStream).status == 200)

    let next = try app.client()
    let refusal = try next.request("GET", "/v1/realtime", headers: eventStream)
    try #require(refusal.status == 503)
    #expect(refusal.json?["code"] == "UNAVAILABLE")
    #expect(try next.request("GET", "/livez").status == 200)
    #expect(
      try next.request("GET", "/metrics").text.contains(
        "telltale_connections_total{transport=\"sse\",result=\"refused\"} 1\n"))
    try next.upgrade("/v1/realtime")
    #expect(type(try next.nextMessage()) == "error")
    guard case .close(let code, _) = try next.nextEvent() else { return #expect(Bool(false)) }
    #expect(code == .tooManyConnections)
  }

  @Test(arguments: ["nonsense", "zzzz:1", "-1", "k:999999999999"])
  func `a cursor that leads nowhere is a gap, said aloud, and then the stream goes on`(cursor: String) throws {
    let app = try RunningApp()
    let client = try app.client()
    try client.upgrade("/v1/realtime?since=\(cursor)")
    let gap = try client.nextMessage { type($0) == "error" || type($0) == "ping" }
    #expect(gap["payload"]?["details"]?["error_code"] == "REPLAY_GAP")
    #expect(type(try client.nextMessage()) == "ping")
  }

  @Test func `events are the same messages as on the WebSocket`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 2), to: "square.y4m")
    let client = try app.client()
    #expect(try client.openEvents("/v1/realtime").status == 200)
    _ = try client.read(through: Array("event: ping\n".utf8))
    let id = try app.startJob(["source": "square.y4m", "plugins": ["quality_check"]])
    let event = String(decoding: try client.read(through: Array("\"status\":\"succeeded\"".utf8)), as: UTF8.self)
    #expect(event.contains("event: job_status\nid: "))
    #expect(event.contains("\"job_id\":\"\(id)\""))
  }

  @Test func `the jobs digest has each status and whole percents, and nothing else`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 300), to: "square.y4m")
    let client = try app.client()
    try client.upgrade("/v1/realtime?topics=jobs")
    _ = try client.nextMessage { type($0) == "ping" }
    _ = try app.startJob(["source": "square.y4m", "plugins": ["quality_check"]])
    let messages = try watch(client)
    #expect(Set(messages.map(type)) == ["job_status", "progress"])
    #expect(messages.filter { type($0) == "progress" }.count <= 102)
    #expect(messages.allSatisfy { $0["topic"] == "jobs" })
  }

  @Test func `the sixth connection of a session is closed with 4001, over events it is 429`() throws {
    let app = try RunningApp()
    let path = "/v1/realtime?session_id=\(session())"
    let open = try (0..<5).map { _ in
      let client = try app.client()
      try client.upgrade(path)
      return client
    }
    let sixth = try app.client()
    try sixth.upgrade(path)
    #expect(type(try sixth.nextMessage()) == "error")
    guard case .close(let code, _) = try sixth.nextEvent() else { return #expect(Bool(false)) }
    #expect(code == .tooManyConnections)
    let events = try app.client().request("GET", path, headers: ["Accept": "text/event-stream"])
    #expect(events.status == 429)
    #expect(events.fields["retry-after"] != nil)
    let other = try app.client()
    try other.upgrade("/v1/realtime?session_id=\(session(2))")
    #expect(type(try other.nextMessage()) == "metadata")
    _ = open.count
  }

  @Test func `a session id that is no UUID is closed with 4000`() throws {
    let app = try RunningApp()
    let client = try app.client()
    try client.upgrade("/v1/realtime?session_id=me")
    _ = try client.nextMessage()
    guard case .close(let code, _) = try client.nextEvent() else { return #expect(Bool(false)) }
    #expect(code == .invalidSession)
  }

  @Test func `a malformed message is refused by name, and the connection goes on`() throws {
    let app = try RunningApp()
    let client = try app.client()
    try client.upgrade("/v1/realtime")
    _ = try client.nextMessage { type($0) == "ping" }
    try client.sendText("not json")
    #expect(try client.nextMessage()["payload"]?["details"]?["error_code"] == "MSG_INVALID_JSON")
    try client.sendText(
      "{\"type\":\"subscribe\",\"payload\":{\"topics\":[\"jobs\"]},\"timestamp\":\"2026-01-01T00:00:00Z\"}")
    #expect(type(try client.nextMessage()) == "subscribed")
  }
}
