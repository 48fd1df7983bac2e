import Domain
import Imaging
import JSONValues

/// Runs the plugins of a job over its frames, measures them, and says what happens. Blocks: call it on a job's own thread.
struct ToolRunner {
  let catalogue: PluginCatalogue
  let inspector: InspectorService
  let sources: SourceRoot
  let picturesFolder: String
  let maximumPictureBytes: Int

  /// - Parameter device: what the job runs on, and why it is not the device that it asked for.
  /// - Returns: How the job ended; saying that is the caller's.
  func run(_ device: (used: Device, reason: String?), reporter: JobReporter, cancel: CancelFlag) -> JobEnding {
    let job = reporter.job
    let types = job.plugins.compactMap(catalogue.plugin(named:))
    inspector.begin(job: job.id, plugins: types.map { $0.metadata })
    for type in types { reporter.say(.metadata(type.metadata, job: job)) }
    do {
      let options = try JobOptions(job.options, plugins: job.plugins)
      reporter.say(.progress(job: job, progress: 0, stage: "Opening the source"), isNews: true)
      let source = try sources.resolve(job.source).open()
      var run = PipelineRun(
        job: job, plugins: types.map { $0.init() }, device: device.used, frameCount: source.frameCount,
        inspector: inspector,
        reporter: reporter, cancel: cancel)
      run.pace = options.isPaced ? source.frameRate.map { .seconds(1 / $0) } : nil
      if options.keepsPictures {
        run.pictures = FramePictures(folder: picturesFolder, maximumBytes: maximumPictureBytes)
      }
      defer { run.pictures?.close() }
      return try run.run(source, fallbackReason: device.reason)
    } catch let failure as PluginFailure {
      return .failed(failure.description)
    } catch {
      let reason = "\(error)"
      reporter.say(
        .error(
          job: job, JobError(title: "The source can't be read", message: reason, code: "SOURCE_UNREADABLE")))
      return .failed(reason)
    }
  }
}

/// A plugin ended its job; it has been said on the job's topic.
struct PluginFailure: Error, CustomStringConvertible {
  let plugin: String
  let reason: String
  let frame: Int?

  var description: String {
    "The plugin \(plugin) failed\(frame.map { " at frame \($0)" } ?? ""): \(reason)"
  }
}
