import Domain
import Files
import Imaging
import JSONValues

/// The runner of a pipeline: opens the source, runs the plugins over its frames, measures them and publishes what they
/// find.
struct ToolRunner: SlotRunner {
  /// What every pipeline of a server uses.
  struct Tools: Sendable {
    let catalogue: PluginCatalogue
    let sources: SourceRoot
    let devices: DeviceInventory
    let dataFolder: String
    /// Checks sources before a job is created.
    let checks: BlockingWork
    /// Bytes of the pictures of one job.
    let maximumPictureBytes: Int
    /// Throws if the data folder is no longer the one that the server opened.
    let checkFolder: @Sendable () throws(AppError) -> Void

    /// Whether the data folder is still the one that the server opened.
    var isFolderInPlace: Bool { (try? checkFolder()) != nil }
  }

  let device: Device
  private let work: PipelineWork
  private let tools: Tools
  /// Why the job doesn't run on the requested device; nil if it does.
  private let fallbackReason: String?

  init(_ work: PipelineWork, tools: Tools) {
    self.work = work
    self.tools = tools
    (device, fallbackReason) = tools.devices.choose(work.deviceRequested)
  }

  // MARK: Checking

  func check() async throws(AppError) {
    try checkPlugins()
    // Reading the start of the source blocks.
    let refusal = try await tools.checks.run { [sources = tools.sources, source = work.source] in
      do {
        try sources.resolve(source).check()
        return nil as AppError?
      } catch let error as SourceError {
        return Self.refusal(error)
      } catch {
        return AppError(.unprocessable, "\(error)", field: "source")
      }
    }
    if let refusal { throw refusal }
  }

  private func checkPlugins() throws(AppError) {
    guard !work.plugins.isEmpty else { throw JobRequest.refusal("plugins", "Choose at least one plugin.") }
    guard Set(work.plugins).count == work.plugins.count else {
      throw JobRequest.refusal("plugins", "Name each plugin only once.")
    }
    if let unknown = work.plugins.first(where: { tools.catalogue.factory(named: $0) == nil }) {
      let known = tools.catalogue.names.joined(separator: ", ")
      let hint = Spelling.hint(for: unknown, among: tools.catalogue.names)
      throw JobRequest.refusal("plugins", "There is no plugin \"\(unknown.prefix(100))\".\(hint) Choose from \(known).")
    }
    _ = try JobOptions(work.options, plugins: work.plugins)
    for name in work.plugins {
      guard let options = work.options[name]?.objectValue else { continue }
      try tools.catalogue.factory(named: name)?.metadata.check(options)
    }
  }

  func accept(job id: String) async throws(AppError) -> JobWork {
    // Holding an upload waits for the disk, and may read all of it for its hash.
    let outcome = try await tools.checks.run { [tools, work] () -> Result<SourceVersion, AppError> in
      Result { () throws(AppError) in
        // Another server may own what is in the folder's place now.
        try tools.checkFolder()
        do throws(SourceError) {
          return try tools.sources.accept(work.source, forJob: id, expecting: work.version)
        } catch {
          throw Self.refusal(error)
        }
      }
    }
    var accepted = work
    accepted.version = try outcome.get()
    return .pipeline(accepted)
  }

  func release(job id: String) {
    if tools.isFolderInPlace { tools.sources.release(job: id) }
  }

  private static func refusal(_ error: SourceError) -> AppError {
    switch error {
    case .outsideRoot: AppError(.forbidden, "\(error)", field: "source")
    case .changed, .replacedUpload, .otherUpload: AppError(.conflict, "\(error)", field: "source")
    case .contentOfPath: AppError(.unprocessable, "\(error)", field: "source_sha256")
    default: AppError(.unprocessable, "\(error)", field: "source")
    }
  }

  // MARK: Running

  func run(_ reporter: JobReporter, cancel: CancelFlag) -> JobEnding {
    // Plugins are checked before a job is created, so this one was stored by a release that had the plugin.
    if let missing = work.plugins.first(where: { tools.catalogue.factory(named: $0) == nil }) {
      return fail(
        reporter, title: "A plugin is missing", code: "PLUGIN_MISSING",
        reason: "This server has no plugin \"\(missing)\" any more. Start a new job without it.")
    }
    let plugins = work.plugins.compactMap { tools.catalogue.factory(named: $0)?.make() }
    for plugin in plugins { reporter.publish(.metadata(plugin.metadata, job: reporter.job)) }
    do {
      let options = try JobOptions(work.options, plugins: work.plugins)
      return try run(plugins, options: options, reporter: reporter, cancel: cancel)
    } catch let failure as PluginFailure {
      return .failed(failure.description, errorID: failure.errorID)
    } catch let error as AppError {
      // Options are checked before there is a job; these were stored by a version that accepted them.
      return fail(reporter, title: "The options are invalid", code: "OPTIONS_INVALID", reason: error.message)
    } catch {
      // A source that was cancelled while it was read may look unreadable.
      if cancel.isRaised { return .cancelled }
      return fail(reporter, title: "The source can't be read", code: "SOURCE_UNREADABLE", reason: "\(error)")
    }
  }

  private func run(
    _ plugins: [any Plugin], options: JobOptions, reporter: JobReporter, cancel: CancelFlag
  ) throws -> JobEnding {
    let job = reporter.job
    reporter.publish(.progress(job: job, progress: 0, stage: "Opening the source"))
    let resolved = try tools.sources.resolve(work.source, forJob: job.id, as: work.version)
    let source = try resolved.open(cancel: cancel)
    var run = PipelineRun(
      work, plugins: plugins, device: device, frameCount: source.frameCount, reporter: reporter, cancel: cancel)
    if let version = work.version {
      run.checkSource = { [sources = tools.sources] in try sources.check(resolved, is: version) }
    }
    run.isPaced = options.isPaced
    // A job of the same number may have left pictures, if an older database was restored since.
    let folder = FramePictures.folder(ofJob: job.id, dataFolder: tools.dataFolder)
    if tools.isFolderInPlace { try? FileSystem.remove(folder) }
    if options.keepsPictures {
      run.pictures = FramePictures(
        folder: folder, maximumBytes: tools.maximumPictureBytes, mayWrite: { [tools] in tools.isFolderInPlace })
    }
    defer { run.pictures?.close() }
    return try run.run(source, fallbackReason: fallbackReason)
  }

  private func fail(_ reporter: JobReporter, title: String, code: String, reason: String) -> JobEnding {
    let id = reporter.publish(JobError(title: title, message: reason, code: code))
    return .failed(reason, errorID: id)
  }
}
