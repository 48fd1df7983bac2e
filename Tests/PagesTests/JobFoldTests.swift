import Components
import Domain
import HTML
import JSONValues
import Pages
import Testing

/// A valid job; the test changes what matters to it.
func job(
  _ status: Domain.JobStatus = .running, progress: Double? = 42.5, name: String = "walk.y4m",
  change: (inout Job) -> Void = { _ in }
) -> Job {
  var job = Job(
    id: "job-7", name: name, work: .pipeline(.init(source: "samples/walk.y4m", plugins: ["motion"])),
    createdAt: Timestamp(milliseconds: noon.milliseconds - 130_000))
  job.status = status
  job.progress = progress
  if status != .queued {
    job.startedAt = Timestamp(milliseconds: noon.milliseconds - 124_000)
    job.deviceUsed = .cpu
  }
  if status.isFinal { job.finishedAt = Timestamp(milliseconds: noon.milliseconds - 4_000) }
  change(&job)
  return job
}

/// What a plugin found in a frame of such a job.
func result(_ plugin: String, _ data: JSONObject, frame: Int = 3, milliseconds: Double = 1) -> FrameResult {
  FrameResult(job: "job-7", frameID: frame, plugin: plugin, data: data, device: "cpu", milliseconds: milliseconds)
}

let noon = Timestamp(iso8601: "2026-02-04T12:00:00Z")!  // a literal

struct JobFoldTests {
  private func fold(_ job: Job, metadata: PluginMetadata? = nil) -> JobFold {
    let plugins = job.inspections { $0 == metadata?.name ? metadata?.json : nil }
    return JobFold(job, plugins: plugins, now: noon)
  }

  @Test(arguments: [
    (Domain.JobStatus.running, 64.9 as Double?, "64% · walk.y4m"), (.running, 0, "0% · walk.y4m"),
    (.running, nil, "Running · walk.y4m"), (.queued, nil, "Queued · walk.y4m"),
    (.succeeded, 100, "✓ Succeeded · walk.y4m"), (.failed, 12, "✗ Failed · walk.y4m"),
    (.cancelled, nil, "⊘ Cancelled · walk.y4m"),
  ])
  func `the tab shows how far a job is`(status: Domain.JobStatus, progress: Double?, title: String) {
    #expect(fold(job(status, progress: progress)).tabTitle == title)
  }

  @Test func `a job without a name is called by its id`() {
    #expect(fold(job(name: "")).tabTitle == "42% · Job job-7")
  }

  @Test func `a row counts from the start to the end, or to now`() {
    #expect(fold(job()).row.duration == .seconds(124))
    #expect(fold(job(.succeeded)).row.duration == .seconds(120))
    #expect(fold(job(.queued)).row.duration == nil)
    #expect(fold(job()).row.started?.text == "2 min ago")
  }

  @Test func `the newest rate and plugin are shown, and the time left while there is any`() {
    let bar = fold(job { ($0.activePlugin, $0.rate, $0.etaSeconds) = ("ld", 12.5, 95) }).progress
    #expect(bar.plugin == "ld" && bar.rate == 12.5 && bar.remaining == .seconds(95))
    #expect(fold(job(.succeeded) { $0.etaSeconds = 95 }).progress.remaining == nil)
    #expect(fold(job { $0.etaSeconds = 1e15 }).progress.remaining == nil)
  }

  @Test func `errors are shown newest first, with the reason of the failure unless it repeats one of them`() {
    var told = JobError(title: "The plugin a failed", message: "out of memory", code: "PLUGIN_CRASH")
    told.id = 1
    let crashed = job(.failed) { ($0.errors, $0.error) = ([told], "out of memory") }
    #expect(fold(crashed).errors.errors.map(\.heading) == ["Job failed", "The plugin a failed"])
    let repeated = job(.failed) { ($0.errors, $0.error, $0.errorID) = ([told], "The plugin a failed.", 1) }
    #expect(fold(repeated).errors.errors.map(\.key) == ["1"])
    let forgotten = job(.failed) { ($0.errors, $0.error, $0.errorID) = ([told], "It was lost.", 2) }
    #expect(fold(forgotten).errors.errors.map(\.message) == ["It was lost.", "out of memory"])
    #expect(fold(job { $0.errors = [told] }).errors.errors.count == 1)
  }

