import Domain
import JSONValues
import Testing

struct JobFoldTests {
  private func job() -> Job {
    Job(
      id: "7", name: "clip", work: .pipeline(.init(source: "clip.y4m", plugins: ["a"])),
      createdAt: Timestamp(milliseconds: 1000))
  }

  @Test func `the messages of a job add up to the job`() {
    var told = job()
    told.status = .running
    told.startedAt = Timestamp(milliseconds: 2000)
    told.deviceUsed = .cpu
    var state = PluginState(plugin: "a", status: .running)
    state.milliseconds = 1.5
    state.framesProcessed = 3
    state.health = .degraded
    state.statistics = TimingStatistics(p50: 1, p95: 2, max: 3)
    let warning = Warning(plugin: "a", message: "dark", severity: .high, frameID: 2)
    var folded = job()
    for message in [
      .jobStatus(told), .progress(job: told, progress: 40, stage: "Analysing", plugin: "a", etaSeconds: 9, rate: 12.5),
      .pluginStatus(job: told, state),
      .warning(job: told, warning), .partialResult(job: told, plugin: "a", result: ["sum": 3]),
    ] as [RealtimeMessage] { folded.apply(message) }
    #expect(folded.status == .running && folded.startedAt == told.startedAt && folded.deviceUsed == .cpu)
    #expect(folded.progress == 40 && folded.stage == "Analysing" && folded.activePlugin == "a")
    #expect(folded.etaSeconds == 9 && folded.rate == 12.5)
    #expect(folded.pluginStates == [state])
    #expect(folded.warnings == [warning] && folded.warningsCount == 1)
    #expect(folded.results == ["a": ["sum": 3]])
    // And so does what a newcomer is told instead of them.
    var snapshot = job()
    for message in folded.snapshot { snapshot.apply(message) }
    #expect(snapshot.snapshot.map(\.payload) == folded.snapshot.map(\.payload))
    #expect(snapshot.activePlugin == "a" && snapshot.etaSeconds == 9 && snapshot.rate == 12.5)
  }

  @Test func `a progress that says nothing of what is going on leaves that, and ends what was expected`() {
    var folded = job()
    folded.apply(.progress(job: folded, progress: 1, stage: "Linking", plugin: "ld", etaSeconds: 9, rate: 2))
    folded.apply(RealtimeMessage(.progress, ["progress": 2]))
    #expect(folded.stage == "Linking" && folded.activePlugin == "ld" && folded.etaSeconds == nil && folded.rate == nil)
    folded.apply(RealtimeMessage(.progress, ["progress": 3, "plugin": "strip"]))
    #expect(folded.stage == nil && folded.activePlugin == "strip")
  }

  @Test func `a newer word on a plugin takes the older one's place`() {
    var folded = job()
    for status in [PluginStatus.started, .completed] {
      folded.apply(.pluginStatus(job: folded, PluginState(plugin: "a", status: status)))
    }
    folded.apply(.pluginStatus(job: folded, PluginState(plugin: "b", status: .started)))
    #expect(folded.pluginStates.map(\.status) == [.completed, .started])
  }

  @Test func `progress whose total is unknown is unknown, and what is out of range is clamped`() {
    var folded = job()
    folded.apply(.progress(job: folded, progress: nil, stage: "Reading"))
    #expect(folded.progress == nil && folded.stage == "Reading")
    for (said, shown) in [(-5.0, 0.0), (250, 100), (33.5, 33.5)] {
      folded.apply(RealtimeMessage(.progress, ["progress": .double(said)]))
      #expect(folded.progress == shown && folded.stage == "Reading")
    }
  }

  @Test func `of many errors the newest are kept, in number and in bytes`() {
    var folded = job()
    for number in 1...Job.maxErrorsKept + 5 {
      folded.apply(.error(job: folded, JobError(title: "\(number)")))
    }
    #expect(folded.errors.count == Job.maxErrorsKept && folded.errors.first == JobError(title: "6"))
    let long = JobError(title: "long", message: String(repeating: "x", count: Job.maxErrorBytesKept), code: "X")
    folded.apply(.error(job: folded, long))
    #expect(folded.errors == [long])
  }

  @Test func `of many warnings the newest are kept and all are counted`() {
    var folded = job()
    for number in 1...Job.maxWarningsKept + 5 {
      folded.apply(
        .warning(job: folded, Warning(plugin: "a", message: "\(number)", severity: .low)))
    }
    #expect(folded.warningsCount == Job.maxWarningsKept + 5 && folded.warnings.count == Job.maxWarningsKept)
    #expect(folded.warnings.first?.message == "6")
    #expect(folded.summary["warnings_count"] == .int(Job.maxWarningsKept + 5))
  }

  @Test func `of long warnings so many bytes are kept`() {
    var folded = job()
    for number in 0..<100 {
      let text = "\(number) " + String(repeating: "x", count: 4000)
      folded.apply(.warning(job: folded, Warning(plugin: "a", message: text, severity: .low)))
    }
    #expect(folded.warningsCount == 100)
    #expect(folded.warnings.reduce(0) { $0 + $1.message.utf8.count } <= Job.maxWarningBytesKept)
    #expect(folded.warnings.last?.message.hasPrefix("99 ") == true && folded.warnings.count > 50)
  }

  @Test func `a status changes what it names, and clears what it names as null`() {
    var folded = job()
    folded.progress = 50
    folded.stage = "Halfway"
    folded.apply(RealtimeMessage(.jobStatus, ["status": "failed", "error": "no disk", "stage": nil]))
    #expect(folded.status == .failed && folded.error == "no disk" && folded.stage == nil && folded.progress == 50)
    folded.apply(RealtimeMessage(.jobStatus, ["status": "exploded"]))
    #expect(folded.status == .failed)
  }

  @Test(arguments: [
    RealtimeMessage(.warning, ["plugin": "a"]), RealtimeMessage(.pluginStatus, ["plugin": "a", "status": "asleep"]),
    RealtimeMessage(.frame, ["frame_id": 1]), RealtimeMessage(MessageType(rawValue: "unheard"), ["progress": 3]),
  ])
  func `what says nothing about the state changes nothing`(message: RealtimeMessage) {
    var folded = job()
    folded.apply(message)
    #expect(folded.pluginStates.isEmpty && folded.warningsCount == 0 && folded.progress == nil)
  }
}
