import Domain
import JSONValues
import Jobs
import Testing

/// An option of a built-in plugin, for a table of tests.
struct DeclaredOption: CustomTestStringConvertible, Sendable {
  let plugin: PluginMetadata
  let option: PluginOption

  static let all = PluginCatalogue.builtIn.metadata.flatMap { plugin in
    (plugin.options ?? []).map { DeclaredOption(plugin: plugin, option: $0) }
  }

  var testDescription: String { "\(plugin.name).\(option.name)" }

  /// The ends of the range and the default, and values that are just outside it.
  var values: (good: [JSON], bad: [JSON]) {
    switch option.value {
    case .integer(let range, let standard):
      (
        [.int(range.lowerBound), .int(range.upperBound), .int(standard), .double(Double(range.upperBound))],
        [.int(range.lowerBound - 1), .int(range.upperBound + 1), .double(Double(range.lowerBound) + 0.5)]
      )
    case .number(let range, let standard):
      (
        [.double(range.lowerBound), .double(range.upperBound), .double(standard)],
        [.double(range.lowerBound - 0.001), .double(range.upperBound + 0.001), .double(-1)]
      )
    }
  }
}

struct PluginOptionTests {
  private func request(_ declared: DeclaredOption, _ value: JSON) -> JobRequest {
    JobRequest(
      source: "clip.y4m", plugins: [declared.plugin.name],
      options: [declared.plugin.name: [declared.option.name: value]])
  }

  @Test(arguments: DeclaredOption.all)
  func `a value outside an option's range is refused when the job is made, by name, with the value and a right one`(
    declared: DeclaredOption
  ) async throws {
    let bench = try Bench()
    bench.write("clip.y4m", video(levels: [16]))
    for value in declared.values.bad + ["24", true, nil, [], [:]] {
      let error = await #expect(throws: AppError.self, "\(value)") {
        try await bench.service.create(request(declared, value))
      }
      let name = declared.option.name
      #expect(error?.code == .unprocessable && error?.field == "options.\(declared.plugin.name).\(name)")
      let sentence =
        "The option \"\(name)\" of the plugin \"\(declared.plugin.name)\" must be \(declared.option.phrase), such as \(declared.option.standard), not "
      #expect(error?.message.hasPrefix(sentence) == true, "\(String(describing: error))")
    }
    #expect(try bench.service.list(JobQuery()).jobs.isEmpty)
  }

  @Test(arguments: DeclaredOption.all)
  func `every value of an option's range is accepted, by the check and by the plugin`(declared: DeclaredOption) throws {
    let factory = try #require(PluginCatalogue.builtIn.factory(named: declared.plugin.name))
    for value in declared.values.good {
      let options: JSONObject = [declared.option.name: value]
      try declared.plugin.check(options)
      var plugin = factory.make()
      try plugin.prepare(PluginContext(jobID: "test", options: options))
    }
  }

  @Test func `every built-in plugin declares its options`() {
    #expect(PluginCatalogue.builtIn.metadata.allSatisfy { $0.options?.isEmpty == false })
    #expect(DeclaredOption.all.count == 7)
  }

  @Test func `an option that a plugin doesn't have is refused with the nearest one`() async throws {
    let bench = try Bench()
    bench.write("clip.y4m", video(levels: [16]))
    let refused = JobRequest(
      source: "clip.y4m", plugins: ["motion_detection"], options: ["motion_detection": ["treshold": 30]])
    let sentence =
      "The plugin \"motion_detection\" has no option \"treshold\". Did you mean \"threshold\"? Its options are threshold, minimum_area."
    await #expect(throws: AppError(.unprocessable, sentence, field: "options.motion_detection.treshold")) {
      try await bench.service.create(refused)
    }
  }

  @Test func `a job that was stored with an option that is refused now ends as an options error, not as a crash`()
    throws
  {
    let bench = try Bench()
    bench.write("clip.y4m", video(levels: [16]))
    let work = PipelineWork(
      source: "clip.y4m", plugins: ["motion_detection"], options: ["motion_detection": ["threshold": 1000]])
    var stored = Job(id: "old", name: "Old", work: .pipeline(work), createdAt: Timestamp(milliseconds: 0))
    stored.number = 1
    try bench.store(stored)
    bench.recorder.store.close()
    let after = try Bench(after: bench)
    after.service.runWhatWaited()
    after.service.waitUntilIdle()
    #expect(try after.service.job("old").errors.map(\.code) == ["OPTIONS_INVALID"])
  }
}

struct JobRequestTests {
  private func refusal(_ body: JSONObject) -> AppError? {
    #expect(throws: AppError.self) { try JobRequest(body, standardPlugins: ["motion_detection"]) }
  }

  @Test(
    arguments: [
      ([:], "source", "The source is missing: send {\"source\": \"upload:sample.y4m\"}"),
      (["source": nil], "source", "The source is missing"),
      (["source": 7], "source", "The source must be a string, such as \"upload:sample.y4m\", not 7."),
      (["kind": "extern"], "kind", "The kind must be \"pipeline\" or \"external\", not \"extern\"."),
      (["kind": 1], "kind", "not 1."),
      (
        ["sorce": "a"], "sorce",
        "A job has no field \"sorce\". Did you mean \"source\"? Its fields are kind, name, source"
      ),
      (
        ["kind": "external", "source": "a"], "source",
        "An external job has no field \"source\". Its fields are kind, name."
      ),
      (["source": "a", "name": 7], "name", "The name must be a string, such as \"Nightly build\", not 7."),
      (["source": "a", "plugins": "motion_detection"], "plugins", "must be an array of names, such as"),
      (["source": "a", "plugins": [1]], "plugins", "must be an array of names"),
      (["source": "a", "device_requested": "cuda"], "device_requested", "not \"cuda\"."),
      (
        ["source": "a", "options": "fast"], "options",
        "must be an object, such as {\"pace\": \"realtime\"}, not \"fast\"."
      ),
    ] as [(JSONObject, String, String)])
  func `a field that is missing or wrong is named, with its value and a right one`(
    body: JSONObject, field: String, sentence: String
  ) {
    let error = refusal(body)
    #expect(error?.field == field && error?.code == .unprocessable)
    #expect(error?.message.contains(sentence) == true, "\(String(describing: error))")
  }

  @Test(
    arguments: [
      (["pace": "slow"], "options.pace", "The option \"pace\" must be \"fastest\" or \"realtime\", not \"slow\"."),
      (["frame_pictures": "no"], "options.frame_pictures", "must be true or false, not \"no\"."),
      (["pase": "realtime"], "options.pase", "Did you mean \"pace\"?"),
      (["quality_check": [:]], "options.quality_check", "is neither an option of jobs nor a plugin of this job."),
      (["motion_detection": 3], "options.motion_detection", "must be an object, such as {\"threshold\": 30}, not 3."),
    ] as [(JSONObject, String, String)])
  func `an option of a job that is wrong is named, with its value and a right one`(
    options: JSONObject, field: String, sentence: String
  ) async throws {
    let bench = try Bench()
    bench.write("clip.y4m", video(levels: [16]))
    let error = await #expect(throws: AppError.self) {
      try await bench.service.create(
        JobRequest(source: "clip.y4m", plugins: ["motion_detection"], options: options))
    }
    #expect(error?.field == field && error?.code == .unprocessable)
    #expect(error?.message.contains(sentence) == true, "\(String(describing: error))")
  }
}