  @Test func `a failed job's row says why`() {
    #expect(fold(job(.failed) { $0.error = "ffmpeg is missing" }).row.stage == "ffmpeg is missing")
  }

  @Test(arguments: [
    (0, "just now"), (59, "just now"), (60, "1 min ago"), (3599, "59 min ago"), (7200, "2 h ago"), (200_000, "2 d ago"),
    (-60, "just now"),
  ])
  func `a moment is shown as how long ago it was`(seconds: Int64, words: String) {
    let started = job { $0.startedAt = Timestamp(milliseconds: noon.milliseconds - seconds * 1000) }
    #expect(fold(started).row.started?.text == words)
  }

  @Test(arguments: [
    (Domain.JobStatus.queued, nil as Double?, RealtimeOverlay.State.loading), (.running, 10, .running),
    (.running, 94.9, .running), (.running, 95, .completing), (.succeeded, 100, .complete), (.failed, 3, .failed),
    (.cancelled, 3, .cancelled),
  ])
  func `the overlay follows the job`(status: Domain.JobStatus, progress: Double?, state: RealtimeOverlay.State) {
    #expect(fold(job(status, progress: progress)).overlayState == state)
  }

  @Test func `plugins keep their order, figures and metadata`() {
    let metadata = PluginMetadata(
      name: "motion", version: "1.2.0", description: "Finds what moves", model: "", inputShape: "", outputFormat: "")
    let inspector = fold(
      job { job in
        var state = Domain.PluginState(plugin: "motion", status: .completed)
        state.milliseconds = 42.5
        state.statistics = .init(p50: 40, p95: 60, max: 99)
        state.health = .degraded
        job.set(state)
        job.set(Domain.PluginState(plugin: "blur", status: .started))
      }, metadata: metadata
    ).inspector
    #expect(inspector.plugins.map(\.name) == ["motion", "blur"])
    #expect(inspector.plugins[0].state == .completed)
    #expect(inspector.plugins[0].timing == 42.5)
    #expect(inspector.plugins[0].statistics == .init(median: 40, p95: 60, maximum: 99, health: "degraded"))
    #expect(inspector.plugins[0].metadata.contains(Fact("Version", "1.2.0")))
    #expect(!inspector.plugins[0].metadata.contains { $0.term == "Model" })
    #expect(inspector.plugins[1].timing == nil)
  }

  @Test(arguments: [Domain.JobStatus.failed, .cancelled, .succeeded])
  func `plugins that were running when the job ended have stopped`(status: Domain.JobStatus) {
    func plugins(in status: Domain.JobStatus) -> [PluginRow.State] {
      fold(
        job(status) { job in
          for (name, status) in [("a", PluginStatus.started), ("b", .running), ("c", .completed), ("d", .failed)] {
            job.set(Domain.PluginState(plugin: name, status: status))
          }
        }
      ).inspector.plugins.map(\.state)
    }
    #expect(plugins(in: status) == [.stopped, .stopped, .completed, .failed])
    #expect(plugins(in: .running) == [.started, .running, .completed, .failed])
  }

  @Test func `metadata that a reporter announced is shown without members of the wrong type`() {
    let announced: JSONObject = ["version": 3, "author": "CI", "tags": ["lint", 7], "latency_budget_ms": "fast"]
    let job = job { job in
      job.work = .external
      job.set(Domain.PluginState(plugin: "cc", status: .running))
    }
    let plugins = job.inspections { _ in announced }
    let row = JobFold(job, plugins: plugins, now: noon).inspector.plugins.first
    #expect(row?.metadata == [Fact("Tags", "lint"), Fact("Author", "CI")])
  }

