import Domain
import JSONValues
import Jobs
import Net
import Store
import Testing

/// Frames are sent without waiting for a disk; only their rows do.
struct FrameTests {
  private func frame(_ id: Int, job: Job) throws -> ReportedMessage {
    let payload: JSONObject = [
      "frame_id": .int(id), "plugin": "cc", "data": [:], "device_used": "cpu", "timing_ms": 1.5,
    ]
    return try ReportedMessage(.object(RealtimeMessage(.frame, payload).json), job: job.id)
  }

  private func frameIDs(_ bench: Bench, _ job: Job) -> [Int?] {
    bench.recorder.messages(job.topic).filter { $0.type == .frame }.map { $0.payload["frame_id"]?.intValue }
  }

  private func storedFrames(_ bench: Bench, _ job: Job) throws -> [Int] {
    try bench.recorder.store.frames(ofJob: job.id, newest: 10).map(\.id)
  }

  @Test func `a reported frame is sent at once, and acknowledged only when its row is stored`() async throws {
    let bench = try Bench()
    let job = try await bench.service.create(.external(name: nil))
    let report = try [frame(4, job: job)]
    bench.recorder.hold()
    let isAcknowledged = Guarded(false)
    let reporting = Task {
      let position = try await bench.service.report(report, into: job.id)
      isAcknowledged.withLock { $0 = true }
      return position
    }
    await bench.recorder.waitUntilSent(job.topic) { $0.type == .frame }
    #expect(!isAcknowledged.withLock { $0 })
    #expect(try storedFrames(bench, job).isEmpty)
    bench.recorder.release()
    // A frame has no position of its own.
    #expect(try await reporting.value == nil)
    #expect(try storedFrames(bench, job) == [4])
    #expect(frameIDs(bench, job) == [4])
  }

  @Test func `a frame does not wait for the numbered messages that were reported before it`() async throws {
    let bench = try Bench()
    let job = try await bench.service.create(.external(name: nil))
    let progress = RealtimeMessage(.progress, ["progress": 40])
    let before = try [ReportedMessage(.object(progress.json), job: job.id)]
    let after = try [frame(7, job: job)]
    bench.recorder.hold()
    async let first = bench.service.report(before, into: job.id)
    await bench.recorder.waitUntilHeld(1)
    async let second = bench.service.report(after, into: job.id)
    await bench.recorder.waitUntilSent(job.topic) { $0.type == .frame }
    #expect(!bench.recorder.messages(job.topic).contains { $0.type == .progress })
    bench.recorder.release()
    #expect(try await first != nil)
    _ = try await second
    #expect(try bench.service.job(job.id).progress == 40)
  }

  @Test func `a job's frames are sent while nothing can be stored, and their rows follow`() async throws {
    let bench = try Bench(plugins: [PluginFactory(Gate.init)])
    bench.write("clip.y4m", video(levels: [1, 2, 3]))
    let job = try await bench.service.create(JobRequest(source: "clip.y4m", plugins: ["gate"]))
    await bench.recorder.waitUntilSent(job.topic) { $0.payload["status"] == "started" }
    bench.recorder.hold()
    let before = bench.recorder.messages(job.topic).count
    Gate.open(job.id)
    await bench.recorder.waitUntilSent(job.topic) { $0.payload["frame_id"] == 2 }
    #expect(bench.recorder.messages(job.topic).dropFirst(before).allSatisfy { $0.type == .frame })
    #expect(frameIDs(bench, job) == [0, 1, 2])
    #expect(try storedFrames(bench, job).isEmpty)
    bench.recorder.release()
    bench.service.waitUntilIdle()
    #expect(try storedFrames(bench, job) == [0, 1, 2])
    #expect(try bench.service.job(job.id).status == .succeeded)
  }

  @Test func `a report that the disk has no room for leaves no row, and can be repeated`() async throws {
    let bench = try Bench()
    let job = try await bench.service.create(.external(name: nil))
    let report = try [frame(1, job: job)]
    bench.recorder.fail(with: .unwritable(path: "db", .diskFull))
    #expect(await errorCode { try await bench.service.report(report, into: job.id) } == .storageFull)
    #expect(try storedFrames(bench, job).isEmpty)
    bench.recorder.fail(with: nil)
    _ = try await bench.service.report(report, into: job.id)
    #expect(try storedFrames(bench, job) == [1])
  }
}

struct ErrorTests {
  private let plugins = [PluginFactory(Brightness.init), PluginFactory(Fragile.init)]

  @Test func `the errors of a reported job count from 1, whatever ids they came with`() async throws {
    let bench = try Bench()
    let job = try await bench.service.create(.external(name: nil))
    func error(_ title: String, id: Int? = nil) throws -> ReportedMessage {
      var payload: JSONObject = ["error": .string(title)]
      payload["error_id"] = id.map(JSON.int)
      return try ReportedMessage(.object(RealtimeMessage(.error, payload).json), job: job.id)
    }
    _ = try await bench.service.report([error("one"), error("two", id: 99)], into: job.id)
    _ = try await bench.service.report([error("three")], into: job.id)
    let sent = bench.recorder.messages(job.topic).filter { $0.type == .error }
    #expect(sent.map { $0.payload["error_id"] } == [1, 2, 3])
    #expect(try bench.service.job(job.id).errors.map(\.id) == [1, 2, 3])
  }

  @Test func `a failed job names the error whose reason it repeats`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16, 17]))
    let job = try await bench.run(
      JobRequest(source: "clip.y4m", plugins: ["fragile"], options: ["fragile": ["fatal": 1]]))
    #expect(job.errors.map(\.id) == [1] && job.errorID == 1)
    let last = try #require(bench.recorder.messages(job.topic).last)
    #expect(last.type == .jobStatus && last.payload["error_id"] == 1)
    #expect(job.error?.contains(job.errors[0].message ?? "-") == true)
  }

  @Test func `an unreadable source is the error that its job names`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("cut.pgm", Array("P5 4 4 255\n".utf8) + [1])
    let job = try await bench.run(JobRequest(source: "cut.pgm", plugins: ["brightness"]))
    #expect(job.status == .failed && job.errorID == 1)
    #expect(job.errors.map(\.message) == [job.error])
  }

  @Test func `a job that failed for another reason names no error`() async throws {
    let bench = try Bench()
    let job = try await bench.service.create(.external(name: nil))
    let messages = [
      RealtimeMessage(.error, ["error": "One file failed"]),
      RealtimeMessage(.jobStatus, ["status": "failed", "error": "make: 2", "error_id": 1]),
    ]
    let reports = try messages.map { try ReportedMessage(.object($0.json), job: job.id) }
    _ = try await bench.service.report(reports, into: job.id)
    let after = try bench.service.job(job.id)
    #expect(after.error == "make: 2" && after.errorID == nil && after.errors.map(\.id) == [1])
  }
}
