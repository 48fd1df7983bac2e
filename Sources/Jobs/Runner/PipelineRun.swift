import Domain
import Imaging
import JSONValues

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One job's way through its frames and plugins, with everything that is published on the way.
struct PipelineRun {
  /// A plugin, and what was measured of it.
  private struct Step {
    var plugin: any Plugin
    let metadata: PluginMetadata
    let context: PluginContext
    var status = PluginStatus.started
    var timings = PluginTimings()
    var warningsCount = 0

    var name: String { metadata.name }

    var state: PluginState {
      var state = PluginState(plugin: name, status: status)
      state.milliseconds = timings.latest
      state.framesProcessed = timings.count
      state.warningsCount = warningsCount
      state.health = timings.latest.map { PluginHealth(timing: $0, budget: metadata.latencyBudgetMS) }
      state.statistics = timings.statistics
      return state
    }
  }

  /// Whether frames come at the source's own pace, and not as fast as possible.
  var isPaced = false
  /// Nil if the job keeps no pictures.
  var pictures: FramePictures?
  /// Frames whose picture could not be written.
  private var missingPictures = 0
  /// Throws if the source has changed since the job was accepted.
  var checkSource: () throws -> Void = {}

  private let job: Job
  private let device: Device
  private let reporter: JobReporter
  private let cancel: CancelFlag
  private var steps: [Step]
  private var meter: ProgressMeter
  private var startedAt = ContinuousClock.now

  init(
    _ work: PipelineWork, plugins: [any Plugin], device: Device, frameCount: Int?, reporter: JobReporter,
    cancel: CancelFlag
  ) {
    let job = reporter.job
    self.job = job
    self.device = device
    self.reporter = reporter
    self.cancel = cancel
    steps = plugins.map { plugin in
      let metadata = plugin.metadata
      let options = work.options[metadata.name]?.objectValue ?? [:]
      return Step(
        plugin: plugin, metadata: metadata,
        context: PluginContext(jobID: job.id, device: device, options: options, frameCount: frameCount))
    }
    meter = ProgressMeter(frames: frameCount, plugins: plugins.count)
  }

  /// - Parameter fallbackReason: Why the job doesn't run on the requested device; nil if it does.
  /// - Throws: ``PluginFailure``, already published, or the error of the source.
  mutating func run(_ source: consuming any FrameSource, fallbackReason: String?) throws -> JobEnding {
    for index in steps.indices { try start(index) }
    // Published once, with the first plugin: the whole job runs on another device, but a warning names a plugin.
    if let fallbackReason, !steps.isEmpty {
      let message = "Runs on \(device) instead of \(job.deviceRequested): \(fallbackReason)"
      warn(PluginWarning(message, severity: .low), from: 0, frame: nil)
    }
    startedAt = .now
    var source = source
    // One frame ahead, so that its picture is written while the plugins work on the frame before.
    var upcoming = read(&source)
    while let frame = try upcoming.get() {
      guard !cancel.isRaised else { return .cancelled }
      upcoming = read(&source)
      if isPaced, let time = frame.time, !wait(until: startedAt + Self.delay(time)) { return .cancelled }
      // Frames that turned out to be unreadable no longer count.
      meter.setFrames(source.frameCount)
      guard try process(frame) else { return .cancelled }
    }
    // What is missing at the end of a cancelled source is no problem of the source.
    guard !cancel.isRaised else { return .cancelled }
    var problems = source.takeProblems()
    if missingPictures > 0 {
      let frames = missingPictures == 1 ? "1 frame has" : "\(missingPictures) frames have"
      problems.append("\(frames) no picture, because it could not be stored. Their results are complete.")
    }
    for problem in problems {
      reporter.publish(Warning(plugin: "source", message: problem, severity: .medium))
    }
    for index in steps.indices {
      guard !cancel.isRaised else { return .cancelled }
      try finalize(index)
    }
    let rate = meter.rate(after: .now - startedAt)
    reporter.publish(.progress(job: job, progress: 100, stage: "Done", etaSeconds: 0, rate: rate))
    return .succeeded
  }

  private func read(_ source: inout any FrameSource) -> Result<SourceFrame?, any Error> {
    Result {
      let next = Result { try source.next() }
      // If the source changed while it was read, it may end elsewhere, or can no longer be decoded.
      if case .success(.some) = next {} else { try checkSource() }
      let frame = try next.get()
      if let frame { pictures?.add(frame) }
      return frame
    }
  }

  /// A frame's time as a duration of at most 30 years: files may claim any time, and a `Duration` can't hold them all.
  static func delay(_ seconds: Double) -> Duration {
    .seconds(seconds.isNaN ? 0 : min(max(seconds, 0), 1e9))
  }

  /// - Returns: False if the job was cancelled in the meantime.
  private func wait(until moment: ContinuousClock.Instant) -> Bool {
    while case let left = moment - .now, left > .zero {
      guard !cancel.isRaised else { return false }
      // In pieces, so that a cancelled job ends at once even if a frame lasts seconds.
      usleep(UInt32(min(left, .milliseconds(20)) / .microseconds(1)))
    }
    return true
  }

