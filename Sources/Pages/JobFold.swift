import Components
import Domain
import JSONValues

/// Converts a job into the components of a page. Pure: the time is a parameter.
package struct JobFold {
  package var job: Job
  /// The plugins that have started.
  package var plugins: [PluginInspection]
  package var now: Timestamp

  /// - Parameter plugins: nil for the job's own plugin states, which lack only the metadata.
  package init(_ job: Job, plugins: [PluginInspection]? = nil, now: Timestamp) {
    self.job = job
    self.plugins = plugins ?? job.inspections()
    self.now = now
  }

  package var state: JobState { JobState(job.status) }

  /// The job's name, or its id if it has none.
  package var name: String { job.name.isEmpty ? "Job \(job.id)" : job.name }

  /// The title in the tab: `64% · build`, `✓ Succeeded · build`. The browser's modules write the same.
  package var tabTitle: String {
    if state.isFinal { return "\(state.sign) \(state.label) · \(name)" }
    if state == .running, let progress = job.progress {
      return "\(Readable.percent(progress.rounded(.down))) · \(name)"
    }
    return "\(state.label) · \(name)"
  }

  package var row: JobRow {
    JobRow(
      id: job.id, name: name, address: Address.jobPage(job.id).description, state: state, percent: job.progress,
      stage: job.error ?? stage ?? "", device: job.deviceUsed?.description, warnings: job.warningsCount,
      started: job.startedAt.map { Moment($0, now: now) }, duration: elapsed)
  }

  /// The time from its start to its end, or until now.
  package var elapsed: Duration? {
    job.startedAt.map { .milliseconds(max(0, (job.finishedAt ?? now).milliseconds - $0.milliseconds)) }
  }

  package var progress: ProgressBar {
    ProgressBar(
      percent: job.progress, stage: stage, plugin: job.activePlugin, state: barState, elapsed: elapsed, rate: job.rate,
      remaining: remaining)
  }

  private var remaining: Duration? {
    guard !state.isFinal, job.progress != 100, let seconds = job.etaSeconds, (0..<1e9).contains(seconds) else {
      return nil
    }
    return .seconds(seconds)
  }

  private var stage: String? {
    switch state {
    case .queued: "Waiting for its turn"
    case .running, .succeeded, .failed, .cancelled: job.stage
    }
  }

  private var barState: ProgressBar.State {
    switch state {
    case .queued: .idle
    case .running: .running
    case .succeeded: .complete
    case .failed: .failed
    case .cancelled: .cancelled
    }
  }

  package var overlayState: RealtimeOverlay.State {
    switch state {
    case .queued: .loading
    case .running: (job.progress ?? 0) >= 95 ? .completing : .running
    case .succeeded: .complete
    case .failed: .failed
    case .cancelled: .cancelled
    }
  }

  package var inspector: PluginInspector {
    let rows = plugins.map { PluginRow($0.state, metadata: $0.metadata, isOver: state.isFinal) }
    let warnings = job.warnings.suffix(PluginInspector.warningsShown).map(WarningRow.init)
    return PluginInspector(
      plugins: rows, warnings: warnings, warningsTotal: job.warningsCount,
      showsEmpty: job.work.traits.expectsPlugins)
  }

  /// The newest frame with its results. `nil` if the job has no pictures, as soon as that is known.
  package func viewer(devices: DeviceSelector) -> FrameViewer? {
    let pictures = job.frames.filter { $0.imageURL != nil }
    let controls = ControlPanel(
      framesKept: pictures.count, devices: devices, isLive: !state.isFinal,
      position: state.isFinal ? pictures.last.map { "frame \($0.id)" } : nil)
    guard let frame = pictures.last else {
      let isExpected = job.work.traits.expectsFrames && !state.isFinal && job.frames.isEmpty
      return isExpected ? FrameViewer(controls: controls) : nil
    }
    return FrameViewer(
      image: frame.imageURL, width: frame.width, height: frame.height,
      boxes: frame.results.flatMap { FrameBox.all(in: $0.data) }, caption: caption(of: frame), controls: controls)
  }

  private func caption(of frame: Frame) -> String {
    guard let newest = frame.results.last else { return "Frame \(frame.id)" }
    return "Frame \(frame.id) · \(newest.plugin) · \(Readable.milliseconds(newest.milliseconds))"
  }

  /// The errors, newest first. The reason for a failure is one of them, unless it repeats another one.
  package var errors: ErrorBanner {
    var rows = job.errors.map {
      ErrorRow(key: $0.id.map(String.init), heading: $0.title, message: $0.message ?? "", code: $0.code)
    }
    let isRepeated = job.errorID != nil && job.errors.contains { $0.id == job.errorID }
    if state == .failed, !isRepeated {
      rows.append(ErrorRow(key: "failure", heading: "Job failed", message: job.error ?? "No reason was recorded."))
    }
    return ErrorBanner(rows.reversed())
  }

  /// Why the job runs on a device other than the requested one.
  package var fallbackReason: String? {
    guard job.fallback else { return nil }
    return "instead of \(job.deviceRequested), which is not available"
  }

  /// The state from which the script starts: the messages that add up to this page, the position to resume from, and the
  /// time of the page, because a browser may show it again much later.
  package func initialState(cursor: String?) -> [UInt8] {
    var messages = plugins.compactMap { plugin in
      plugin.metadata.map { RealtimeMessage.metadata($0, plugin: plugin.state.plugin, job: job) }
    }
    messages += job.snapshot
    for frame in job.frames.suffix(Self.framesInPage) {
      for result in frame.results {
        messages.append(
          .frame(
            job: job, frame: frame, plugin: result.plugin, data: result.data, device: job.deviceUsed ?? .cpu,
            milliseconds: result.milliseconds))
      }
    }
    let state: JSON = [
      "messages": .array(messages.map { .object($0.json) }), "cursor": cursor.map(JSON.string) ?? .null,
      "as_of": .string(now.description),
    ]
    return state.encodedForScript()
  }

  /// Enough to step back a little without a request. The API has the others.
  package static let framesInPage = 30
}
