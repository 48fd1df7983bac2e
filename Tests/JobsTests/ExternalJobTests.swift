import Domain
import JSONValues
import Jobs
import Net
import Store
import Testing

struct ExternalJobTests {
  private func reported(
    _ type: MessageType, _ payload: JSONObject, job: String
  ) throws -> ReportedMessage {
    try ReportedMessage(.object(RealtimeMessage(type, payload).json), job: job)
  }

  private func bench() async throws -> (Bench, Job) {
    let bench = try Bench()
    return (bench, try await bench.service.create(.external(name: "Nightly")))
  }

  @Test func `an external job runs from its creation and has what is reported`() async throws {
    let (bench, job) = try await bench()
    #expect(job.status == .running && job.name == "Nightly" && job.startedAt != nil)
    let position = try await bench.service.report(
      [
        reported(.progress, ["progress": 12.5, "stage": "Compiling"], job: job.id),
        reported(.warning, ["plugin": "cc", "message": "unused"], job: job.id),
        reported(.pluginStatus, ["plugin": "cc", "status": "running", "timing_ms": 3], job: job.id),
        reported(
          .frame, ["frame_id": 4, "plugin": "cc", "data": [:], "device_used": "cpu", "timing_ms": 1.5], job: job.id),
      ], into: job.id)
    let after = try bench.service.job(job.id, frames: 10)
    #expect(after.progress == 12.5 && after.stage == "Compiling" && after.pluginStates.map(\.plugin) == ["cc"])
    #expect(after.warnings == [Warning(plugin: "cc", message: "unused", severity: .medium)])
    #expect(after.frames.map(\.id) == [4])
    #expect(position?.offset == after.offset)
    #expect(bench.recorder.messages(.job(job.id)).allSatisfy { $0.payload["job_id"] == .string(job.id) })
  }

  @Test func `rows of jobs that are reported beside others are rewritten by their own messages, not by all`()
    async throws
  {
    let (bench, job) = try await bench()
    let other = try await bench.service.create(.external(name: "Busy"))
    let created = try #require(try bench.recorder.store.job(job.id)).offset
    let busy = try (1...500).map { try reported(.progress, ["progress": 42, "stage": "Step \($0)"], job: other.id) }
    for number in 1...99 {
      if number % 20 == 1 { _ = try await bench.service.report(busy, into: other.id) }
      _ = try await bench.service.report([reported(.progress, ["progress": .int(number)], job: job.id)], into: job.id)
    }
    // The line is 2,500 messages ahead of the row, and 99 of them have to be folded again after a crash.
    #expect(try bench.recorder.store.job(job.id)?.offset == created)
    let last = try await bench.service.report([reported(.progress, ["progress": 99.5], job: job.id)], into: job.id)
    #expect(try bench.recorder.store.job(job.id)?.offset == created)
    // From now on it is due: the next batch, of whatever job, writes it.
    _ = try await bench.service.report(busy, into: other.id)
    #expect(try bench.recorder.store.job(job.id)?.offset == last?.offset)
    #expect(try bench.recorder.store.job(job.id)?.progress == 99.5)
    let written = try #require(try bench.recorder.store.job(other.id)).offset
    _ = try await bench.service.report([reported(.progress, ["progress": 99.6], job: job.id)], into: job.id)
    #expect(try bench.recorder.store.job(job.id)?.offset == last?.offset)
    #expect(try #require(try bench.recorder.store.job(other.id)).offset > written)
    // Both come back as of their last message, whatever their rows say.
    bench.recorder.store.close()
    let again = try Bench(after: bench)
    #expect(try again.service.job(other.id).progress == 42 && again.service.job(job.id).progress == 99.6)
  }

