import Domain
import JSONValues
import Jobs
import Testing

struct InspectorServiceTests {
  private let inspector = InspectorService()
  private let catalogue = PluginCatalogue([PluginFactory(Brightness.init)])

  private func job(_ id: String = "7", work: JobWork = .pipeline(.init(source: "a.y4m", plugins: []))) -> Job {
    Job(id: id, name: "", work: work, createdAt: Timestamp(milliseconds: 0))
  }

  /// Folds messages into the job and hands them to the inspector, as a commit does.
  private func commit(_ messages: RealtimeMessage..., to job: inout Job) {
    var changes = InspectorService.Changes()
    for message in messages {
      job.apply(message)
      changes.add(message, of: job)
    }
    inspector.add(changes)
  }

  private func status(_ plugin: String, health: PluginHealth = .ok, milliseconds: Double = 1) -> RealtimeMessage {
    var state = PluginState(plugin: plugin, status: .running)
    state.milliseconds = milliseconds
    state.health = health
    return .pluginStatus(job: job(), state)
  }

  private func warning(_ plugin: String, _ text: String) -> RealtimeMessage {
    .warning(job: job(), Warning(plugin: plugin, message: text, severity: .low))
  }

  private func metadata(_ plugin: String, _ metadata: JSONObject) -> RealtimeMessage {
    .metadata(metadata, plugin: plugin, job: job())
  }

  @Test func `an inspection has a plugin's state, metadata and warnings`() {
    var job = job()
    commit(
      metadata("lint", ["version": "2"]), status("lint", health: .degraded, milliseconds: 12.5),
      warning("lint", "unused"), warning("other", "not its own"), to: &job)
    let inspections = inspector.inspections(of: job, catalogue: catalogue)
    #expect(inspections.map(\.state) == job.pluginStates)
    #expect(inspections.map(\.state.milliseconds) == [12.5])
    #expect(inspections.map(\.metadata) == [["version": "2"]])
    #expect(inspections.map { $0.warnings.map(\.message) } == [["unused"]])
  }

  @Test func `plugins are in execution order, and none is there before it starts`() {
    var job = job()
    #expect(inspector.inspections(of: job, catalogue: catalogue).isEmpty)
    commit(metadata("b", [:]), to: &job)
    #expect(inspector.inspections(of: job, catalogue: catalogue).isEmpty)
    commit(status("b"), status("a"), status("b"), to: &job)
    #expect(inspector.inspections(of: job, catalogue: catalogue).map(\.state.plugin) == ["b", "a"])
  }

  @Test func `the catalogue describes a plugin that announced nothing, and nothing describes an unknown one`() {
    var job = job()
    commit(status("brightness"), status("stranger"), to: &job)
    let described = inspector.inspections(of: job, catalogue: catalogue).map(\.metadata)
    #expect(described == [Brightness().metadata.json, nil])
    commit(metadata("brightness", ["model": "median"]), to: &job)
    #expect(inspector.inspections(of: job, catalogue: catalogue).first?.metadata == ["model": "median"])
  }

  @Test func `what is announced in one job describes no other`() {
    var (one, other) = (job("1"), job("2"))
    commit(metadata("lint", ["version": "1"]), status("lint"), to: &one)
    commit(metadata("lint", ["version": "2"]), status("lint"), to: &other)
    #expect(inspector.inspections(of: one, catalogue: catalogue).first?.metadata == ["version": "1"])
    inspector.forget(job: "1")
    #expect(inspector.inspections(of: one, catalogue: catalogue).map(\.metadata) == [nil])
    #expect(inspector.inspections(of: other, catalogue: catalogue).first?.metadata == ["version": "2"])
  }

  @Test func `the newest state of a plugin is its latest message's, whatever the job`() {
    var (one, other) = (job("1"), job("2"))
    #expect(inspector.newest(plugin: "blur") == nil)
    commit(status("blur", health: .ok), status("blur", health: .degraded), to: &one)
    #expect(inspector.newest(plugin: "blur")?.health == .degraded)
    commit(status("blur", health: .slow), to: &other)
    #expect(inspector.newest(plugin: "blur")?.health == .slow)
    inspector.forget(job: "2")
    #expect(inspector.newest(plugin: "blur")?.health == .slow)
  }

