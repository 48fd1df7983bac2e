import Domain
import JSONValues
import Realtime
import TestSupport
import Testing
import Wire

/// Cursors that lead nowhere, text that would break an event, and readers that don't read.
struct StreamHostilityTests {
  private static func events(_ query: String = "", _ lines: [UInt8]) -> [UInt8] {
    Array("GET /v1/realtime\(query) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n".utf8) + lines
      + Array("\r\n".utf8)
  }

  private static let cursors: [[UInt8]] =
    [
      "nonsense", "-1", "0", ":", ":1", "1:", "EPOCH", "EPOCH:", "EPOCH:-1", "EPOCH:+1", "EPOCH: 1", "EPOCH:0x1",
      "EPOCH:1:2", "EPOCH:1,EPOCH:2", "EPOCH:999999", "EPOCH:9223372036854775807", "EPOCH:9223372036854775808",
      "EPOCH:99999999999999999999", "EPOCH:\u{0661}", "zzzzzz:0", "zzzzzz:1", "ZZZZZZ:1", "\u{212A}:1", "a\tb",
    ].map { Array($0.utf8) } + [[0xFF, 0xFE], [0xC0, 0xAF], [UInt8](repeating: 0x61, count: 16_000)]

  /// The events of a connection as a browser reads them, up to the first that is wanted.
  private func read(_ client: ProbeClient, until isWanted: (SSEEvent) -> Bool) throws -> [SSEEvent] {
    try client.decodeChunks()
    var parser = SSEParser()
    var events: [SSEEvent] = []
    while true {
      events += try parser.parse(client.read(through: Array("\n\n".utf8)))
      if let last = events.last, isWanted(last) { return events }
    }
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `a cursor that leads nowhere is a gap, and then the stream goes on`(way: HostileRow.Way) throws {
    let app = try RunningApp()
    let epoch = try app.epoch()
    for cursor in Self.cursors {
      let named = String(decoding: cursor, as: UTF8.self).replacing("EPOCH", with: epoch)
      let value = cursor.allSatisfy { $0 < 0x80 } ? Array(named.utf8) : cursor
      let client = try app.client()
      let bytes = Self.events("", Array("Last-Event-ID: ".utf8) + value + [0x0D, 0x0A])
      switch way {
      case .whole: try client.send(bytes)
      case .byteByByte: client.sendByteByByte(bytes)
      // Nothing is answered behind a stream, which has no end.
      case .withAnotherBehind: try client.send(bytes + Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
      }
      #expect(try client.answer().status == 200, "\(named)")
      let events = try read(client) { $0.type == "ping" }
      let gaps = events.filter { $0.type == "error" }.map { String($0.data) }
      #expect(gaps.count == 1 && gaps[0].contains("REPLAY_GAP"), "\(named)")
      #expect(events.allSatisfy { $0.lastEventID.isEmpty == ($0.type != "ping") }, "\(named)")
    }
    #expect(eventually { app.connectionCount == 0 })
  }

  @Test func `behind the gap of one job comes its snapshot`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 2), to: "square.y4m")
    let id = try app.startJob(["source": "square.y4m", "plugins": ["quality_check"]])
    try app.finish(id)
    for cursor in ["nonsense", "zzzzzz:1", "\(try app.epoch()):999999"] {
      let client = try app.client()
      try client.send(Self.events("?job_id=\(id)", Array("Last-Event-ID: \(cursor)\r\n".utf8)))
      #expect(try client.answer().status == 200)
      let types = try read(client) { $0.type == "job_status" }.map(\.type).filter { $0 != "metadata" }
      #expect(types.first == "error" && types.dropFirst().first == "ping", "\(types)")
    }
  }

  @Test func `a cursor of 1 MB is too much of a header or of a target`() throws {
    let app = try RunningApp()
    let megabyte = String(repeating: "a", count: 1 << 20)
    for (bytes, status) in [
      (Self.events("", Array("Last-Event-ID: \(megabyte)\r\n".utf8)), 431),
      (Self.events("?since=\(megabyte)", []), 414),
    ] {
      let client = try app.client()
      try client.send(bytes)
      let answer = try client.answer()
      #expect(answer.status == status)
      #expect(answer.fields["connection"] == "close")
      #expect(try client.readToEnd().isEmpty)
    }
  }

  @Test func `an event stream is not to be held back by a proxy`() throws {
    let app = try RunningApp()
    for path in ["/v1/realtime", "/ws/engines", "/ws/events"] {
      let answer = try app.client().request("GET", path, headers: ["Accept": "text/event-stream"])
      #expect(answer.fields["x-accel-buffering"] == "no")
      #expect(answer.fields["cache-control"] == "no-store")
      #expect(answer.fields["content-type"] == "text/event-stream; charset=utf-8")
      #expect(answer.fields["content-encoding"] == nil && answer.fields["transfer-encoding"] == "chunked")
    }
  }

  @Test func `a name with line breaks and NUL is one event, and read back as one line`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 1), to: "square.y4m")
    let client = try app.client()
    try client.send(Self.events("?topics=jobs", []))
    #expect(try client.answer().status == 200)
    let name = "a\r\nid: zzzzzz:9\r\rdata: {}\n\nevent: ping\u{0}\u{2028}\u{1B}[2J"
    _ = try app.startJob(["source": "square.y4m", "plugins": ["quality_check"], "name": .string(name)])
    let events = try read(client) { $0.type == "progress" }
    #expect(events.filter { $0.type == "ping" }.count == 1)
    let status = try #require(events.first { $0.type == "job_status" })
    #expect(try JSON(parsing: status.data)["payload"]?["name"] == "a data: {} event: ping")
    #expect(status.lastEventID.hasPrefix(try app.epoch()))
  }

  @Test func `a range is one part, several are the whole, one outside is 416`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 1), to: "square.y4m")
    let id = try app.startJob(["source": "square.y4m", "plugins": ["quality_check"]])
    try app.finish(id)
    let path = "/v1/jobs/\(id)/frames/0.png"
    let size = try app.client().request("GET", path).body.count
    let whole = ["content-length": "\(size)", "accept-ranges": "bytes"]
    func row(_ range: String, _ status: Int, _ fields: [String: String]) -> [HostileRow] {
      // Only GET has ranges (RFC 9110 §14.2).
      [("GET", status, fields), ("HEAD", 200, whole)].map { method, status, fields in
        HostileRow(
          "\(method) \(range)", "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nRange: \(range)\r\n\r\n", status,
          fields: fields)
      }
    }
    let part = ["content-range": "bytes 1-4/\(size)", "content-length": "4"]
    let none = ["content-range": "bytes */\(size)", "cache-control": "no-store"]
    let table =
      row("bytes=1-4", 206, part) + row("bytes=-4", 206, ["content-length": "4"])
      + row("bytes=0-99999999999999999999", 206, whole) + row("bytes=1-2,4-5", 200, whole)
      + row("bytes=0-0,0-0,0-0,0-0", 200, whole) + row("bytes=4-1", 200, whole) + row("bytes=+1-2", 200, whole)
      + row("lines=1-2", 200, whole) + row("bytes=\(size)-", 416, none) + row("bytes=-0", 416, none)
      + row("bytes=99999999999999999999-", 416, none)
    for way in HostileRow.Way.allCases {
      let problems = try HostileRow.problems(
        of: table, port: app.port, way, behind: "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
        openConnections: { app.connectionCount })
      #expect(problems.isEmpty, "\(way): \(problems.joined(separator: "\n"))")
    }
  }

  @Test func `a reader that stops is sent away, 4002 on a WebSocket, and the others miss nothing`() throws {
    let app = try RunningApp()
    let (slow, slowEvents, quick) = (try app.client(), try app.client(), try app.client())
    try slow.upgrade("/v1/realtime")
    try slowEvents.send(Self.events("", []))
    #expect(try slowEvents.answer().status == 200)
    try slowEvents.decodeChunks()
    try quick.upgrade("/v1/realtime?topics=job:b")
    _ = try quick.nextMessage { $0["type"] == "ping" }
    let flood = RealtimeMessage(
      .warning, ["plugin": "test", "message": .string(String(repeating: "x", count: 40_000))])
    var count = 0
    func isOver() throws -> Bool {
      let connections = try app.client().request("GET", "/health").json?["connections"]
      return connections?["sse"] == 0 && connections?["websocket"] == 1
    }
    // First the kernel's buffers fill, some megabytes, and then the megabyte of our own.
    while try !isOver(), count < 2_000 {
      for _ in 0..<20 {
        count += 1
        app.publish(flood, to: .job("a"))
        app.publish(RealtimeMessage(.warning, ["plugin": "test", "message": "short"]), to: .job("b"))
        #expect(try quick.nextMessage()["seq"]?.intValue == count)
      }
    }
    #expect(try isOver())
    // What was queued when they fell behind still comes, and then the end: of events, behind a whole one.
    #expect(try slowEvents.readToEnd().suffix(2) == Array("\n\n".utf8))
    #expect(slowEvents.hasReadLastChunk)
    var goodbye: [UInt8] = []
    WebSocketFrame.appendClose(
      .slowConsumer, reason: "You read too slowly to get everything. Come back with your cursor.", to: &goodbye)
    #expect(try slow.readToEnd().suffix(goodbye.count) == goodbye)
  }
}