  @Test func `reports go on from what is stored, whether or not the job was looked at in between`() async throws {
    let (bench, job) = try await bench()
    for number in 1...6 {
      let messages = try [
        reported(.error, ["error": "failed"], job: job.id),
        reported(.warning, ["plugin": "cc", "message": "unused"], job: job.id),
        reported(.progress, ["progress": .int(number)], job: job.id),
      ]
      // What is not stored leaves nothing behind.
      bench.recorder.fail(with: number == 4 ? .unwritable(path: "db", .diskFull) : nil)
      if number == 4 {
        await #expect(throws: AppError.self) { try await bench.service.report(messages, into: job.id) }
      } else {
        _ = try await bench.service.report(messages, into: job.id)
      }
      if number % 2 == 0 { await bench.service.failAbandoned() }
    }
    let errors = bench.recorder.messages(.job(job.id)).filter { $0.type == .error }
    #expect(errors.map { $0.payload["error_id"]?.intValue } == [1, 2, 3, 4, 5])
    let digests = bench.recorder.messages(.jobs).filter { $0.type == .progress }
    #expect(digests.map { $0.payload["warnings_count"]?.intValue } == [1, 2, 3, 4, 5])
    let after = try bench.service.job(job.id)
    #expect(after.errors.count == 5 && after.warnings.count == 5 && after.warningsCount == 5)
  }

  @Test func `a plugin whose name comes in two Unicode forms is one plugin, for the browser too`() async throws {
    let (bench, job) = try await bench()
    for name in ["e\u{301}dges", "\u{E9}dges"] {
      _ = try await bench.service.report(
        [
          reported(.pluginStatus, ["plugin": .string(name), "status": "running"], job: job.id),
          reported(.warning, ["plugin": .string(name), "message": "unused"], job: job.id),
        ], into: job.id)
    }
    #expect(try bench.service.job(job.id, frames: 0).pluginStates.count == 1)
    let names = bench.recorder.messages(.job(job.id)).compactMap { $0.payload["plugin"]?.stringValue }
    #expect(names.count == 4 && names.allSatisfy { Array($0.utf8) == Array("\u{E9}dges".utf8) })
  }

  @Test func `lists get each new percent, and the whole job at its end`() async throws {
    let (bench, job) = try await bench()
    for progress in [1.0, 1.5, 2, 2.9, 3] {
      _ = try await bench.service.report(
        [reported(.progress, ["progress": .double(progress)], job: job.id)], into: job.id)
    }
    _ = try await bench.service.report([reported(.jobStatus, ["status": "succeeded"], job: job.id)], into: job.id)
    let digest = bench.recorder.messages(.jobs)
    #expect(digest.filter { $0.type == .progress }.map { $0.payload["progress"]?.doubleValue } == [1, 2, 3])
    let end = try #require(digest.last?.payload)
    #expect(end["status"] == "succeeded" && end["name"] == "Nightly" && end["progress"]?.doubleValue == 100)
    #expect(end["finished_at"] != .null && end["created_at"] != .null)
  }

  @Test func `lists get the number of warnings with each percent`() async throws {
    let (bench, job) = try await bench()
    let warning = try reported(.warning, ["plugin": "cc", "message": "unused"], job: job.id)
    _ = try await bench.service.report(
      [warning, warning, reported(.progress, ["progress": 3], job: job.id)], into: job.id)
    #expect(bench.recorder.messages(.jobs).last?.payload["warnings_count"] == 2)
    #expect(bench.recorder.messages(.job(job.id)).last?.payload["warnings_count"] == nil)
  }

  @Test func `blanks are not a name, and an error has a text`() async throws {
    let request = try JobRequest(["kind": "external", "name": " \t "], standardPlugins: [])
    let bench = try await bench().0
    #expect(try await bench.service.create(request).name == "External job")
    for (type, payload) in [
      (MessageType.jobStatus, ["status": "running", "name": "  "] as JSONObject), (.error, ["error": ""]),
      (.warning, ["plugin": " ", "message": "unused"]),
    ] {
      #expect(throws: MessageError.self) { try reported(type, payload, job: "1") }
    }
  }

