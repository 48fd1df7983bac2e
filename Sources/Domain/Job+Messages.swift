import JSONValues

/// What the messages of a job mean for it. This is the only place that says so: the server's memory, the store's rows and
/// what is made of the messages after a crash are all this fold.
extension Job {
  /// Takes in a message of the job's topic. What it does not say stays as it was, and so does all where the message says
  /// nothing about the job's state.
  package mutating func apply(_ message: RealtimeMessage) {
    let payload = message.payload
    switch message.type {
    case .jobStatus: applyStatus(payload)
    case .progress:
      progress = payload["progress"]?.doubleValue.map { min(max($0, 0), 100) }
      if payload["total_unknown"]?.boolValue == true { progress = nil }
      // Who names neither says nothing about what is going on.
      if payload["stage"] != nil || payload["plugin"] != nil {
        stage = payload["stage"]?.stringValue
        activePlugin = payload["plugin"]?.stringValue
      }
      rate = payload["rate"]?.doubleValue
      etaSeconds = payload["eta_seconds"]?.doubleValue
    case .pluginStatus:
      let known = pluginStates.first { $0.plugin == payload["plugin"]?.stringValue }
      if let state = PluginState(payload, after: known) { set(state) }
    case .warning:
      guard let warning = Warning(payload) else { return }
      warningsCount += 1
      keep(warning)
    case .error:
      if let error = JobError(payload) { keep(error) }
    case .partialResult:
      if let plugin = payload["plugin"]?.stringValue { results[plugin] = payload["result"] }
    default: break
    }
  }

  private mutating func applyStatus(_ payload: JSONObject) {
    if let status = payload["status"]?.stringValue.flatMap(JobStatus.init(rawValue:)) { self.status = status }
    if let name = payload["name"]?.stringValue { self.name = name }
    if let error = payload["error"] { (self.error, errorID) = (error.stringValue, payload["error_id"]?.intValue) }
    if let progress = payload["progress"] { self.progress = progress.doubleValue }
    if let stage = payload["stage"] { self.stage = stage.stringValue }
    if let device = payload["device_used"] { deviceUsed = device.stringValue.flatMap { Device($0) } }
    if let started = payload["started_at"] { startedAt = started.stringValue.flatMap { Timestamp(iso8601: $0) } }
    if let finished = payload["finished_at"] { finishedAt = finished.stringValue.flatMap { Timestamp(iso8601: $0) } }
  }

  /// Takes the warning among those that are told with the job, and lets go of the oldest where they are too many.
  package mutating func keep(_ warning: Warning) {
    warnings.append(warning)
    var bytes = warnings.reduce(0) { $0 + $1.byteCount }
    while warnings.count > Self.maxWarningsKept || bytes > Self.maxWarningBytesKept, warnings.count > 1 {
      bytes -= warnings.removeFirst().byteCount
    }
  }

  /// Takes the error among those that are told with the job, and lets go of the oldest where they are too many.
  package mutating func keep(_ error: JobError) {
    errors.append(error)
    var bytes = errors.reduce(0) { $0 + $1.byteCount }
    while errors.count > Self.maxErrorsKept || bytes > Self.maxErrorBytesKept, errors.count > 1 {
      bytes -= errors.removeFirst().byteCount
    }
  }

  /// Notes where a plugin stands now.
  package mutating func set(_ state: PluginState) {
    if let index = pluginStates.firstIndex(where: { $0.plugin == state.plugin }) {
      pluginStates[index] = state
    } else {
      pluginStates.append(state)
    }
  }
}

extension PluginState {
  /// Reads what a `plugin_status` message says; nil where it names no plugin or no status.
  /// - Parameter known: What is known of the plugin: what the message does not say stays.
  package init?(_ payload: JSONObject, after known: PluginState? = nil) {
    guard let plugin = payload["plugin"]?.stringValue,
      let status = payload["status"]?.stringValue.flatMap(PluginStatus.init(rawValue:))
    else { return nil }
    self.init(plugin: plugin, status: status)
    milliseconds = payload["timing_ms"]?.doubleValue ?? known?.milliseconds
    framesProcessed = payload["frames_processed"]?.intValue ?? known?.framesProcessed ?? 0
    warningsCount = payload["warnings_count"]?.intValue ?? known?.warningsCount ?? 0
    health = payload["health"]?.stringValue.flatMap(PluginHealth.init(rawValue:)) ?? known?.health
    statistics = known?.statistics
    if let statistics = payload["timing_statistics"], let p50 = statistics["p50"]?.doubleValue,
      let p95 = statistics["p95"]?.doubleValue, let max = statistics["max"]?.doubleValue
    {
      self.statistics = TimingStatistics(p50: p50, p95: p95, max: max)
    }
  }
}

extension JobError {
  fileprivate var byteCount: Int { [title, message, code, plugin].reduce(0) { $0 + ($1?.utf8.count ?? 0) } }

  /// Reads what an `error` message says; nil where it has no title.
  package init?(_ payload: JSONObject) {
    guard let title = payload["error"]?.stringValue else { return nil }
    let details = payload["details"]
    self.init(
      title: title, message: details?["message"]?.stringValue, code: details?["error_code"]?.stringValue,
      plugin: payload["plugin"]?.stringValue, frameID: payload["frame_id"]?.intValue)
    id = payload["error_id"]?.intValue
  }
}

extension Warning {
  fileprivate var byteCount: Int { plugin.utf8.count + message.utf8.count }

  /// Reads what a `warning` message says; nil where it names no plugin or has no text.
  package init?(_ payload: JSONObject) {
    guard let plugin = payload["plugin"]?.stringValue, let message = payload["message"]?.stringValue else { return nil }
    self.init(
      plugin: plugin, message: message,
      severity: payload["severity"]?.stringValue.flatMap(Severity.init(rawValue:)) ?? .medium,
      frameID: payload["frame_id"]?.intValue)
  }
}
