import Domain
import JSONValues
import Jobs
import Store
import Testing

/// Jobs while nothing can be stored.
struct StorageFailureTests {
  private let bench: Bench

  init() throws {
    bench = try Bench(plugins: [PluginFactory(Gate.init), PluginFactory(Brightness.init)])
    bench.write("clip.y4m", video(levels: [16, 17, 18]))
  }

  /// A job that has started and waits at its first frame.
  private func startedJob() async throws -> String {
    let job = try await bench.service.create(JobRequest(source: "clip.y4m", plugins: ["gate"]))
    bench.recorder.wait(.job(job.id)) { $0.payload["status"] == "started" }
    return job.id
  }

  private func fail() { bench.recorder.fail(with: .unwritable(path: "db", .diskFull)) }

  private func recover() {
    bench.recorder.fail(with: nil)
    bench.service.waitUntilIdle()
  }

  @Test func `a running job that is cancelled ends, and its end is stored later`() async throws {
    let id = try await startedJob()
    fail()
    try await bench.service.cancel(id)
    Gate.open(id)
    // Everyone still sees the job as it was stored last, and it can be cancelled any number of times.
    #expect(try bench.service.job(id).status == .running)
    try await bench.service.cancel(id)
    for action in [{ try await bench.service.delete(id) }, { _ = try await bench.service.retry(id) }] {
      let refused = await #expect(throws: AppError.self) { try await action() }
      #expect(refused?.message.contains("was cancelled, and its end is not stored yet") == true)
    }
    recover()
    #expect(try bench.service.job(id).status == .cancelled)
    try await bench.service.delete(id)
  }

  @Test(arguments: [false, true])
  func `a job whose end can't be stored ends when it can, as cancelled if it was`(isCancelled: Bool) async throws {
    let id = try await startedJob()
    fail()
    Gate.open(id)
    #expect(await errorCode { try await bench.service.create(.external(name: nil)) } == .storageFull)
    #expect(try bench.service.job(id).status == .running)
    if isCancelled { try await bench.service.cancel(id) }
    recover()
    let ended = try bench.service.job(id)
    #expect(ended.status == (isCancelled ? .cancelled : .succeeded))
    #expect(await errorCode { try await bench.service.cancel(id) } == .conflict)
  }

  @Test func `a waiting job that is cancelled never runs`() async throws {
    let id = try await startedJob()
    let waiting = try await bench.service.create(JobRequest(source: "clip.y4m", plugins: ["brightness"]))
    fail()
    try await bench.service.cancel(waiting.id)
    #expect(try bench.service.job(waiting.id).status == .queued)
    Gate.open(id)
    recover()
    #expect(try bench.service.job(waiting.id).status == .cancelled)
    #expect(bench.recorder.story(waiting.id) == ["job_status queued -", "job_status cancelled -"])
    #expect(try bench.service.job(id).status == .succeeded)
  }

  @Test func `a job that is reported from outside accepts nothing after it was cancelled`() async throws {
    let job = try await bench.service.create(.external(name: nil))
    fail()
    try await bench.service.cancel(job.id)
    bench.recorder.fail(with: nil)
    let json: JSON = [
      "type": "progress", "payload": ["progress": 10], "timestamp": "2026-02-04T15:30:00.123Z",
    ]
    let report = try ReportedMessage(json, job: job.id)
    #expect(await errorCode { try await bench.service.report([report], into: job.id) } == .conflict)
    #expect(try bench.service.job(job.id).status == .running)
    await bench.service.failAbandoned()
    #expect(try bench.service.job(job.id).status == .cancelled)
    await bench.service.failAbandoned()
    #expect(try bench.service.job(job.id).progress == nil)
  }

