import Domain
import Imaging
import JSONValues
import Jobs
import Testing

struct JobServiceTests {
  private let plugins = [PluginFactory(Brightness.init), PluginFactory(Fragile.init), PluginFactory(Gate.init)]

  @Test func `a job publishes everything in the specified order`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16, 100]))
    let job = try await bench.run(JobRequest(source: "clip.y4m", plugins: ["brightness", "fragile"]))
    #expect(job.status == .succeeded && job.progress == 100 && job.name == "clip.y4m")
    #expect(
      bench.recorder.story(job.id) == [
        "job_status queued -", "job_status running -",
        "metadata brightness", "metadata fragile", "progress 0",
        "plugin_status brightness started", "plugin_status fragile started",
        "frame brightness 0", "plugin_status brightness running", "progress brightness 25",
        "frame fragile 0", "plugin_status fragile running", "progress fragile 50",
        "frame brightness 1", "plugin_status brightness running", "progress brightness 75",
        "frame fragile 1", "plugin_status fragile running", "progress fragile 99",
        "partial_result brightness", "plugin_status brightness completed", "plugin_status fragile completed",
        "progress 100", "job_status succeeded 100",
      ])
  }

  @Test func `a job has the results of its plugins`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16, 235]))
    let job = try await bench.run(
      JobRequest(source: "clip.y4m", plugins: ["brightness", "fragile"], name: "Two frames"))
    #expect(job.name == "Two frames" && job.deviceUsed == .cpu && !job.fallback)
    #expect(job.results == ["brightness": ["sum": 255]])
    #expect(job.frames.map(\.id) == [0, 1])
    #expect(job.frames.map { $0.results.map(\.plugin) } == [["brightness", "fragile"], ["brightness", "fragile"]])
    #expect(job.frames[1].results[0].data == ["boxes": [], "brightness": 255])
    #expect(job.pluginStates.map(\.plugin) == ["brightness", "fragile"])
    #expect(job.startedAt != nil && job.finishedAt != nil && job.error == nil)
    let state = try #require(bench.service.inspections(of: job).first?.state)
    #expect(state.status == .completed && state.framesProcessed == 2 && state.health == .ok)
  }

  @Test func `the topic of lists has each status and each new percent`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [UInt8](repeating: 50, count: 300)))
    let job = try await bench.run(JobRequest(source: "clip.y4m", plugins: ["brightness"]))
    let digest = bench.recorder.messages(.jobs)
    #expect(digest.filter { $0.type == .jobStatus }.map { $0.payload["status"] } == ["queued", "running", "succeeded"])
    let percents = digest.filter { $0.type == .progress }.compactMap { $0.payload["progress"]?.doubleValue }
    #expect(percents == (0...100).map(Double.init))
    let last = try #require(digest.last?.payload)
    for field in ["name", "status", "progress", "stage", "device_used", "warnings_count", "created_at", "finished_at"] {
      #expect(last[field] != nil, "\(field)")
    }
    #expect(bench.recorder.messages(.job(job.id)).count { $0.type == .frame } == 300)
  }

  @Test func `a frame's picture exists before its message`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16, 126, 235]))
    let job = try await bench.run(JobRequest(source: "clip.y4m", plugins: ["brightness"]))
    let urls = bench.recorder.messages(.job(job.id)).compactMap { $0.payload["image_url"]?.stringValue }
    let versions = try (0..<3).map { frame in
      try #require(PictureVersion(ofFile: bench.service.picturePath(job: job.id, frame: frame)))
    }
    #expect(urls == (0..<3).map { "/v1/jobs/\(job.id)/frames/\($0).png?v=\(versions[$0])" })
    #expect(Set(versions).count == 3)
    #expect(versions[1] == PictureVersion(ofPNG: bench.folder.read("data/frames/\(job.id)/1.png")))
    let picture = try Picture.decode(bench.folder.read("data/frames/\(job.id)/1.png"))
    #expect(picture == Picture(width: 8, height: 8, format: .rgb, bytes: [UInt8](repeating: 128, count: 192)))
    #expect(bench.service.picturePath(job: job.id, frame: 1).hasSuffix("/data/frames/\(job.id)/1.png"))
  }

  @Test func `the oldest pictures are removed at the limit of bytes`() async throws {
    let bench = try Bench(plugins: plugins, maximumPictureBytes: 250)
    bench.write("clip.y4m", video(levels: [16, 126, 235, 30, 40]))
    let job = try await bench.run(JobRequest(source: "clip.y4m", plugins: ["brightness"]))
    #expect(job.status == .succeeded)
    #expect(!bench.folder.exists("data/frames/\(job.id)/0.png"))
    #expect(bench.folder.exists("data/frames/\(job.id)/4.png"))
  }

  @Test func `frames whose picture could not be stored are counted in a warning`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16, 17]))
    bench.folder.write([], to: "data/frames")  // a file in the place of the folder
    let job = try await bench.run(JobRequest(source: "clip.y4m", plugins: ["brightness"]))
    #expect(job.status == .succeeded && job.frames.map(\.imageURL) == [nil, nil])
    #expect(
      job.warnings == [
        Warning(
          plugin: "source",
          message: "2 frames have no picture, because it could not be stored. Their results are complete.",
          severity: .medium)
      ])
  }

  @Test(arguments: [
    ("\u{1B}[31mred\u{1B}[0m\nname", "red name"), (" \u{1B}[0m\n", "External job"), ("a\u{7}b", "ab"),
  ])
  func `a name is one line of plain text, whoever sends it`(sent: String, stored: String) async throws {
    let bench = try Bench(plugins: plugins)
    #expect(try await bench.service.create(.external(name: sent)).name == stored)
  }

  @Test func `a job may keep no pictures`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16]))
    let job = try await bench.run(
      JobRequest(source: "clip.y4m", plugins: ["brightness"], options: ["frame_pictures": false]))
    #expect(job.frames.map(\.imageURL) == [nil] && !bench.folder.exists("data/frames/\(job.id)"))
  }

  @Test func `a plugin that throws fails its job at that frame`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16, 17, 18]))
    let job = try await bench.run(
      JobRequest(source: "clip.y4m", plugins: ["fragile", "brightness"], options: ["fragile": ["fatal": 1]]))
    #expect(job.status == .failed)
    #expect(job.error == "The plugin fragile failed at frame 1: out of ideas")
    #expect(
      bench.recorder.story(job.id).suffix(3) == [
        "plugin_status fragile failed", "error fragile 1", "job_status failed 33",
      ])
    let error = try #require(bench.recorder.messages(.job(job.id)).first { $0.type == .error })
    #expect(error.payload["details"]?.objectValue?["error_code"] == "PLUGIN_CRASH")
  }

  @Test(
    arguments: [
      (["prepare": true], "The plugin fragile failed: no licence"),
      (["finalize": true], "The plugin fragile failed: nothing to say"),
    ] as [(JSONObject, String)])
  func `a plugin can fail before and after the frames`(options: JSONObject, reason: String) async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16]))
    let job = try await bench.run(
      JobRequest(source: "clip.y4m", plugins: ["fragile"], options: ["fragile": .object(options)]))
    #expect(job.status == .failed && job.error == reason)
  }

  @Test func `an option that a plugin refuses is an options error, not a crash`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16]))
    let job = try await bench.run(
      JobRequest(source: "clip.y4m", plugins: ["fragile"], options: ["fragile": ["level": 9]]))
    let reason = "The option \"level\" must be a whole number from 1 to 3."
    #expect(job.status == .failed && job.error == "The plugin fragile refused its options: \(reason)")
    #expect(
      job.errors == [
        JobError(
          id: 1, title: "The plugin fragile refused its options", message: reason, code: "OPTIONS_INVALID",
          plugin: "fragile")
      ])
    #expect(job.pluginStates.map(\.status) == [.failed])
  }

  @Test func `stored options that are no longer accepted are an options error, not an unreadable source`() throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16]))
    let work = PipelineWork(source: "clip.y4m", plugins: ["brightness"], options: ["pace": "slow"])
    var stored = Job(id: "old", name: "Old", work: .pipeline(work), createdAt: Timestamp(milliseconds: 0))
    stored.number = 1
    try bench.store(stored)
    bench.recorder.store.close()
    let after = try Bench(plugins: plugins, after: bench)
    after.service.runWhatWaited()
    after.service.waitUntilIdle()
    let job = try after.service.job("old")
    #expect(job.status == .failed)
    #expect(job.errors.map(\.title) == ["The options are invalid"])
    #expect(job.errors.map(\.code) == ["OPTIONS_INVALID"])
  }

  @Test func `a soft failure is a warning, and the job goes on`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16, 17]))
    let job = try await bench.run(
      JobRequest(source: "clip.y4m", plugins: ["fragile", "brightness"], options: ["fragile": ["soft": 0]]))
    #expect(job.status == .succeeded && job.progress == 100)
    #expect(
      job.warnings == [
        Warning(plugin: "fragile", message: "this one is unreadable", severity: .medium, frameID: 0)
      ])
    let story = bench.recorder.story(job.id)
    let place = try #require(story.firstIndex(of: "warning fragile 0 medium"))
    #expect(story[place + 1] == "plugin_status fragile running")
    #expect(!story.contains("frame fragile 0") && story.contains("frame brightness 0"))
  }

  @Test(arguments: ["gpu", "cuda:0", "cuda:63"])
  func `an unavailable device falls back to the CPU, with one warning that says why`(device: String) async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16]))
    let requested = try #require(Device(device))
    let job = try await bench.run(
      JobRequest(source: "clip.y4m", plugins: ["brightness", "fragile"], deviceRequested: requested))
    #expect(job.status == .succeeded && job.deviceUsed == .cpu && job.fallback)
    #expect(job.warnings.count { $0.message.hasPrefix("Runs on cpu instead of \(device): ") } == 1)
    #expect(bench.recorder.story(job.id).contains("warning brightness low"))
  }

  @Test func `a running job is cancelled before its next plugin's turn`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [1, 2, 3, 4]))
    let job = try await bench.service.create(JobRequest(source: "clip.y4m", plugins: ["brightness", "gate"]))
    bench.recorder.wait(.job(job.id)) { $0.type == .frame && $0.payload["plugin"] == "brightness" }
    #expect(await errorCode { try await bench.service.delete(job.id) } == .conflict)
    #expect(await errorCode { try await bench.service.retry(job.id) } == .conflict)
    try await bench.service.cancel(job.id)
    Gate.open(job.id)
    bench.service.waitUntilIdle()
    #expect(try bench.service.job(job.id).status == .cancelled)
    let story = bench.recorder.story(job.id)
    #expect(story.last?.hasPrefix("job_status cancelled") == true)
    #expect(!story.contains("frame brightness 1"))
  }

  @Test func `jobs run in order, as many at once as allowed, and a waiting one can be cancelled`() async throws {
    let bench = try Bench(plugins: plugins, maximumRunning: 1, maximumQueued: 2)
    bench.write("clip.y4m", video(levels: [1]))
    let request = JobRequest(source: "clip.y4m", plugins: ["gate"])
    let first = try await bench.service.create(request)
    bench.recorder.wait(.job(first.id)) { $0.payload["status"] == "started" }
    let second = try await bench.service.create(request)
    let third = try await bench.service.create(request)
    #expect(bench.service.count(.queued) == 2 && bench.service.count(.running) == 1)
    let refused = await #expect(throws: AppError.self) { try await bench.service.create(request) }
    #expect(refused?.code == .unavailable)
    try await bench.service.cancel(second.id)
    #expect(try bench.service.job(second.id).status == .cancelled)
    for job in [first, second, third] { Gate.open(job.id) }
    bench.service.waitUntilIdle()
    #expect(
      try [first, second, third].map { try bench.service.job($0.id).status } == [.succeeded, .cancelled, .succeeded])
    let running = bench.recorder.messages(.jobs).filter { $0.payload["status"] == "running" }
    #expect(running.map { $0.payload["job_id"] } == [.string(first.id), .string(third.id)])
  }

  @Test func `shutting down ends the running jobs and keeps the waiting ones`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [1, 2]))
    let request = JobRequest(source: "clip.y4m", plugins: ["gate"])
    let running = try await bench.service.create(request)
    bench.recorder.wait(.job(running.id)) { $0.payload["status"] == "started" }
    let waiting = try await bench.service.create(request)
    Gate.open(running.id, frames: 1)
    // The flag is raised before the second frame: the gate opens only so that the thread can end.
    try await bench.service.cancel(running.id)
    Gate.open(running.id)
    bench.service.shutDown()
    #expect(try bench.service.job(running.id).status == .cancelled)
    #expect(try bench.service.job(waiting.id).status == .queued)
    #expect(await errorCode { try await bench.service.create(request) } == .unavailable)
  }

  @Test func `a retry is a new job that names the old one`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16]))
    let old = try await bench.run(
      JobRequest(source: "clip.y4m", plugins: ["brightness"], options: ["pace": "fastest"], name: "Once more"))
    let new = try await bench.service.retry(old.id)
    bench.service.waitUntilIdle()
    #expect(new.retryOf == old.id && new.id != old.id && new.name == "Once more")
    #expect(new.work == old.work)
    #expect(try bench.service.job(new.id).status == .succeeded)
  }

  @Test func `deleting a job removes it and its pictures`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16]))
    let job = try await bench.run(JobRequest(source: "clip.y4m", plugins: ["brightness"]))
    #expect(bench.folder.exists("data/frames/\(job.id)/0.png"))
    try await bench.service.delete(job.id)
    #expect(!bench.folder.exists("data/frames/\(job.id)"))
    #expect(throws: AppError(.notFound, "Job \(job.id) not found.")) { try bench.service.job(job.id) }
    #expect(await errorCode { try await bench.service.delete(job.id) } == .notFound)
    #expect(try bench.service.list(JobQuery()).jobs.isEmpty)
  }

  @Test func `a finished job can't be cancelled`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16]))
    let job = try await bench.run(JobRequest(source: "clip.y4m", plugins: ["brightness"]))
    await #expect(throws: AppError(.conflict, "Job \(job.id) is already succeeded.")) {
      try await bench.service.cancel(job.id)
    }
  }

  @Test func `lists are paged, newest first, and filtered`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16]))
    for number in 1...5 {
      _ = try await bench.run(
        JobRequest(
          source: "clip.y4m", plugins: ["fragile"], options: number == 3 ? ["fragile": ["fatal": 0]] : [:],
          name: "Number \(number)"))
    }
    func names(_ query: JobQuery) throws -> [String] { try bench.service.list(query).jobs.map(\.name) }
    let first = try bench.service.list(JobQuery(limit: 2))
    #expect(first.jobs.map(\.name) == ["Number 5", "Number 4"])
    let second = try bench.service.list(JobQuery(limit: 2, cursor: first.next))
    #expect(second.jobs.map(\.name) == ["Number 3", "Number 2"])
    let third = try bench.service.list(JobQuery(limit: 2, cursor: second.next))
    #expect(third.jobs.map(\.name) == ["Number 1"] && third.next == nil)
    #expect(try names(JobQuery(status: "failed")) == ["Number 3"])
    #expect(try names(JobQuery(text: "nUMBER 4")) == ["Number 4"])
    for bad in [("x", 50, nil), ("failed", 0, nil), ("failed", 501, nil), ("failed", 50, "abc")]
      as [(String, Int, String?)]
    {
      #expect(errorCode { try JobQuery(status: bad.0, limit: bad.1, cursor: bad.2) } == .invalid)
    }
  }

  @Test func `an idempotency key gives the same job for a day`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16]))
    let request = JobRequest(source: "clip.y4m", plugins: ["brightness"])
    let job = try await bench.service.create(request, idempotencyKey: "k")
    #expect(try await bench.service.create(request, idempotencyKey: "k").id == job.id)
    #expect(try await bench.service.create(request, idempotencyKey: "other").id != job.id)
    var different = request
    different.name = "Another"
    let refused = await #expect(throws: AppError.self) {
      try await bench.service.create(different, idempotencyKey: "k")
    }
    #expect(refused?.code == .conflict)
    #expect(await errorCode { try await bench.service.create(request, idempotencyKey: "") } == .invalid)
    bench.clock.withLock { $0.milliseconds += 24 * 3600 * 1000 - 1 }
    #expect(try await bench.service.create(request, idempotencyKey: "k").id == job.id)
    bench.clock.withLock { $0.milliseconds += 1 }
    #expect(try await bench.service.create(request, idempotencyKey: "k").id != job.id)
    bench.service.waitUntilIdle()
  }

  @Test(arguments: [
    (JobRequest(source: "", plugins: ["brightness"]), "source"),
    (JobRequest(source: "missing.y4m", plugins: ["brightness"]), "source"),
    (JobRequest(source: "clip.y4m", plugins: []), "plugins"),
    (JobRequest(source: "clip.y4m", plugins: ["brightness", "brightness"]), "plugins"),
    (JobRequest(source: "clip.y4m", plugins: ["nope"]), "plugins"),
    (JobRequest(source: "clip.y4m", plugins: ["brightness"], options: ["pace": "slow"]), "options.pace"),
    (JobRequest(source: "clip.y4m", plugins: ["brightness"], options: ["frame_pictures": 1]), "options.frame_pictures"),
    (JobRequest(source: "clip.y4m", plugins: ["brightness"], options: ["fragile": [:]]), "options.fragile"),
    (JobRequest(source: "clip.y4m", plugins: ["brightness"], options: ["brightness": 1]), "options.brightness"),
    (JobRequest(source: "clip.y4m", plugins: ["brightness"], name: String(repeating: "x", count: 201)), "name"),
  ])
  func `a request that can't be met is refused by the field's name`(request: JobRequest, field: String) async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16]))
    let refused = await #expect(throws: AppError.self) { try await bench.service.create(request) }
    #expect(refused?.code == .unprocessable)
    #expect(refused?.field == field)
    #expect(bench.recorder.messages(.jobs).isEmpty)
  }

  @Test func `a source outside the root is forbidden, and a request without plugins runs the standard ones`()
    async throws
  {
    let bench = try Bench(plugins: plugins)
    let refused = await #expect(throws: AppError.self) {
      try await bench.service.create(JobRequest(source: "../clip.y4m", plugins: ["brightness"]))
    }
    #expect(refused?.code == .forbidden && refused?.field == "source")
    let request = try JobRequest(["source": "a"], standardPlugins: ["brightness"])
    #expect(request == JobRequest(source: "a", plugins: ["brightness"]))
  }

  @Test func `a snapshot includes every message up to its position`() async throws {
    let bench = try Bench(plugins: plugins)
    bench.write("clip.y4m", video(levels: [16, 17]))
    let job = try await bench.run(JobRequest(source: "clip.y4m", plugins: ["brightness"]))
    #expect(job.status == .succeeded && job.pluginStates.map(\.framesProcessed) == [2])
    let after = try bench.recorder.store.messages(
      of: .topic(job.topic), after: job.offset, through: .max, types: nil, limit: 10)
    #expect(after.messages.isEmpty)
    let last = try bench.recorder.store.messages(
      of: .topic(job.topic), after: job.offset - 1, through: .max, types: nil, limit: 10)
    #expect(last.messages.count == 1)
  }

  @Test(
    arguments: [
      (["plugins": []], "source"), (["source": 1, "plugins": []], "source"),
      (["source": "a", "plugins": "b"], "plugins"),
      (["source": "a", "plugins": [1]], "plugins"),
      (["source": "a", "plugins": [], "device_requested": "tpu"], "device_requested"),
      (["source": "a", "plugins": [], "options": []], "options"), (["source": "a", "plugins": [], "name": 1], "name"),
      (["source": "a", "plugins": [], "sauce": 1], "sauce"),
    ] as [(JSONObject, String)])
  func `a body of the wrong shape is refused by the field's name`(json: JSONObject, field: String) {
    let refused = #expect(throws: AppError.self) { try JobRequest(json, standardPlugins: ["brightness"]) }
    #expect(refused?.field == field)
  }

  @Test func `every plugin finds something in the sample clip`() async throws {
    let bench = try Bench()
    var clip: [UInt8] = []
    let isWritten = SampleClip(width: 128, height: 72).write { piece in
      clip += piece
      return true
    }
    #expect(isWritten)
    bench.write("sample.y4m", clip)
    let job = try await bench.run(
      JobRequest(
        source: "sample.y4m", plugins: PluginCatalogue.builtIn.names, options: ["frame_pictures": false], name: "Sample"
      ))
    #expect(job.status == .succeeded && job.frames.count == SampleClip.frameCount)
    #expect(job.results["scene_change"]?.objectValue?["cuts"] == [.int(SampleClip.cut)])
    #expect(job.results["motion_detection"]?.objectValue?["frames_with_motion"]?.intValue ?? 0 > 150)
    #expect(job.results["quality_check"]?.objectValue?["frames_blurred"] == .int(SampleClip.blurred.count))
    let quality = job.warnings.filter { $0.plugin == "quality_check" }
    #expect(quality.map(\.severity) == [.medium, .high])
    #expect(quality.first?.frameID == SampleClip.blurred.lowerBound)
    #expect(quality.last?.frameID ?? 0 > SampleClip.sunrise.lowerBound)
  }

  @Test func `the sample clip is added to the uploads once`() throws {
    let bench = try Bench()
    let clip = SampleClip(width: 64, height: 36)
    let source = try #require(SampleClip.install(in: bench.uploads, clip: clip))
    #expect(source == "upload:sample.y4m")
    #expect(SampleClip.install(in: bench.uploads, clip: clip) == source)
    #expect(try bench.sources.resolve(source).kind == .y4m)
  }
}
