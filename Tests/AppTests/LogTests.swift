import App
import Domain
import JSONValues
import Net
import Processes
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a log wrote, as JSON.
private final class LogRecord: Sendable {
  private let lines = Mutex<[JSON]>([])

  func log(_ level: Log.Level) -> Log {
    Log(level: level, format: .json) { [self] line in
      let json = (try? JSON(parsing: line.dropLast())) ?? .null
      lines.withLock { $0.append(json) }
    }
  }

  var requests: [JSON] { lines.withLock { $0 }.filter { $0["event"] == "request" } }
}

struct AccessLogTests {
  @Test func `what changes something or fails has a line, and says where, what and how long`() throws {
    let record = LogRecord()
    let app = try RunningApp(log: record.log(.info))
    let client = try app.client()
    #expect(try client.request("GET", "/v1/plugins").status == 200)
    #expect(try client.request("GET", "/v1/jobs/job-9?ticket=secret", headers: ["Cookie": "a=secret"]).status == 404)
    #expect(try client.request("DELETE", "/v1/jobs/job-9").status == 404)
    let socket = try app.client()
    try socket.upgrade("/v1/realtime")
    let lines = record.requests
    #expect(lines.count == 3)
    let missing = try #require(lines.first)
    #expect(missing["level"] == "info")
    #expect(missing["method"] == "GET")
    #expect(missing["route"] == "/v1/jobs/{id}")
    #expect(missing["status"] == 404)
    #expect((missing["bytes"]?.intValue ?? 0) > 10)
    #expect((missing["ms"]?.doubleValue ?? -1) >= 0)
    #expect(missing["time"]?.stringValue?.hasSuffix("Z") == true)
    #expect(lines.map { $0["method"] } == ["GET", "DELETE", "GET"])
    #expect(lines.last?["status"] == 101)
    #expect(lines.allSatisfy { !String(decoding: $0.encoded(), as: UTF8.self).contains("secret") })
    #expect(lines.allSatisfy { !String(decoding: $0.encoded(), as: UTF8.self).contains("job-9") })
  }

  @Test func `at debug every answer has a line`() throws {
    let record = LogRecord()
    let app = try RunningApp(log: record.log(.debug))
    let client = try app.client()
    for _ in 0..<3 { _ = try client.request("GET", "/v1/plugins") }
    #expect(record.requests.count == 3)
    #expect(record.requests.allSatisfy { $0["level"] == "debug" })
  }

  @Test func `an error names its request, by the id that its line has`() throws {
    let record = LogRecord()
    let app = try RunningApp(log: record.log(.info))
    let answer = try app.client().request("GET", "/nothing")
    let id = try #require(answer.fields["x-request-id"])
    #expect(record.requests.first?["request"] == .string(id))
    let broken = try app.client()
    try broken.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
    let refusal = try broken.answer()
    #expect(refusal.status == 400)
    #expect(record.requests.last?["request"]?.stringValue == refusal.fields["x-request-id"])
    #expect(record.requests.last?["level"] == "warning")
    #expect(try app.client().request("GET", "/v1/plugins").fields["x-request-id"] == nil)
  }
}

struct LogWriterTests {
  private func makePipe() -> (read: OutputPipe, write: Int32) {
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    return (OutputPipe(owning: ends[0]), ends[1])
  }

  /// How many lines a log says it dropped.
  private func toldLines(_ text: String) -> Int {
    text.split(separator: "\n").compactMap { try? JSON(parsing: Array($0.utf8)) }
      .filter { $0["event"] == "log lines dropped" }.reduce(0) { $0 + ($1["lines"]?.intValue ?? 0) }
  }

  @Test func `lines arrive whole and in order`() {
    let pipe = makePipe()
    let writer = LogWriter(descriptor: pipe.write, format: .json)
    for number in 0..<1000 { writer.append(Array("line \(number)\n".utf8)) }
    writer.finish(patience: 5_000)
    close(pipe.write)
    #expect(Binary.read(pipe.read) == (0..<1000).map { "line \($0)\n" }.joined())
    #expect(writer.droppedLines == 0)
  }

  @Test func `while nobody takes them lines are dropped, counted, and their number is told`() throws {
    let pipe = makePipe()
    let writer = LogWriter(descriptor: pipe.write, format: .json, capacity: 10_000)
    let dropped = overflow(writer)
    var all = ""
    while all.utf8.count(where: { $0 == UInt8(ascii: "x") }) < (500 - dropped) * 999 {
      all += Binary.read(pipe.read) { !$0.isEmpty }
    }
    writer.append(Array("after\n".utf8))
    writer.finish(patience: 5_000)
    close(pipe.write)
    all += Binary.read(pipe.read)
    #expect(all.hasSuffix("\nafter\n"))
    #expect(toldLines(all) == dropped)
  }

  /// Appends more lines of 1,000 bytes than the pipe and the writer hold together; none of it may make this thread wait.
  /// - Returns: how many were dropped.
  private func overflow(_ writer: LogWriter) -> Int {
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: 999) + [UInt8(ascii: "\n")]
    for _ in 0..<500 { writer.append(line) }
    #expect((300..<500).contains(writer.droppedLines))
    return writer.droppedLines
  }

  @Test func `the number of dropped lines is told as soon as there is room, and waits for no other line`() {
    let pipe = makePipe()
    let writer = LogWriter(descriptor: pipe.write, format: .json, capacity: 10_000)
    let dropped = overflow(writer)
    #expect(fcntl(pipe.read.descriptor, F_SETFL, O_NONBLOCK) == 0)
    var all = ""
    let isTold = eventually {
      all += Binary.read(pipe.read)
      return toldLines(all) == dropped
    }
    #expect(isTold, "\(all.suffix(200))")
    writer.finish(patience: 5_000)
    close(pipe.write)
  }

  @Test func `the number of dropped lines is the last that a log says before its end`() throws {
    let pipe = makePipe()
    let writer = LogWriter(descriptor: pipe.write, format: .json, capacity: 100)
    writer.append([UInt8](repeating: UInt8(ascii: "x"), count: 101))
    writer.finish(patience: 5_000)
    close(pipe.write)
    let notice = try JSON(parsing: Array(Binary.read(pipe.read).utf8.dropLast()))
    #expect(notice["event"] == "log lines dropped" && notice["lines"] == 1)
  }

  @Test func `a server whose log nobody reads goes on serving, and ends when it is told to`() throws {
    let server = try RunningBinary(["--log-level", "debug", "--log-format", "json"], readsLog: false)
    let client = try server.client()
    let hundred = String(repeating: "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 100)
    /// Sends requests, of which each has a line.
    func request(hundreds: Int) throws {
      for _ in 0..<hundreds {
        try client.send(hundred)
        for _ in 0..<100 { _ = try client.answer() }
      }
    }
    // Until the pipe and the writer hold no more.
    let isDropping = try eventually(seconds: 60) {
      try request(hundreds: 20)
      return try !client.request("GET", "/metrics").text.contains("telltale_log_lines_dropped_total 0\n")
    }
    #expect(isDropping)
    try request(hundreds: 1)
    server.signal(SIGTERM)
    #expect(server.waitForEnd() == .exited(code: 0))
  }

  @Test(arguments: [(["--log-format", "json"], "{\"time\":\""), (["--log-format", "text"], " request=\"")])
  func `the format can be chosen`(options: [String], sign: String) throws {
    let server = try RunningBinary(options)
    _ = try server.client().request("GET", "/nothing")
    #expect(eventually { server.logText.contains(sign) }, "\(server.logText)")
  }
}