  @Test func `only the newest warnings go into the page, and all are counted`() {
    let inspector = fold(
      job {
        $0.warnings = (0..<250).map { (id: Int) in .init(plugin: "blur", message: "\(id)", severity: .high, frameID: id)
        }
        $0.warningsCount = 250
      }
    ).inspector
    #expect(inspector.warnings.count == 100)
    #expect(inspector.warnings.last?.message == "249")
    #expect(inspector.warnings.last?.frame == "249")
    #expect(inspector.warnings.last?.severity == .high)
    #expect(inspector.warningsTotal == 250)
  }

  @Test func `the newest picture is shown with the boxes of every plugin`() {
    let boxes: JSONObject = [
      "boxes": [
        ["x": 1, "y": 2.5, "width": 3, "height": 4, "confidence": 0.9249, "class": "car"],
        ["x": "1", "y": 2, "width": 3, "height": 4], 7,
        ["x": 5, "y": 6, "width": 7, "height": 8, "confidence": 1e300],
      ]
    ]
    let viewer = fold(
      job {
        $0.frames = [
          Frame(
            id: 3, width: 64, height: 48, imageURL: "/v1/jobs/job-7/frames/3.png",
            results: [result("motion", boxes, milliseconds: 4.25)]),
          Frame(id: 4, width: 64, height: 48, imageURL: nil),
        ]
      }
    ).viewer(devices: .init())
    #expect(viewer?.image == "/v1/jobs/job-7/frames/3.png")
    #expect(viewer?.boxes.map(\.caption) == ["car 0.92", ""])
    #expect(viewer?.boxes.first?.y == 2.5)
    #expect(viewer?.caption == "Frame 3 · motion · 4.3 ms")
    #expect(viewer?.controls.isLive == true && viewer?.controls.position == nil)
  }

  @Test func `of a job that has ended the controls say which frame is shown`() {
    let controls = fold(
      job(.failed) { $0.frames = [Frame(id: 3, width: 64, height: 48, imageURL: "/v1/jobs/job-7/frames/3.png")] }
    ).viewer(devices: .init())?.controls
    #expect(controls?.isLive == false && controls?.position == "frame 3")
  }

  @Test func `a job that has no pictures has no viewer, once that is known`() {
    let text = job { $0.frames = [Frame(id: 0, width: 0, height: 0, imageURL: nil)] }
    #expect(fold(text).viewer(devices: .init()) == nil)
    #expect(fold(job(.succeeded)).viewer(devices: .init()) == nil)
    #expect(fold(job(.queued)).viewer(devices: .init()) != nil)
  }

  @Test func `a fallback has its reason`() {
    let moved = job { $0.work = .pipeline(.init(source: "a", plugins: [], deviceRequested: .cuda(0))) }
    #expect(fold(moved).fallbackReason == "instead of cuda:0, which is not available")
    #expect(fold(job()).fallbackReason == nil)
  }

  @Test func `the script starts from what the page shows`() throws {
    let bytes = fold(job { $0.stage = "</script>" }).initialState(cursor: "k3f9:12")
    let state = try JSON(parsing: bytes)
    #expect(state["cursor"]?.stringValue == "k3f9:12")
    #expect(state["as_of"]?.stringValue.flatMap { Timestamp(iso8601: $0) } != nil)
    let types = state["messages"]?.arrayValue?.compactMap { $0["type"]?.stringValue }
    #expect(types == ["job_status", "progress"])
    #expect(!String(decoding: bytes, as: UTF8.self).contains("</script>"))
  }

  @Test func `the script gets the metadata of the plugins that have started`() throws {
    let metadata = PluginMetadata(
      name: "motion", description: "Finds", model: "", inputShape: "", outputFormat: "", latencyBudgetMS: 2.5)
    let job = job { job in
      job.set(Domain.PluginState(plugin: "motion", status: .running))
      job.set(Domain.PluginState(plugin: "unknown", status: .running))
    }
    let state = try JSON(parsing: fold(job, metadata: metadata).initialState(cursor: nil))
    let announced = state["messages"]?.arrayValue?.filter { $0["type"] == "metadata" }.map { $0["payload"] }
    #expect(announced == [["plugin": "motion", "metadata": .object(metadata.json), "job_id": "job-7"]])
  }
}
