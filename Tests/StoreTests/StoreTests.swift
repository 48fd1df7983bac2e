import Domain
import JSONValues
import Store
import TestSupport
import Testing

struct StoreTests {
  @Test func `what was written is there, also after a restart, with the same epoch`() throws {
    let sample = try SampleStore()
    let written = [message(1), message(2, to: .jobs, sequence: 1, type: .jobStatus), message(5, sequence: 2)]
    try sample.store.write(batch(written, jobs: [job("a", number: 3)]))
    for closing in [true, false] {
      try sample.reopen(closing: closing)
      #expect(sample.store.epoch == "first")
      #expect(sample.store.newestOffset == 5)
      #expect(sample.store.newestJobNumber == 3)
      #expect(try sample.store.all() == written)
      #expect(try sample.store.all(.job("a")) == [written[0], written[2]])
      #expect(try sample.store.lastSequence(of: .job("a")) == 2)
      #expect(try sample.store.lastSequence(of: .jobs) == 1)
      #expect(try sample.store.lastSequence(of: .events) == 0)
      #expect(sample.store.count(.queued) == 1)
    }
  }

  @Test func `a job comes back with everything that is known of it`() throws {
    let sample = try SampleStore()
    var all = job("a", number: 7, status: .failed, name: "Ünïcode \u{0} name", finishedAt: .day(101))
    all.work = .pipeline(
      PipelineWork(
        source: "", plugins: ["edges", "motion"],
        options: ["deep": ["list": [1, 2.5, nil, true, "x"]], "empty": [:]], deviceRequested: .cuda(3)))
    all.deviceUsed = .cpu
    all.retryOf = "b"
    all.progress = 12.5
    all.stage = "Looking"
    (all.activePlugin, all.rate, all.etaSeconds) = ("edges", 12.5, 3)
    all.error = "It broke."
    all.startedAt = Timestamp(milliseconds: 1_234_567_890_123)
    var state = PluginState(plugin: "edges", status: .failed)
    state.milliseconds = 1.5
    state.framesProcessed = 3
    state.warningsCount = 2
    state.health = .slow
    state.statistics = TimingStatistics(p50: 1, p95: 2, max: 3.25)
    all.pluginStates = [state, PluginState(plugin: "motion", status: .started)]
    all.warningsCount = 2
    all.errors = [
      JobError(title: "It broke.", message: "all of it", code: "BROKEN", plugin: "edges", frameID: 2),
      JobError(title: "x"),
    ]
    (all.errorsCount, all.errorID) = (2, 1)
    all.results = ["edges": ["count": 5]]
    all.offset = 3
    all.warnings = [
      Warning(plugin: "edges", message: "first", severity: .high, frameID: 4),
      Warning(plugin: "edges", message: "second", severity: .low),
    ]
    let warnings = all.warnings.enumerated().map { index, warning in
      message(index + 1, type: .warning, payload: RealtimeMessage.warning(job: all, warning).payload)
    }
    // The fourth message is news to the row, which tells the job as of the third.
    let late = message(4, type: .warning, payload: ["plugin": "edges", "message": "late"])
    try sample.store.write(batch(warnings + [message(3), late], jobs: [all]))
    try sample.reopen()
    let found = try #require(try sample.store.job("a"))
    #expect(found.json == all.json && found.offset == all.offset)
    #expect(try sample.store.job("b") == nil)
  }
}