  @Test func `a job that ran when the server ended can be cancelled, and has failed when that can be stored`()
    async throws
  {
    let id = try await startedJob()
    bench.recorder.store.close()
    let after = try Bench(plugins: [PluginFactory(Gate.init)], after: bench)
    after.recorder.fail(with: .unwritable(path: "db", .diskFull))
    after.service.failWhatRan()
    #expect(try after.service.job(id).status == .running)
    try await after.service.cancel(id)
    let refused = await #expect(throws: AppError.self) { try await after.service.delete(id) }
    #expect(refused?.message.contains("was cancelled, and its end is not stored yet") == true)
    after.recorder.fail(with: nil)
    after.service.waitUntilIdle()
    let job = try after.service.job(id)
    #expect(job.status == .failed && job.error?.hasPrefix("The server ended while the job ran") == true)
    try await after.service.delete(id)
    Gate.open(id)
  }

  @Test func `a job can be cancelled from the moment that it is stored`() async throws {
    bench.recorder.hold()
    let creation = Task { [bench] in
      try await bench.service.create(JobRequest(source: "clip.y4m", plugins: ["brightness"]))
    }
    await bench.recorder.waitUntilHeld(1)
    let answer = bench.recorder.storeOldest()
    bench.recorder.release()
    let id = try #require(bench.recorder.book.active.first?.id)
    try await bench.service.cancel(id)
    answer()
    #expect(try await creation.value.id == id)
    bench.service.waitUntilIdle()
    #expect(bench.recorder.story(id) == ["job_status queued -", "job_status cancelled -"])
  }

  @Test func `a job that waits for room in a full queue ends when it is cancelled`() async throws {
    let id = try await startedJob()
    bench.recorder.fill()
    Gate.open(id, frames: 1)
    try await bench.service.cancel(id)
    // Its thread gives up waiting, and stores the end.
    bench.service.waitUntilIdle()
    #expect(try bench.service.job(id).status == .cancelled)
  }

  @Test func `a server that stops does not wait for a store that fails`() async throws {
    let id = try await startedJob()
    fail()
    Gate.open(id)
    bench.service.shutDown()
    #expect(try bench.service.job(id).status == .running)
  }

  // MARK: Clocks

  @Test(arguments: [-86_400_000, 3_456_000_000, 0] as [Int64])
  func `a job never ends before it starts, however the clock is set meanwhile`(error: Int64) async throws {
    let id = try await startedJob()
    bench.clockError.withLock { $0 = error }
    bench.clock.withLock { $0.milliseconds += 5000 }
    Gate.open(id)
    bench.service.waitUntilIdle()
    let job = try bench.service.job(id)
    let (started, finished) = (try #require(job.startedAt), try #require(job.finishedAt))
    #expect(finished.milliseconds - started.milliseconds == 5000 && started >= job.createdAt)
  }

  @Test func `a waiting job starts after it was created, and a reported one ends after that`() async throws {
    let id = try await startedJob()
    let waiting = try await bench.service.create(JobRequest(source: "clip.y4m", plugins: ["brightness"]))
    let other = try await bench.service.create(.external(name: nil))
    let cancelled = try await bench.service.create(JobRequest(source: "clip.y4m", plugins: ["brightness"]))
    bench.clockError.withLock { $0 = -86_400_000 }
    try await bench.service.cancel(other.id)
    try await bench.service.cancel(cancelled.id)
    Gate.open(id)
    bench.service.waitUntilIdle()
    for id in [waiting.id, other.id, cancelled.id] {
      let job = try bench.service.job(id)
      let times = [job.createdAt, job.startedAt, job.finishedAt].compactMap { $0 }
      #expect(times == times.sorted() && job.finishedAt != nil)
    }
  }

  @Test func `an idempotency key is valid for a day, however the clock is set`() async throws {
    let job = try await bench.service.create(.external(name: nil), idempotencyKey: "k")
    for error in [3_456_000_000, -3_456_000_000] as [Int64] {
      bench.clockError.withLock { $0 = error }
      #expect(try await bench.service.create(.external(name: nil), idempotencyKey: "k").id == job.id)
    }
    bench.clockError.withLock { $0 = 0 }
    bench.clock.withLock { $0.milliseconds += IdempotencyKey.lifetime }
    #expect(try await bench.service.create(.external(name: nil), idempotencyKey: "k").id != job.id)
  }
}
