import Domain
import Files
import JSONValues
import Store
import TestSupport
import Testing

/// A data folder that the previous version wrote: two jobs of this server's own, and three that were reported.
struct FirstFormatTests {
  private let folder = TemporaryFolder()
  private static let file = FilePath.parent(of: #filePath) + "/Fixtures/format-1.db"

  /// - Parameter position: the file beside the database, which proves that nothing is missing.
  private func opened(position: String? = nil) throws -> Store {
    folder.write(try FileSystem.read(Self.file, maxBytes: 1 << 20), to: "telltale.db")
    if let position {
      let padded = Array(position.utf8) + [UInt8](repeating: 0x20, count: 63 - position.utf8.count) + [0x0A]
      folder.write(padded, to: "telltale.position")
    }
    return try Store(folder: folder.path) { "another" }
  }

  private func job(_ id: String) throws -> Job {
    let store = try opened()
    return try #require(try store.job(id))
  }

  @Test func `its jobs are listed as before, with their names, states and times`() throws {
    let store = try opened()
    let jobs = try store.jobs(JobQuery()).jobs
    #expect(jobs.map(\.id) == ["5", "4", "3", "2", "1"])
    #expect(jobs.map(\.name) == ["Unknown total", "Nightly", "Übersetzung", "cut.y4m", "A clip"])
    #expect(jobs.map(\.status) == [.cancelled, .running, .failed, .failed, .succeeded])
    #expect(
      jobs.map { $0.startedAt?.milliseconds } == [
        1_795_813_028_101, 1_795_813_028_063, 1_795_813_028_035, 1_795_813_027_902, 1_795_813_027_795,
      ])
    #expect(
      jobs.map { $0.finishedAt?.description.suffix(10) } == [
        "20:57:08.144Z".suffix(10), nil, "20:57:08.043Z".suffix(10), "20:57:07.903Z".suffix(10),
        "20:57:07.797Z".suffix(10),
      ])
    #expect(store.count(.failed) == 2 && store.count(.running) == 1 && store.newestJobNumber == 5)
    #expect(try store.jobs(JobQuery(text: "übersetz")).jobs.map(\.id) == ["3"])
  }

  @Test func `its jobs are found by the present rule, whatever text it kept for searches`() throws {
    folder.write(try FileSystem.read(Self.file, maxBytes: 1 << 20), to: "telltale.db")
    try folder.changeDatabase("UPDATE jobs SET words = 'of another rule'")
    let store = try Store(folder: folder.path) { "another" }
    #expect(try store.jobs(JobQuery(text: "U\u{308}BERSETZ")).jobs.map(\.id) == ["3"])
    #expect(try store.jobs(JobQuery(text: "another")).jobs.isEmpty)
  }

  @Test func `a reported job keeps its plugins with their statistics, its warnings, errors and results`() throws {
    let job = try job("3")
    var compiler = PluginState(plugin: "cc", status: .running)
    (compiler.milliseconds, compiler.framesProcessed, compiler.warningsCount) = (3.5, 7, 2)
    (compiler.health, compiler.statistics) = (.degraded, TimingStatistics(p50: 1.25, p95: 4, max: 9.5))
    #expect(job.pluginStates == [compiler, PluginState(plugin: "lint", status: .started)])
    #expect(
      job.warnings == [
        Warning(plugin: "cc", message: "unused variable “x”", severity: .high, frameID: 4),
        Warning(plugin: "lint", message: "long line", severity: .medium),
      ])
    #expect(
      job.errors == [
        JobError(title: "One file failed", message: "cc: exit 1", code: "CC_FAILED", plugin: "cc", frameID: 5),
        JobError(title: "make: 2"),
      ])
    #expect(job.errorsCount == 2 && job.warningsCount == 2 && job.error == "make: 2" && job.errorID == nil)
    #expect(job.results == ["cc": ["files": [1, 2.5, nil, true, "x"]]])
    #expect(job.progress == 10 && job.stage == "Compiling" && job.activePlugin == "cc")
    #expect(job.rate == 12.5 && job.etaSeconds == 30 && job.work == .external)
  }

  @Test func `a job of the server's own keeps its work, its device and its frames`() throws {
    let store = try opened()
    let job = try #require(try store.job("1"))
    #expect(
      job.work
        == .pipeline(
          PipelineWork(
            source: "clip.y4m", plugins: ["quality_check", "motion_detection"], options: ["frame_pictures": false],
            deviceRequested: .cuda(0))))
    #expect(job.deviceUsed == .cpu && job.progress == 100 && job.stage == "Done")
    #expect(job.pluginStates.map(\.status) == [.completed, .completed])
    #expect(
      job.pluginStates.map(\.statistics) == [
        TimingStatistics(p50: 0, p95: 0.1, max: 0.1), TimingStatistics(p50: 0, p95: 0, max: 0),
      ])
    let frames = try store.frames(ofJob: "1", newest: 10)
    #expect(frames.map(\.id) == [0, 1, 2, 3] && frames.allSatisfy { $0.width == 64 && $0.height == 36 })
    #expect(frames[2].results.map(\.plugin) == ["quality_check", "motion_detection"])
    #expect(try store.job("2")?.errors.map(\.code) == ["SOURCE_UNREADABLE"])
  }

  @Test func `a job that ran goes on with the messages behind its row`() throws {
    let store = try opened()
    var job = try #require(try store.activeJobs().first)
    for stored in try store.all(.job("4")) where stored.offset > job.offset {
      job.apply(try RealtimeMessage(parsing: stored.json))
    }
    #expect(job.progress == 42.5 && job.stage == "Testing" && job.etaSeconds == 120 && job.status == .running)
    #expect(job.pluginStates.map(\.plugin) == ["tests"])
    #expect(try store.key("jobs/nightly-1")?.job == "4")
  }

  @Test func `its line of messages goes on, so that clients resume where they were`() throws {
    let store = try opened(position: "o0g63m:85 12")
    #expect(store.epoch == "o0g63m" && store.newestOffset == 85)
    let messages = try store.all(.job("3"))
    #expect(messages.map(\.sequence) == Array(1...messages.count))
    #expect(try store.lastSequence(of: .job("3")) == messages.count)
    try store.write(batch([message(86, to: .job("4"))]))
    #expect(store.newestOffset == 86)
  }

  @Test func `it is found in order before it is brought up to date, and after`() throws {
    folder.write(try FileSystem.read(Self.file, maxBytes: 1 << 20), to: "telltale.db")
    #expect(try Store.check(folder: folder.path).isEmpty)
    let store = try Store(folder: folder.path) { "another" }
    #expect(try store.check().isEmpty)
  }

  @Test func `it is brought up to date once, and stays readable`() throws {
    let store = try opened()
    let before = try store.jobs(JobQuery()).jobs.map { String(reflecting: $0) }
    store.close()
    let again = try Store(folder: folder.path) { "third" }
    #expect(try again.jobs(JobQuery()).jobs.map { String(reflecting: $0) } == before)
    #expect(again.epoch == "another")
  }
}