  @Test func `a reporter can't change the health of our plugins`() {
    var reported = job(work: .external)
    commit(status("brightness", health: .slow), to: &reported)
    #expect(inspector.newest(plugin: "brightness") == nil)
    #expect(inspector.inspections(of: reported, catalogue: catalogue).map(\.state.health) == [.slow])
  }

  @Test func `at the limit of plugins the one that was updated longest ago is dropped`() {
    var job = job()
    for number in 0..<InspectorService.maxPlugins { commit(status("p\(number)"), to: &job) }
    commit(status("p0"), status("one more"), to: &job)
    #expect(inspector.newest(plugin: "p1") == nil)
    #expect(["p0", "p2", "one more"].allSatisfy { inspector.newest(plugin: $0) != nil })
  }

  @Test func `at the limit of announcements the oldest is dropped, and the catalogue takes its place`() {
    var first = job("first")
    commit(metadata("brightness", ["model": "median"]), status("brightness"), to: &first)
    for number in 0..<InspectorService.maxAnnouncements {
      var job = job("\(number)")
      commit(metadata("brightness", [:]), to: &job)
    }
    #expect(
      inspector.inspections(of: first, catalogue: catalogue).map(\.metadata) == [Brightness().metadata.json])
  }

  @Test func `metadata that is too long for every page of a job is not kept`() {
    var job = job()
    let long = JSON.string(String(repeating: "x", count: InspectorService.maxMetadataBytes))
    commit(metadata("lint", ["description": long]), status("lint"), to: &job)
    #expect(inspector.inspections(of: job, catalogue: catalogue).map(\.metadata) == [nil])
  }

  @Test func `an inspection has only the newest warnings`() {
    var job = job()
    commit(status("lint"), to: &job)
    for number in 0...Job.maxWarningsInspected { commit(warning("lint", "\(number)"), to: &job) }
    let warnings = inspector.inspections(of: job, catalogue: catalogue).first?.warnings.map(\.message)
    #expect(warnings == (1...Job.maxWarningsInspected).map(String.init))
  }

  @Test func `a service answers from what was committed`() async throws {
    let bench = try Bench(plugins: [PluginFactory(Brightness.init), PluginFactory(Fragile.init)])
    bench.write("clip.y4m", video(levels: [16, 17]))
    #expect(bench.service.health(ofPlugin: "brightness") == nil)
    let job = try await bench.run(
      JobRequest(source: "clip.y4m", plugins: ["brightness", "fragile"], options: ["fragile": ["soft": 1]]))
    let inspections = bench.service.inspections(of: job)
    #expect(inspections.map(\.state) == job.pluginStates)
    #expect(inspections.map(\.state.framesProcessed) == [2, 2])
    #expect(inspections.map(\.state.warningsCount) == [0, 1])
    #expect(inspections.map(\.warnings.count) == [0, 1])
    #expect(inspections.map(\.metadata) == [Brightness().metadata.json, Fragile().metadata.json])
    #expect(bench.service.health(ofPlugin: "brightness") == job.pluginStates.first?.health)
  }

  @Test func `what could not be stored changes no health`() async throws {
    let bench = try Bench(plugins: [PluginFactory(Brightness.init), PluginFactory(Gate.init)])
    bench.write("clip.y4m", video(levels: [16]))
    let job = try await bench.service.create(JobRequest(source: "clip.y4m", plugins: ["gate", "brightness"]))
    bench.recorder.wait(.job(job.id)) { $0.payload["plugin"] == "brightness" && $0.payload["status"] == "started" }
    bench.recorder.fail(with: .unwritable(path: "db", .diskFull))
    Gate.open(job.id)
    // The end is not stored either, which a server that stops does not wait for.
    bench.service.shutDown()
    #expect(bench.service.health(ofPlugin: "brightness") == nil)
    #expect(try bench.service.job(job.id).status == .running)
  }
}
