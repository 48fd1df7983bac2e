import Domain
import Imaging
import JSONValues

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One job's way through its frames and plugins, with everything that it says on the way.
struct PipelineRun {
  private struct Step {
    let metadata: PluginMetadata
    var plugin: any Plugin
    var context: PluginContext
    var name: String { metadata.name }
  }

  /// Time between two frames; nil for as fast as possible.
  var pace: Duration?
  /// Nil where the job keeps no pictures.
  var pictures: FramePictures?

  private let job: Job
  private let device: Device
  private let inspector: InspectorService
  private let reporter: JobReporter
  private let cancel: CancelFlag
  private var steps: [Step]
  private var meter: ProgressMeter
  private var startedAt = ContinuousClock.now
  private var lastPercent = 0.0

  init(
    job: Job, plugins: [any Plugin], device: Device, frameCount: Int?, inspector: InspectorService,
    reporter: JobReporter, cancel: CancelFlag
  ) {
    self.job = job
    self.device = device
    self.inspector = inspector
    self.reporter = reporter
    self.cancel = cancel
    steps = plugins.map { plugin in
      let metadata = type(of: plugin).metadata
      let options = job.options[metadata.name]?.objectValue ?? [:]
      return Step(
        metadata: metadata, plugin: plugin,
        context: PluginContext(jobID: job.id, device: device, options: options, frameCount: frameCount))
    }
    meter = ProgressMeter(frames: frameCount, plugins: plugins.count)
  }

  /// - Parameter fallbackReason: Why the job does not run on the device that it asked for; nil where it does.
  /// - Throws: ``PluginFailure``, already said, or what the source threw.
  mutating func run(_ source: consuming any FrameSource, fallbackReason: String?) throws -> JobEnding {
    for index in steps.indices { try start(index) }
    // Said once: it is the job that runs on another device, and a warning is always some plugin's.
    if let fallbackReason, !steps.isEmpty {
      warn(0, "Runs on \(device) instead of \(job.deviceRequested): \(fallbackReason)", .low, frame: nil)
    }
    startedAt = .now
    var source = source
    var framesDone = 0
    // One frame ahead, so that its picture is being written while the plugins work on the frame before.
    var upcoming = read(&source)
    while let frame = try upcoming.get() {
      guard !cancel.isRaised else { return .cancelled }
      upcoming = read(&source)
      if let pace, !wait(until: startedAt + pace * framesDone) { return .cancelled }
      guard try process(frame) else { return .cancelled }
      framesDone += 1
    }
    for index in steps.indices {
      guard !cancel.isRaised else { return .cancelled }
      try finalize(index)
    }
    let rate = meter.rate(after: .now - startedAt)
    let stage = "Done"
    reporter.say(.progress(job: job, progress: 100, stage: stage, etaSeconds: 0, rate: rate), isNews: true)
    return .succeeded
  }

  private func read(_ source: inout any FrameSource) -> Result<SourceFrame?, any Error> {
    Result {
      let frame = try source.next()
      if let frame { pictures?.add(frame) }
      return frame
    }
  }

  /// - Returns: False where the job was cancelled meanwhile.
  private func wait(until moment: ContinuousClock.Instant) -> Bool {
    while case let left = moment - .now, left > .zero {
      guard !cancel.isRaised else { return false }
      // In pieces, so that a cancelled job ends at once even where a frame lasts seconds.
      usleep(UInt32(min(left, .milliseconds(20)) / .microseconds(1)))
    }
    return true
  }

  // MARK: One plugin

  private mutating func start(_ index: Int) throws {
    let step = steps[index]
    do {
      try steps[index].plugin.prepare(step.context)
    } catch {
      throw fail(index, error, frame: nil)
    }
    sayState(index) { $0.status = .started }
  }

  /// Hands the frame to each plugin in turn.
  /// - Returns: False where the job was cancelled meanwhile.
  private mutating func process(_ frame: SourceFrame) throws -> Bool {
    var record = Frame(id: frame.id, width: frame.width, height: frame.height, imageURL: nil)
    for index in steps.indices {
      guard !cancel.isRaised else { return false }
      let started = ContinuousClock.now
      let output = Result { try steps[index].plugin.process(frame, steps[index].context) }
      let duration = milliseconds(.now - started)
      if index == 0 {
        // A message must not name a picture that isn't there yet.
        if pictures?.isWritten(frame.id) ?? false { record.imageURL = "/v1/jobs/\(job.id)/frames/\(frame.id).png" }
      }
      try take(output, from: index, frame: record, milliseconds: duration)
      meter.completeStep()
      sayState(index) { inspection in
        inspection.status = .running
        inspection.timings.add(duration)
      }
      sayProgress(index)
    }
    return true
  }

  private func take(
    _ output: Result<PluginOutput, any Error>, from index: Int, frame: Frame, milliseconds: Double
  ) throws {
    let name = steps[index].name
    switch output {
    case .success(let output):
      reporter.say(
        .frame(job: job, frame: frame, plugin: name, data: output.frameData, device: device, milliseconds: milliseconds)
      )
      say(output, from: index, frame: frame.id)
    case .failure(PluginError.soft(let reason)):
      warn(index, reason, .medium, frame: frame.id)
    case .failure(let error):
      throw fail(index, error, frame: frame.id)
    }
  }

  private mutating func finalize(_ index: Int) throws {
    do {
      say(try steps[index].plugin.finalize(steps[index].context), from: index, frame: nil)
    } catch PluginError.soft(let reason) {
      warn(index, reason, .medium, frame: nil)
    } catch {
      throw fail(index, error, frame: nil)
    }
    sayState(index) { $0.status = .completed }
  }

  // MARK: Saying

  /// The result and the warnings of an output.
  private func say(_ output: PluginOutput, from index: Int, frame: Int?) {
    let name = steps[index].name
    for warning in output.warnings { warn(index, warning.message, warning.severity, frame: frame) }
    if let result = output.result {
      reporter.say(.partialResult(job: job, plugin: name, result: result))
    }
  }

  private func warn(_ index: Int, _ message: String, _ severity: Severity, frame: Int?) {
    let warning = Warning(plugin: steps[index].name, message: message, severity: severity, frameID: frame)
    inspector.update(job: job.id, plugin: index) { $0.warnings.append(warning) }
    reporter.say(.warning(job: job, warning))
  }

  private func fail(_ index: Int, _ error: any Error, frame: Int?) -> PluginFailure {
    let failure = PluginFailure(plugin: steps[index].name, reason: "\(error)", frame: frame)
    sayState(index) { $0.status = .failed }
    reporter.say(
      .error(
        job: job,
        JobError(
          title: "The plugin \(failure.plugin) failed", message: failure.reason, code: "PLUGIN_CRASH",
          plugin: failure.plugin, frameID: frame)))
    return failure
  }

  /// Changes what the inspector knows of a plugin, and says where the plugin stands now.
  private func sayState(_ index: Int, _ change: (inout PluginInspection) -> Void) {
    guard let state = inspector.update(job: job.id, plugin: index, change)?.state else { return }
    reporter.say(.pluginStatus(job: job, state))
  }

  private mutating func sayProgress(_ index: Int) {
    let elapsed = ContinuousClock.now - startedAt
    let percent = meter.percent
    let message = RealtimeMessage.progress(
      job: job, progress: percent, stage: "Analysing", plugin: steps[index].name,
      etaSeconds: meter.secondsLeft(after: elapsed), rate: meter.rate(after: elapsed))
    reporter.say(message, isNews: percent.map { $0 > lastPercent } ?? false)
    lastPercent = percent ?? 0
  }
}