  @Test func `the texts of programs keep their lines, and lose what drives a terminal`() throws {
    func payload(_ type: MessageType, _ payload: JSONObject) throws -> JSONObject {
      try reported(type, payload, job: "1").message.payload
    }
    let trace = "\u{1B}[31mTraceback:\u{1B}[0m\r\n  File \"a.py\"\r\nValueError\r\n"
    let plain = JSON.string("Traceback:\n  File \"a.py\"\nValueError")
    #expect(try payload(.warning, ["plugin": "\u{1B}[1mcc\u{1B}[0m", "message": .string(trace)])["message"] == plain)
    #expect(try payload(.warning, ["plugin": "\u{1B}[1mcc\u{1B}[0m", "message": ""])["plugin"] == "cc")
    let error = try payload(
      .error,
      [
        "error": .string(trace),
        "details": ["message": .string(trace), "error_code": "E\u{7}1", "exit": 2, "x": "\u{7}"],
      ])
    #expect(error["error"] == plain)
    #expect(error["details"] == ["message": plain, "error_code": "E1", "exit": 2, "x": "\u{7}"])
    let end = try payload(.jobStatus, ["status": "failed", "name": "a\nb", "error": .string(trace)])
    #expect(end["name"] == "a b" && end["error"] == plain)
    #expect(try payload(.progress, ["progress": 1, "stage": "10%\r20%\u{1B}[K"])["stage"] == "20%")
    // A limit counts what is published, and a name of nothing but escape sequences is blank.
    let coloured = String(repeating: "\u{1B}[32m", count: 1000) + "ok"
    #expect(try payload(.warning, ["plugin": "cc", "message": .string(coloured)])["message"] == "ok")
    for name in ["\u{1B}[1m\u{1B}[0m", "\u{1B}]0;cc\u{7}"] {
      #expect(throws: MessageError.self) { try payload(.warning, ["plugin": .string(name), "message": "x"]) }
    }
  }

  @Test func `reported times have one decimal, like measured ones`() throws {
    func status(_ payload: JSONObject) throws -> JSONObject {
      let all: JSONObject = ["plugin": "cc", "status": "running"]
      return try reported(
        .pluginStatus, payload.members.reduce(into: all) { $0[$1.key] = $1.value }, job: "1"
      ).message.payload
    }
    for (time, rounded) in [(12.3456, 12.3), (0.04, 0.0), (0.05, 0.1), (999_998.96, 999_999.0), (7, 7.0)] {
      #expect(try status(["timing_ms": .double(time)])["timing_ms"] == .double(rounded))
    }
    #expect(try status(["timing_ms": 7])["timing_ms"]?.doubleValue == 7)
    let statistics = try status(["timing_statistics": ["p50": 1.25, "p95": 2.349, "max": 3, "count": 1.25]])
    #expect(statistics["timing_statistics"] == ["p50": 1.3, "p95": 2.3, "max": 3.0, "count": 1.25])
    let frame: JSONObject = [
      "frame_id": 1, "plugin": "cc", "data": [:], "device_used": "cpu", "timing_ms": 1.2345,
    ]
    #expect(try reported(.frame, frame, job: "1").message.payload["timing_ms"] == 1.2)
    for time in [-0.04, 999_999.04, 1e300] {
      #expect(throws: MessageError.self, "\(time)") { try status(["timing_ms": .double(time)]) }
    }
  }