  // MARK: One plugin

  private mutating func start(_ index: Int) throws {
    do {
      try steps[index].plugin.prepare(steps[index].context)
    } catch {
      throw fail(index, error: error, frame: nil)
    }
    publishState(of: index)
  }

  /// Hands the frame to each plugin in turn.
  /// - Returns: False if the job was cancelled in the meantime.
  private mutating func process(_ frame: SourceFrame) throws -> Bool {
    var record = Frame(id: frame.id, width: frame.width, height: frame.height, imageURL: nil)
    for index in steps.indices {
      guard !cancel.isRaised else { return false }
      frame.convert(steps[index].plugin.input)
      let started = ContinuousClock.now
      let output = Result { try steps[index].plugin.process(frame, context: steps[index].context) }
      let duration = milliseconds(.now - started)
      if index == 0 {
        // A message must not name a picture that isn't there yet.
        if let version = pictures?.version(ofWritten: frame.id) {
          record.imageURL = Address.frame(frame.id, ofJob: job.id, version: version.description).description
        } else if pictures != nil {
          missingPictures += 1
        }
      }
      try publish(output, from: index, frame: record, milliseconds: duration)
      meter.completeStep()
      steps[index].status = .running
      steps[index].timings.add(duration)
      publishState(of: index)
      publishProgress(of: index)
    }
    return true
  }

  private mutating func finalize(_ index: Int) throws {
    do {
      publish(try steps[index].plugin.finalize(steps[index].context), from: index, frame: nil)
    } catch PluginError.soft(let reason) {
      warn(PluginWarning(reason, severity: .medium), from: index, frame: nil)
    } catch {
      throw fail(index, error: error, frame: nil)
    }
    steps[index].status = .completed
    publishState(of: index)
  }

  // MARK: Publishing

  private mutating func publish(
    _ output: Result<PluginOutput, any Error>, from index: Int, frame: Frame, milliseconds: Double
  ) throws {
    switch output {
    case .success(let output):
      reporter.publish(
        frame: .frame(
          job: job, frame: frame, plugin: steps[index].name, data: output.frameData, device: device,
          milliseconds: milliseconds))
      publish(output, from: index, frame: frame.id)
    case .failure(PluginError.soft(let reason)):
      warn(PluginWarning(reason, severity: .medium), from: index, frame: frame.id)
    case .failure(let error):
      throw fail(index, error: error, frame: frame.id)
    }
  }

  /// The result and the warnings of an output.
  private mutating func publish(_ output: PluginOutput, from index: Int, frame: Int?) {
    for warning in output.warnings { warn(warning, from: index, frame: frame) }
    if let result = output.result {
      reporter.publish(.partialResult(job: job, plugin: steps[index].name, result: result))
    }
  }

  private mutating func warn(_ warning: PluginWarning, from index: Int, frame: Int?) {
    steps[index].warningsCount += 1
    let warning = Warning(
      plugin: steps[index].name, message: warning.message, severity: warning.severity, frameID: frame)
    reporter.publish(warning)
  }

  private mutating func fail(_ index: Int, error: any Error, frame: Int?) -> PluginFailure {
    var failure = PluginFailure(plugin: steps[index].name, error: error, frame: frame)
    steps[index].status = .failed
    publishState(of: index)
    failure.errorID = reporter.publish(failure.jobError)
    return failure
  }

  private func publishState(of index: Int) {
    reporter.publish(.pluginStatus(job: job, steps[index].state))
  }

  private mutating func publishProgress(of index: Int) {
    let elapsed = ContinuousClock.now - startedAt
    let message = RealtimeMessage.progress(
      job: job, progress: meter.percent, stage: "Analysing", plugin: steps[index].name,
      etaSeconds: meter.secondsLeft(after: elapsed), rate: meter.rate(after: elapsed))
    reporter.publish(message)
  }
}

/// A plugin ended its job. The error is already published on the job's topic.
struct PluginFailure: Error, CustomStringConvertible {
  private let plugin: String
  private let reason: String
  private let frame: Int?
  /// The id of the published error.
  fileprivate(set) var errorID: Int?
  /// Whether it's the caller's mistake rather than the plugin's.
  private let isInvalidOption: Bool

  init(plugin: String, error: any Error, frame: Int?) {
    self.plugin = plugin
    self.frame = frame
    reason = "\(error)"
    isInvalidOption = if case PluginError.invalidOption = error { true } else { false }
  }

  private var title: String { "The plugin \(plugin) \(isInvalidOption ? "refused its options" : "failed")" }

  var description: String { "\(title)\(frame.map { " at frame \($0)" } ?? ""): \(reason)" }

  var jobError: JobError {
    JobError(
      title: title, message: reason, code: isInvalidOption ? "OPTIONS_INVALID" : "PLUGIN_CRASH", plugin: plugin,
      frameID: frame)
  }
}
