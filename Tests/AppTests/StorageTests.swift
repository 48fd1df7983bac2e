import App
import CSQLite
import Domain
import JSONValues
import Store
import TestSupport
import Testing
import Wire

/// What is acknowledged, through the whole application: over HTTP, over a restart, from the disk.
struct StorageTests {
  private func message(_ type: String, _ payload: JSON) -> JSON {
    ["type": .string(type), "payload": payload, "timestamp": "2026-02-04T15:30:00.123Z"]
  }

  private func externalJob(_ app: RunningApp) throws -> String {
    try app.startJob(["kind": "external", "name": "Nightly"])
  }

  private func report(_ app: RunningApp, _ id: String, _ body: JSON, key: String? = nil) throws -> ProbeClient.Answer {
    try app.client().request(
      "POST", "/v1/jobs/\(id)/messages", json: body, headers: key.map { ["Idempotency-Key": $0] } ?? [:])
  }

  private func messages(_ app: RunningApp, _ id: String, _ query: String = "") throws -> [JSON] {
    try app.client().request("GET", "/v1/jobs/\(id)/messages?limit=1000\(query)").json?["messages"]?.arrayValue ?? []
  }

  // MARK: Reporting from outside

  @Test func `a script reports a job with one message, an array, or a line each`() throws {
    let app = try RunningApp()
    let id = try externalJob(app)
    let watcher = try app.client()
    try watcher.upgrade("/v1/realtime?job_id=\(id)")
    #expect(try watcher.nextMessage { $0["type"] == "job_status" }["payload"]?["status"] == "running")

    let one = try report(app, id, message("progress", ["progress": 10, "stage": "Compiling"]))
    #expect(one.status == 202 && one.json?["accepted"] == 1)
    let two = try report(
      app, id, [message("warning", ["plugin": "cc", "message": "unused"]), message("progress", ["progress": 20])])
    #expect(two.status == 202 && two.json?["accepted"] == 2)
    let lines = [message("progress", ["progress": 30]), message("job_status", ["status": "succeeded"])]
    let body = lines.map { String(decoding: $0.encoded(), as: UTF8.self) }.joined(separator: "\n") + "\n\n"
    let three = try app.client().request(
      "POST", "/v1/jobs/\(id)/messages", headers: ["Content-Type": "application/x-ndjson"], body: Array(body.utf8))
    #expect(three.status == 202 && three.json?["accepted"] == 2)

    #expect(try watcher.nextMessage { $0["payload"]?["status"] == "succeeded" }["id"] != nil)
    #expect(
      try messages(app, id).map { $0["type"]?.stringValue ?? "" } == [
        "job_status", "progress", "warning", "progress", "progress", "progress", "job_status",
      ])
    #expect(try app.extended(id)["progress"] == 100)
    #expect(try report(app, id, message("progress", ["progress": 40])).status == 409)
  }

  @Test(
    arguments: [
      ("[1]", 422, "Message 1 of 1 was refused (MSG_INVALID_JSON): The message is a number."),
      ("{\"type\": \"progress\"", 400, "The body is not valid JSON at line 1, column 20: "), ("[]", 422, "no message"),
      ("{}", 422, "(MSG_MISSING_FIELD): The type is missing"),
      ("{\"type\":7}", 422, "The type is a number, and must be a string"),
      ("{\"type\":\"progress\"}", 422, "(MSG_MISSING_FIELD): The payload is missing: send an object"),
      ("{\"type\":\"progress\",\"payload\":[]}", 422, "The payload is an array, and must be an object"),
      ("{\"type\":\"progress\",\"payload\":{\"progress\":1}}", 422, "(MSG_MISSING_FIELD): The timestamp is missing"),
      (
        "{\"type\":\"progress\",\"payload\":{\"progress\":1},\"timestamp\":1770219000}", 422,
        "The timestamp is a number, and must be a string"
      ),
      (
        "{\"type\":\"progress\",\"payload\":{\"progress\":1},\"timestamp\":\"2026-11-27T17:38:38\"}", 422,
        "The timestamp \\\"2026-11-27T17:38:38\\\" has no time zone: append Z"
      ),
      (
        "{\"type\":\"progres\",\"payload\":{},\"timestamp\":\"2026-02-04T15:30:00Z\"}", 422,
        "(MSG_UNKNOWN_TYPE): Messages of type \\\"progres\\\" are not accepted here. Did you mean \\\"progress\\\"?"
      ),
      ("{\"type\":\"ping\",\"payload\":{},\"timestamp\":\"2026-02-04T15:30:00Z\"}", 422, "(MSG_UNKNOWN_TYPE)"),
      (
        "{\"type\":\"progress\",\"payload\":{\"progress\":101},\"timestamp\":\"2026-02-04T15:30:00Z\"}", 422,
        "The field \\\"payload.progress\\\" is 101, and must be a number from 0 to 100."
      ),
      (
        "{\"type\":\"progress\",\"payload\":{\"progress\":null},\"timestamp\":\"2026-02-04T15:30:00Z\"}", 422,
        "The field \\\"payload.progress\\\" is missing"
      ),
    ])
  func `a report that is none is refused with the reason`(body: String, status: Int, words: String) throws {
    let app = try RunningApp()
    let id = try externalJob(app)
    let answer = try app.client().request(
      "POST", "/v1/jobs/\(id)/messages", headers: ["Content-Type": "application/json"], body: Array(body.utf8))
    #expect(answer.status == status && answer.text.contains(words), "\(answer.text)")
    #expect(try messages(app, id).count == 1)
  }

  @Test func `one bad message among good ones is named, and none of them is taken`() throws {
    let app = try RunningApp()
    let id = try externalJob(app)
    let answer = try report(app, id, [message("progress", ["progress": 1]), message("progress", ["progress": 101])])
    #expect(answer.status == 422 && answer.text.contains("Message 2 of 2"))
    let good = String(decoding: message("progress", ["progress": 1]).encoded(), as: UTF8.self)
    for (lines, status, words) in [
      ("{\"type\":\"progress\"\n{}", 400, "The body is not valid JSON at line 1, column 19: "),
      ("\(good)\n\n{\"type\": x}", 400, "The body is not valid JSON at line 3, column 10: unexpected 'x'."),
      ("\(good)\r\n\r\n{}\r\n", 422, "Message in line 3 was refused (MSG_MISSING_FIELD): The type is missing"),
      // The value beyond the limit is not even parsed, and lines that are empty take no memory.
      (String(repeating: "1\n", count: 1000) + "not JSON", 413, "at most 1000 messages, and this one has more."),
      (String(repeating: "\n", count: 1 << 20), 422, "There is no message in the request."),
    ] {
      let cut = try app.client().request(
        "POST", "/v1/jobs/\(id)/messages", headers: ["Content-Type": "application/x-ndjson"], body: Array(lines.utf8))
      #expect(cut.status == status && cut.text.contains(words), "\(cut.text)")
    }
    for type in ["text/plain", "application/x-ndjson; charset=latin1", "application/x-www-form-urlencoded"] {
      let other = try app.client().request(
        "POST", "/v1/jobs/\(id)/messages", headers: ["Content-Type": type], body: Array("{}".utf8))
      #expect(other.status == 415 && other.text.contains("Content-Type: application/x-ndjson"), "\(other.text)")
    }
    #expect(try messages(app, id).count == 1)
  }

  @Test func `pages of long messages are small, and have every message once`() throws {
    let app = try RunningApp()
    let id = try externalJob(app)
    let text = String(repeating: "x", count: 60_000)
    for first in stride(from: 0, to: 45, by: 15) {
      let long = (first..<first + 15).map {
        message("metadata", ["plugin": "cc", "metadata": ["description": .string("\($0) " + text)]])
      }
      #expect(try report(app, id, .array(long)).status == 202)
    }
    func page(_ query: String) throws -> (count: Int, next: String?) {
      let answer = try app.client().request("GET", "/v1/jobs/\(id)/messages?types=metadata&\(query)")
      #expect(answer.text.utf8.count < 1_200_000)
      let count = try #require(answer.json?["messages"]?.arrayValue).count
      return (count, answer.json?["next"]?.stringValue)
    }
    var (total, next) = try page("limit=1000")
    while let cursor = next {
      let more = try page("limit=1000&since=\(cursor)")
      #expect(more.count > 0)
      (total, next) = (total + more.count, more.next)
    }
    #expect(total == 45)
    // A full page is the last one if nothing follows.
    let first = try page("limit=15")
    let second = try page("limit=15&since=\(try #require(first.next))")
    let third = try page("limit=15&since=\(try #require(second.next))")
    #expect(third.count == 15 && third.next == nil)
  }

  @Test func `the same report with the same key is taken once`() throws {
    let app = try RunningApp()
    let id = try externalJob(app)
    let warning = message("warning", ["plugin": "cc", "message": "unused"])
    let answers = try (0..<3).map { _ in try report(app, id, warning, key: "k1") }
    #expect(answers.allSatisfy { $0.status == 202 && $0.json == answers[0].json })
    #expect(try report(app, id, message("warning", ["plugin": "cc", "message": "x"]), key: "k1").status == 409)
    #expect(try messages(app, id, "&types=warning").count == 1)
  }

  // MARK: Over a restart

  @Test func `after a restart everything is there, and a client goes on where it was`() throws {
    let app = try RunningApp()
    let id = try externalJob(app)
    let cursor = try #require(try report(app, id, message("progress", ["progress": 1])).json?["cursor"]?.stringValue)
    for progress in 2...5 {
      #expect(try report(app, id, message("progress", ["progress": .int(progress)])).status == 202)
    }
    let before = try messages(app, id)
    let epoch = try app.epoch()
    app.end()

    let again = try RunningApp(data: app.data)
    #expect(try again.epoch() == epoch)
    #expect(try messages(again, id) == before)
    #expect(try again.extended(id)["status"] == "running")
    let client = try again.client()
    try client.upgrade("/v1/realtime?job_id=\(id)&since=\(cursor)")
    var replayed: [Int] = []
    #expect(try report(again, id, message("progress", ["progress": 6])).status == 202)
    while replayed.last != 6 {
      let message = try client.nextMessage { $0["seq"] != nil }
      replayed.append(message["payload"]?["progress"]?.intValue ?? -1)
    }
    #expect(replayed == [2, 3, 4, 5, 6])
  }

  @Test func `a job that is done is told from the disk`() throws {
    let app = try RunningApp()
    let id = try externalJob(app)
    _ = try report(
      app, id,
      [
        message("progress", ["progress": 40, "stage": "Linking"]),
        message("warning", ["plugin": "ld", "message": "slow"]),
        message("plugin_status", ["plugin": "ld", "status": "failed"]),
        message("error", ["error": "The linker failed", "details": ["error_code": "LD"]]),
        message("job_status", ["status": "failed", "error": "ld: 1"]),
      ])
    for path in ["/v1/realtime?job_id=\(id)", "/v1/realtime?job_id=\(id)&since=zzzz:9"] {
      let client = try app.client()
      try client.upgrade(path)
      let ping = try client.nextMessage { $0["type"] == "ping" }
      let count = try #require(ping["payload"]?["snapshot_messages"]?.intValue)
      let snapshot = try (0..<count).map { _ in try client.nextMessage() }
      #expect(
        snapshot.map { $0["type"]?.stringValue ?? "" } == [
          "error", "job_status", "progress", "plugin_status", "warning",
        ])
      #expect(snapshot[0]["payload"]?["error"] == "The linker failed")
      #expect(snapshot[1]["payload"]?["error"] == "ld: 1")
      #expect(snapshot[2]["payload"]?["stage"] == "Linking")
    }
    let page = try app.client().request("GET", "/jobs/\(id)")
    #expect(page.status == 200 && page.text.contains("ld: 1") && page.text.contains("slow"))
    #expect(page.text.contains("The linker failed") && page.text.contains("Linking"))
    let types = try app.client().request("GET", "/v1/jobs/\(id)/messages?types=prog")
    #expect(types.status == 400 && types.text.contains("partial_result, plugin_status, progress"))
  }

  @Test func `a client that comes back after very long gets what memory no longer holds`() throws {
    let app = try RunningApp()
    let id = try externalJob(app)
    let start = try #require(try messages(app, id).first?["id"]?.stringValue)
    let count = 12_000
    for first in stride(from: 0, to: count, by: 1000) {
      let batch = (first..<first + 1000).map { number in
        message("warning", ["plugin": "p", "message": .string("\(number)")])
      }
      #expect(try report(app, id, .array(batch)).status == 202)
    }
    for path in ["/v1/realtime?job_id=\(id)&since=\(start)", "/v1/realtime?since=\(start)"] {
      let client = try app.client()
      try client.upgrade(path)
      #expect(try client.nextMessage { $0["type"] == "ping" }["payload"]?["catching_up"] == true)
      var next = 0
      while next < count {
        let message = try client.nextMessage { $0["seq"] != nil && $0["topic"] != "jobs" }
        guard message["payload"]?["message"] == .string("\(next)") else {
          Issue.record("\(path): \(message) instead of \(next)")
          break
        }
        next += 1
      }
      #expect(next == count)
      #expect(try client.nextMessage { $0["type"] == "ping" }["payload"]?["caught_up"] == true)
    }
  }

  @Test func `a restored backup begins a new line, and clients of the old one are told of the gap`() throws {
    let app = try RunningApp()
    let id = try externalJob(app)
    let cursor = try #require(try report(app, id, message("progress", ["progress": 1])).json?["cursor"]?.stringValue)
    let place = TemporaryFolder()
    try Store.backup(folder: app.data.path, to: "\(place.path)/telltale.db")
    #expect(throws: StoreError.self) { try Store.backup(folder: app.data.path, to: "\(place.path)/telltale.db") }
    app.end()
    let restored = try RunningApp(data: place)
    #expect(try restored.epoch() != cursor.prefix { $0 != ":" })
    #expect(try restored.extended(id)["progress"] == 1)
    let client = try restored.client()
    try client.upgrade("/v1/realtime?job_id=\(id)&since=\(cursor)")
    let gap = try client.nextMessage { $0["type"] == "error" }
    #expect(gap["payload"]?["details"]?["error_code"] == "REPLAY_GAP")
    #expect(try client.nextMessage { $0["type"] == "progress" }["payload"]?["progress"]?.intValue == 1)
  }

  @Test func `a damaged message is a gap: the server starts, pages step over it, whoever needs it gets a snapshot`()
    throws
  {
    let app = try RunningApp()
    let id = try externalJob(app)
    var cursors: [String] = []
    for progress in 1...5 {
      let answer = try report(app, id, message("progress", ["progress": .int(progress)]))
      cursors.append(try #require(answer.json?["cursor"]?.stringValue))
    }
    app.end()
    // A cursor names the digest for lists, right behind the job's own message.
    let offsets = try cursors[1...2].map { try #require(StreamPosition(cursor: $0)).offset - 1 }
    var database: OpaquePointer?
    #expect(sqlite3_open("\(app.data.path)/telltale.db", &database) == SQLITE_OK)
    for (offset, progress) in zip(offsets, 2...3) {
      // The first of the two messages in the chunk is the job's own.
      let place = "instr(data, CAST('\"progress\":\(progress)' AS BLOB))"
      let change = """
        UPDATE chunks SET data = CAST(substr(data, 1, \(place) - 1) || x'58' || substr(data, \(place) + 1) AS BLOB)
        WHERE first = \(offset)
        """
      #expect(sqlite3_exec(database, change, nil, nil, nil) == SQLITE_OK)
      #expect(sqlite3_changes(database) == 1)
    }
    sqlite3_close(database)

    let again = try RunningApp(data: app.data)
    #expect(try again.extended(id)["progress"] == 5)
    // Each of the two ends a page.
    var (said, next) = ([Int](), Optional(""))
    for _ in 0..<3 {
      let since = try #require(next)
      let page = try again.client().request("GET", "/v1/jobs/\(id)/messages?types=progress\(since)")
      #expect(page.status == 200)
      said += page.json?["messages"]?.arrayValue?.compactMap { $0["payload"]?["progress"]?.intValue } ?? []
      next = page.json?["next"]?.stringValue.map { "&since=\($0)" }
    }
    #expect(next == nil)
    #expect(said == [1, 4, 5])

    let client = try again.client()
    try client.upgrade("/v1/realtime?job_id=\(id)&since=\(cursors[0])")
    let gap = try client.nextMessage { $0["type"] == "error" }
    #expect(gap["payload"]?["details"]?["error_code"] == "REPLAY_GAP")
    #expect(try client.nextMessage { $0["type"] == "progress" }["payload"]?["progress"] == 5)
    let other = try again.client()
    try other.upgrade("/v1/realtime?job_id=\(id)&since=\(cursors[3])")
    #expect(try other.nextMessage { $0["seq"] != nil }["payload"]?["progress"] == 5)
  }

  // MARK: The command line's view

  @Test func `the doctor finds nothing wrong with a folder that is served, and changes nothing`() throws {
    let app = try RunningApp()
    _ = try externalJob(app)
    let findings = Doctor(
      try Configuration(arguments: ["--data", app.data.path, "--port", "\(app.port)"])
    ).examine()
    #expect(findings.allSatisfy { $0.verdict != .failure }, "\(findings)")
    #expect(findings.first { $0.subject == "database" }?.text.contains("1 jobs") == true)
    #expect(findings.first { $0.subject == "source root" }?.verdict == .ok)
    let nowhere = Doctor(
      try Configuration(arguments: ["--data", "/nowhere/at/all", "--source-root", "/nowhere", "--port", "0"])
    ).examine()
    #expect(nowhere.first { $0.subject == "data folder" }?.verdict == .failure)
    #expect(nowhere.first { $0.subject == "source root" }?.text.contains("does not exist") == true)
    let file = TemporaryFolder()
    file.write(Array("no database".utf8), to: "telltale.db")
    let damaged = Doctor(try Configuration(arguments: ["--data", file.path, "--port", "0"])).examine()
    #expect(damaged.first { $0.subject == "database" }?.verdict == .failure)
    #expect(file.read("telltale.db") == Array("no database".utf8))
  }

  @Test(arguments: ["30", "d", "0d", "-1d", "1.5h", "30w"])
  func `a retention that is no time is refused`(text: String) {
    for option in ["--retention", "--report-timeout"] {
      #expect(throws: UsageError.self) { try Configuration(arguments: [option, text]) }
    }
  }

  @Test func `a retention is days, hours or minutes`() throws {
    for (text, milliseconds) in [("30d", Int64(2_592_000_000)), ("12h", 43_200_000), ("90m", 5_400_000)] {
      #expect(try Configuration(arguments: ["--retention", text]).retention == milliseconds)
    }
  }
}