  @Test func `success completes the plugins that were running`() async throws {
    let (bench, job) = try await bench()
    _ = try await bench.service.report(
      [
        reported(.progress, ["progress": 40], job: job.id),
        reported(.pluginStatus, ["plugin": "cc", "status": "running"], job: job.id),
        reported(.pluginStatus, ["plugin": "lint", "status": "failed"], job: job.id),
        reported(.jobStatus, ["status": "succeeded"], job: job.id),
      ], into: job.id)
    #expect(
      bench.recorder.story(job.id).suffix(3) == [
        "plugin_status cc completed", "progress 100", "job_status succeeded 100",
      ])
    let after = try bench.service.job(job.id)
    #expect(after.progress == 100 && after.stage == "Done")
    #expect(after.pluginStates.map(\.status) == [.completed, .failed])
  }

  @Test func `after its end nothing can be reported, not even later in the same request`() async throws {
    let (bench, job) = try await bench()
    let end = try reported(.jobStatus, ["status": "failed", "error": "make: 2"], job: job.id)
    let progress = try reported(.progress, ["progress": 50], job: job.id)
    let refused = await #expect(throws: AppError.self) {
      try await bench.service.report([end, progress], into: job.id)
    }
    #expect(refused?.code == .conflict)
    #expect(try bench.service.job(job.id).status == .running)
    _ = try await bench.service.report([progress, end], into: job.id)
    let after = try bench.service.job(job.id)
    #expect(after.status == .failed && after.error == "make: 2" && after.finishedAt != nil && after.stage == nil)
    #expect(await errorCode { try await bench.service.report([progress], into: job.id) } == .conflict)
  }

  @Test func `cancelling ends it, and refuses the next report`() async throws {
    let (bench, job) = try await bench()
    try await bench.service.cancel(job.id)
    #expect(try bench.service.job(job.id).status == .cancelled)
    let refused = await #expect(throws: AppError.self) {
      try await bench.service.report([reported(.progress, ["progress": 1], job: job.id)], into: job.id)
    }
    #expect(refused?.code == .conflict)
    let advice = "Job \(job.id) is reported from outside. Run it again where it ran."
    await #expect(throws: AppError(.conflict, advice)) { try await bench.service.retry(job.id) }
  }

  @Test func `a key reports once, and is refused with another request`() async throws {
    let (bench, job) = try await bench()
    let warning = try reported(.warning, ["plugin": "cc", "message": "unused"], job: job.id)
    let first = try await bench.service.report([warning], into: job.id, idempotencyKey: "k")
    #expect(try await bench.service.report([warning], into: job.id, idempotencyKey: "k") == first)
    #expect(try bench.service.job(job.id).warningsCount == 1)
    let other = try reported(.warning, ["plugin": "cc", "message": "other"], job: job.id)
    #expect(await errorCode { try await bench.service.report([other], into: job.id, idempotencyKey: "k") } == .conflict)
    _ = try await bench.service.report([other], into: job.id, idempotencyKey: "k2")
    #expect(try bench.service.job(job.id).warningsCount == 2)
  }

  @Test func `a report that can't be stored is refused whole, and accepted once there is room`() async throws {
    let (bench, job) = try await bench()
    let end = try reported(.jobStatus, ["status": "succeeded"], job: job.id)
    bench.recorder.fail(with: .unwritable(path: "db", .diskFull))
    let refused = await #expect(throws: AppError.self) {
      try await bench.service.report([end], into: job.id, idempotencyKey: "k")
    }
    #expect(refused?.code == .storageFull)
    #expect(await errorCode { try await bench.service.create(.external(name: nil)) } == .storageFull)
    bench.recorder.fail(with: nil)
    #expect(try bench.service.job(job.id).status == .running)
    _ = try await bench.service.report([end], into: job.id, idempotencyKey: "k")
    #expect(try bench.service.job(job.id).status == .succeeded)
  }

  @Test func `nothing is accepted after a report that ends the job, even if an earlier one was refused`() async throws {
    let (bench, job) = try await bench()
    let begun = try reported(.progress, ["progress": 10], job: job.id)
    let end = try reported(.jobStatus, ["status": "failed"], job: job.id)
    let late = try reported(.progress, ["progress": 20], job: job.id)
    bench.recorder.hold()
    async let first = errorCode { try await bench.service.report([begun], into: job.id) }
    await bench.recorder.waitUntilHeld(1)
    async let second = errorCode { try await bench.service.report([end], into: job.id) }
    await bench.recorder.waitUntilHeld(2)
    bench.recorder.settleOldest(refusing: .unwritable(path: "db", .diskFull))
    #expect(await first == .storageFull)
    #expect(await errorCode { try await bench.service.report([late], into: job.id) } == .conflict)
    bench.recorder.settleOldest()
    #expect(await second == nil)
    #expect(try bench.service.job(job.id).status == .failed)
  }

  @Test func `a job without reports for a day has failed, with the reason`() async throws {
    let (bench, job) = try await bench()
    let other = try await bench.service.create(.external(name: "Weekly"))
    await bench.service.failAbandoned()
    func pass(hours: Int64) { bench.clock.withLock { $0.milliseconds += hours * 3_600_000 } }
    pass(hours: 23)
    _ = try await bench.service.report([reported(.progress, ["progress": 10], job: job.id)], into: job.id)
    pass(hours: 2)
    await bench.service.failAbandoned()
    #expect(try bench.service.job(job.id).status == .running)
    let abandoned = try bench.service.job(other.id)
    #expect(abandoned.status == .failed && abandoned.finishedAt != nil)
    #expect(abandoned.error == "Nothing was reported about the job for 24 h, so it counts as abandoned.")
    let late = try reported(.progress, ["progress": 1], job: other.id)
    #expect(await errorCode { try await bench.service.report([late], into: other.id) } == .conflict)
    pass(hours: 23)
    bench.recorder.fail(with: .unwritable(path: "db", .diskFull))
    await bench.service.failAbandoned()
    bench.recorder.fail(with: nil)
    #expect(try bench.service.job(job.id).status == .running)
    await bench.service.failAbandoned()
    #expect(try bench.service.job(job.id).status == .failed)
  }

  @Test func `time without a server does not count as silence`() async throws {
    let (bench, job) = try await bench()
    bench.recorder.store.close()
    let again = try Bench(after: bench)
    again.clock.withLock { $0.milliseconds += 240 * 3_600_000 }
    await again.service.failAbandoned()
    again.clock.withLock { $0.milliseconds += 23 * 3_600_000 }
    await again.service.failAbandoned()
    #expect(try again.service.job(job.id).status == .running)
    again.clock.withLock { $0.milliseconds += 2 * 3_600_000 }
    await again.service.failAbandoned()
    #expect(try again.service.job(job.id).status == .failed)
  }

  @Test func `a pipeline job can't be reported from outside`() async throws {
    let bench = try Bench(plugins: [PluginFactory(Brightness.init)])
    bench.write("clip.y4m", video(levels: [16]))
    let job = try await bench.run(JobRequest(source: "clip.y4m", plugins: ["brightness"]))
    let progress = try reported(.progress, ["progress": 1], job: job.id)
    #expect(await errorCode { try await bench.service.report([progress], into: job.id) } == .conflict)
  }

  @Test(
    arguments: [
      (.progress, [:], "payload.progress"), (.progress, ["progress": 101], "payload.progress"),
      (.progress, ["progress": "1"], "payload.progress"), (.progress, ["progress": 1, "stage": 3], "payload.stage"),
      (.warning, ["plugin": "a"], "payload.message"), (.warning, ["plugin": "", "message": "m"], "payload.plugin"),
      (.warning, ["plugin": "a", "message": "m", "severity": "loud"], "payload.severity"),
      (.jobStatus, ["status": "queued"], "payload.status"), (.jobStatus, [:], "payload.status"),
      (.pluginStatus, ["plugin": "a", "status": "running", "timing_ms": -1], "payload.timing_ms"),
      (.partialResult, ["plugin": "a", "result": [], "partial": true], "payload.result"),
      (.frame, ["frame_id": -1, "plugin": "a", "data": [:], "device_used": "cpu", "timing_ms": 1], "payload.frame_id"),
      (.progress, ["progress": 1, "job_id": "8"], "payload.job_id"),
      (
        .frame,
        [
          "frame_id": 1, "plugin": "a", "data": [:], "device_used": "cpu", "timing_ms": 1,
          "image_url": "https://example.org/x.png",
        ], "payload.image_url"
      ),
      (.log, ["line": "x"], "log"), (MessageType(rawValue: "ping"), [:], "ping"),
    ] as [(MessageType, JSONObject, String)])
  func `a message of the wrong shape is refused by the field's name`(
    type: MessageType, payload: JSONObject, field: String
  ) {
    let refused = #expect(throws: MessageError.self) { try reported(type, payload, job: "7") }
    #expect(refused?.description.contains("\"\(field)\"") == true)
  }

  @Test func `a message that is too large for clients is refused`() {
    let long = JSON.string(String(repeating: "x", count: MessageTable.maxMessageBytes))
    #expect(throws: MessageError.tooLarge(limit: MessageTable.maxMessageBytes)) {
      try reported(.progress, ["progress": 1, "more": long], job: "7")
    }
    for (type, payload) in [
      (.warning, ["plugin": "a", "message": long]), (.progress, ["progress": 1, "stage": long]),
      (.partialResult, ["plugin": "a", "result": ["x": long], "partial": true]),
    ] as [(MessageType, JSONObject)] {
      let refused = #expect(throws: MessageError.self) { try reported(type, payload, job: "7") }
      #expect(refused?.description.contains("bytes") == true)
    }
  }

  @Test func `a job names at most 100 plugins`() async throws {
    let (bench, job) = try await bench()
    func status(_ plugin: String) throws -> ReportedMessage {
      try reported(.pluginStatus, ["plugin": .string(plugin), "status": "running"], job: job.id)
    }
    _ = try await bench.service.report((0..<100).map { try status("p\($0)") }, into: job.id)
    #expect(await errorCode { try await bench.service.report([status("one more")], into: job.id) } == .unprocessable)
    _ = try await bench.service.report([status("p7")], into: job.id)
  }

  @Test func `cancelling or reporting too late is refused with how the job ended`() async throws {
    let (bench, job) = try await bench()
    try await bench.service.cancel(job.id)
    let again = await #expect(throws: AppError.self) { try await bench.service.cancel(job.id) }
    #expect(again?.message == "Job \(job.id) is already cancelled.")
    let late = try reported(.progress, ["progress": 1], job: job.id)
    let refused = await #expect(throws: AppError.self) { try await bench.service.report([late], into: job.id) }
    #expect(refused?.message == "Job \(job.id) was cancelled: nothing more can be reported.")
  }

  @Test func `success completes a job of unknown progress, and cancelling keeps the stage`() async throws {
    let (bench, job) = try await bench()
    let unknown = try reported(.progress, ["progress": 0, "total_unknown": true, "stage": "Scanning"], job: job.id)
    _ = try await bench.service.report([unknown], into: job.id)
    #expect(try bench.service.job(job.id).progress == nil)
    _ = try await bench.service.report([reported(.jobStatus, ["status": "succeeded"], job: job.id)], into: job.id)
    #expect(try bench.service.job(job.id).progress == 100)
    let other = try await bench.service.create(.external(name: nil))
    _ = try await bench.service.report(
      [reported(.progress, ["progress": 3, "stage": "Linking"], job: other.id)], into: other.id)
    try await bench.service.cancel(other.id)
    #expect(try bench.service.job(other.id).stage == "Linking")
  }

  @Test func `plugins that only have results count, too`() async throws {
    let (bench, job) = try await bench()
    func result(_ plugin: String) throws -> ReportedMessage {
      try reported(
        .partialResult, ["plugin": .string(plugin), "result": ["ok": true], "partial": true], job: job.id)
    }
    _ = try await bench.service.report((0..<60).map { try result("p\($0)") }, into: job.id)
    let states = try (50..<100).map {
      try reported(.pluginStatus, ["plugin": .string("p\($0)"), "status": "running"], job: job.id)
    }
    _ = try await bench.service.report(states, into: job.id)
    let refused = await #expect(throws: AppError.self) {
      try await bench.service.report([result("one more")], into: job.id)
    }
    #expect(refused?.code == .unprocessable)
    _ = try await bench.service.report([result("p7"), result("p99")], into: job.id)
    #expect(try bench.service.job(job.id).results.count == 61)
  }
}
