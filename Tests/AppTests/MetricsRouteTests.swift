import App
import Files
import Net
import Processes
import TestSupport
import Testing
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct MetricsRouteTests {
  /// Every sample by its name and labels, as they stand there.
  private func samples(_ text: String) throws -> [String: Double] {
    var samples: [String: Double] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let space = try #require(line.lastIndex(of: " "))
      let value = try #require(Double(line[line.index(after: space)...]), "\(line)")
      #expect(samples.updateValue(value, forKey: String(line[..<space])) == nil, "twice: \(line)")
    }
    return samples
  }

  private func scrape(_ app: RunningApp) throws -> [String: Double] {
    let answer = try app.client().request("GET", "/metrics", headers: ["Connection": "close"])
    #expect(answer.status == 200)
    #expect(answer.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
    return try samples(answer.text)
  }

  @Test func `an application that has told its metrics is let go with its server`() throws {
    weak var application: Application?
    do {
      let app = try RunningApp()
      application = app.application
      #expect(try !scrape(app).isEmpty && application != nil)
    }
    #expect(eventually { application == nil })
  }

  @Test func `requests are counted exactly, by route, method and status`() throws {
    let app = try RunningApp()
    let client = try app.client()
    for _ in 0..<3 { _ = try client.request("GET", "/v1/plugins") }
    for number in 0..<4 { _ = try client.request("GET", "/v1/jobs/job-\(number)?token=secret") }
    _ = try client.request("HEAD", "/v1/plugins")
    _ = try client.request("DELETE", "/v1/plugins")
    for path in ["/nothing", "/nothing/else"] { _ = try client.request("GET", path) }
    let broken = try app.client()
    try broken.send("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\n")
    _ = try broken.answer()
    let metrics = try scrape(app)
    func requests(_ route: String, _ method: String, _ code: Int) -> Double? {
      metrics["telltale_http_requests_total{route=\"\(route)\",method=\"\(method)\",code=\"\(code)\"}"]
    }
    #expect(requests("/v1/plugins", "GET", 200) == 3)
    #expect(requests("/v1/jobs/{id}", "GET", 404) == 4)
    #expect(requests("/v1/plugins", "HEAD", 200) == 1)
    #expect(requests("none", "DELETE", 405) == 1)
    #expect(requests("none", "GET", 404) == 2)
    #expect(requests("none", "other", 400) == 1)
    #expect(metrics["telltale_http_parse_errors_total{reason=\"length\"}"] == 1)
    // All but the one that could not be read; the scrape itself is not answered yet.
    #expect(metrics["telltale_http_request_duration_seconds_count"] == 11)
    #expect(metrics["telltale_http_request_duration_seconds_bucket{le=\"+Inf\"}"] == 11)
    #expect(metrics["telltale_connections_total{transport=\"http\",result=\"accepted\"}"] == 3)
    #expect(metrics.keys.allSatisfy { !$0.contains("secret") && !$0.contains("job-1") })
  }

  @Test func `a page that is loaded with a cursor counts as no resumption, and a client that comes back as one`() throws
  {
    let app = try RunningApp()
    let cursor = "\(try app.epoch()):0"
    func connect(_ query: String, headers: [String: String] = [:]) throws -> ProbeClient {
      let client = try app.client()
      try client.upgrade("/v1/realtime?topics=jobs&since=\(query)", headers: headers)
      _ = try client.nextMessage { $0["type"] == "ping" }
      return client
    }
    let pages = try (0..<5).map { _ in try connect("\(cursor)&fresh=1") } + [try connect("zzzz:1&fresh=1")]
    #expect(try scrape(app)["telltale_resume_total{result=\"resumed\"}"] == 0)
    #expect(try scrape(app)["telltale_resume_total{result=\"gap\"}"] == 0)
    // An EventSource reconnects with its first address, and with the last id in a header.
    let back = [try connect(cursor), try connect("\(cursor)&fresh=1", headers: ["Last-Event-ID": cursor])]
    #expect(try scrape(app)["telltale_resume_total{result=\"resumed\"}"] == 2)
    withExtendedLifetime((pages, back)) {}
  }

  @Test func `streams, messages and jobs are counted exactly`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 5), to: "square.y4m")
    let sockets = try (0..<3).map { number in
      let client = try app.client()
      // As a browser does it: with compression, and still a WebSocket.
      try client.upgrade(
        "/v1/realtime", headers: number == 0 ? [:] : ["Sec-WebSocket-Extensions": "permessage-deflate"])
      _ = try client.nextMessage { $0["type"] == "ping" }
      return client
    }
    let events = try app.client()
    try events.openEvents("/v1/realtime")
    _ = try events.read(through: Array("event: ping\n".utf8))
    let refused = try app.client()
    try refused.upgrade("/v1/realtime?session_id=me")
    let lost = try app.client()
    try lost.upgrade("/v1/realtime?since=zzzz:1")
    _ = try lost.nextMessage { $0["type"] == "ping" }
    defer { withExtendedLifetime((sockets, events, lost)) {} }  // An optimised build lets go of whom it asks no more.

    let id = try app.startJob(["source": "square.y4m", "plugins": ["quality_check"]])
    var received = 0
    while true {
      let message = try sockets[0].nextMessage()
      received += 1
      if message["type"] == "job_status", message["payload"]?["finished_at"] != .null { break }
    }
    try app.finish(id)
    var close: [UInt8] = []
    WebSocketFrame.appendMasked(.close, payload: WebSocketFrame.closePayload(.normal), key: 7, to: &close)
    try sockets[2].send(close)
    _ = try sockets[2].readToEnd()

    // The other loop may have what the first one sent still before it.
    #expect(try eventually { try scrape(app)["telltale_queue_depth_messages"] == 0 })
    let metrics = try scrape(app)
    #expect(metrics["telltale_connections{transport=\"websocket\"}"] == 3)
    #expect(metrics["telltale_connections{transport=\"sse\"}"] == 1)
    #expect(metrics["telltale_connections_total{transport=\"websocket\",result=\"accepted\"}"] == 4)
    #expect(metrics["telltale_connections_total{transport=\"websocket\",result=\"refused\"}"] == 1)
    #expect(metrics["telltale_connections_total{transport=\"sse\",result=\"accepted\"}"] == 1)
    #expect(metrics["telltale_ws_closes_total{code=\"1000\"}"] == 1)
    #expect(metrics["telltale_ws_closes_total{code=\"4000\"}"] == 1)
    #expect(metrics["telltale_resume_total{result=\"gap\"}"] == 1)
    #expect(metrics["telltale_messages_published_total{type=\"frame\"}"] == 5)
    // Five connections were open then, and each was sent what the first one read.
    #expect(metrics["telltale_messages_sent_total"] == Double(received * 5))
    #expect((metrics["telltale_delivery_latency_seconds_count"] ?? 0) >= 1)
    #expect(metrics["telltale_jobs{status=\"succeeded\"}"] == 1)
    #expect(metrics["telltale_job_duration_seconds_count"] == 1)
    #expect(metrics["telltale_plugin_duration_seconds_count{plugin=\"quality_check\"}"] == 5)
    #expect(metrics["telltale_http_requests_total{route=\"/v1/realtime\",method=\"GET\",code=\"101\"}"] == 5)
    #expect(metrics["telltale_http_requests_total{route=\"/v1/realtime\",method=\"GET\",code=\"200\"}"] == 1)
  }

  @Test func `streams are counted too where a command adds addresses of its own`() throws {
    let app = try RunningApp(extra: ExtraRoutes([], open: { _, _, _ in nil }))
    let client = try app.client()
    try client.upgrade("/v1/realtime")
    _ = try client.nextMessage { $0["type"] == "ping" }
    #expect(try scrape(app)["telltale_connections_total{transport=\"websocket\",result=\"accepted\"}"] == 1)
  }

  @Test func `a WebSocket that breaks without a word is counted as 1006`() throws {
    let app = try RunningApp()
    do {
      let client = try app.client()
      try client.upgrade("/v1/realtime")
    }
    #expect(try eventually { try scrape(app)["telltale_ws_closes_total{code=\"1006\"}"] == 1 })
  }

  @Test func `loops and the process tell how they are`() throws {
    let app = try RunningApp()
    let metrics = try scrape(app)
    for loop in ["0", "1", "accept"] {
      #expect((0...5).contains(metrics["telltale_event_loop_lag_seconds{loop=\"\(loop)\"}"] ?? -1))
      #expect(metrics["telltale_event_loop_turn_seconds_count{loop=\"\(loop)\"}"] != nil)
    }
    #expect((metrics["telltale_process_cpu_seconds_total"] ?? 0) > 0)
    #expect((metrics["telltale_process_open_fds"] ?? 0) > 3)
    #expect((metrics["telltale_process_max_fds"] ?? 0) > 100)
    #expect((metrics["telltale_process_start_time_seconds"] ?? 0) > 1_700_000_000)
    #expect(metrics.keys.contains { $0.hasPrefix("telltale_build_info{version=\"") })
  }

  @Test func `docs operations has a row for each of them`() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let page = String(decoding: try FileSystem.read("/\(root)/docs/operations.md", maxBytes: 1 << 20), as: UTF8.self)
    let app = try RunningApp()
    let text = try app.client().request("GET", "/metrics").text
    let names = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE telltale_") }.map { line in
      line.dropFirst("# TYPE telltale_".count).prefix { $0 != " " }
    }
    #expect(names.count > 20)
    for name in names { #expect(page.contains("`\(name)`") || page.contains("`\(name){"), "\(name)") }
  }

  private static let promtool = getenv("TELLTALE_PROMTOOL").map { String(cString: $0) }

  @Test(.enabled(if: promtool != nil, "There is no promtool: Tests/scripts/setup.sh metrics fetches it."))
  func `promtool finds nothing to say against them`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 2), to: "square.y4m")
    let client = try app.client()
    try client.upgrade("/v1/realtime")
    try app.finish(app.startJob(["source": "square.y4m"]))
    let folder = TemporaryFolder()
    let file = folder.write(try app.client().request("GET", "/metrics").body, to: "metrics")
    let child = try ChildProcess(
      ["sh", "-c", "\"$0\" check metrics <\"$1\" 2>&1", try #require(Self.promtool), file], environment: [:])
    let output = Binary.read(child.standardOutput)
    #expect(child.waitForEnd() == .exited(code: 0), "\(output)")
    #expect(output.isEmpty)
  }
}
