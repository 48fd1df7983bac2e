import JSONValues

/// A plugin's progress in a job.
package enum PluginStatus: String, Sendable, CaseIterable {
  case started, running, completed, failed
}

/// A plugin's state in a job, with its measurements.
package struct PluginState: Equatable, Sendable {
  package var plugin: String
  package var status: PluginStatus
  /// Milliseconds for the latest frame, with one decimal; nil before the first.
  package var milliseconds: Double?
  package var framesProcessed = 0
  package var warningsCount = 0
  package var health: PluginHealth?
  /// Milliseconds per frame over the whole job; nil before the first.
  package var statistics: TimingStatistics?

  package init(plugin: String, status: PluginStatus) {
    self.plugin = plugin
    self.status = status
  }

  /// The payload of a `plugin_status` message without the job, and an element of a job's `plugin_states`.
  package var json: JSONObject {
    var json: JSONObject = [
      "plugin": .string(plugin), "status": .string(status.rawValue), "frames_processed": .int(framesProcessed),
      "warnings_count": .int(warningsCount),
    ]
    json["timing_ms"] = milliseconds.map(JSON.double)
    json["health"] = health.map { .string($0.rawValue) }
    json["timing_statistics"] = statistics.map { .object($0.json) }
    return json
  }

  /// Reads what ``json`` wrote; nil if it names no plugin or no status.
  /// - Parameter known: the plugin's state so far: a field that is missing keeps its value.
  package init?(_ json: JSONObject, after known: PluginState? = nil) {
    guard let plugin = json["plugin"]?.stringValue,
      let status = json["status"]?.stringValue.flatMap(PluginStatus.init(rawValue:))
    else { return nil }
    self.init(plugin: plugin, status: status)
    milliseconds = json["timing_ms"]?.doubleValue ?? known?.milliseconds
    framesProcessed = json["frames_processed"]?.intValue ?? known?.framesProcessed ?? 0
    warningsCount = json["warnings_count"]?.intValue ?? known?.warningsCount ?? 0
    health = json["health"]?.stringValue.flatMap(PluginHealth.init(rawValue:)) ?? known?.health
    statistics =
      json["timing_statistics"]?.objectValue.flatMap { TimingStatistics($0) } ?? known?.statistics
  }
}

/// Milliseconds per frame: the median, the 95th percentile and the maximum.
package struct TimingStatistics: Equatable, Sendable {
  package var p50: Double
  package var p95: Double
  package var max: Double

  package init(p50: Double, p95: Double, max: Double) {
    self.p50 = p50
    self.p95 = p95
    self.max = max
  }

  package var json: JSONObject { ["p50": .double(p50), "p95": .double(p95), "max": .double(max)] }

  /// Reads what ``json`` wrote; nil if one of the three is missing.
  package init?(_ json: JSONObject) {
    guard let p50 = json["p50"]?.doubleValue, let p95 = json["p95"]?.doubleValue, let max = json["max"]?.doubleValue
    else { return nil }
    self.init(p50: p50, p95: p95, max: max)
  }
}

/// How a plugin's timing compares with its latency budget.
package enum PluginHealth: String, Sendable, CaseIterable {
  case ok, degraded, slow

  /// - Parameters: both in milliseconds per frame.
  package init(timing: Double, budget: Double) {
    self = timing <= budget ? .ok : timing <= 4 * budget ? .degraded : .slow
  }
}

/// The severity of a warning.
package enum Severity: String, Sendable, CaseIterable {
  case low, medium, high
}

/// One warning of a job. Never deduplicated, never replaced.
package struct Warning: Hashable, Sendable {
  package var plugin: String
  package var message: String
  package var severity: Severity
  package var frameID: Int?

  package init(plugin: String, message: String, severity: Severity, frameID: Int? = nil) {
    self.plugin = plugin
    self.message = message
    self.severity = severity
    self.frameID = frameID
  }

  package var json: JSONObject {
    var json: JSONObject = [
      "plugin": .string(plugin), "message": .string(message), "severity": .string(severity.rawValue),
    ]
    json["frame_id"] = frameID.map(JSON.int)
    return json
  }

  /// Reads what ``json`` wrote; nil if it names no plugin or has no text. The severity is medium if it is missing.
  package init?(_ json: JSONObject) {
    guard let plugin = json["plugin"]?.stringValue, let message = json["message"]?.stringValue else { return nil }
    self.init(
      plugin: plugin, message: message,
      severity: json["severity"]?.stringValue.flatMap(Severity.init(rawValue:)) ?? .medium,
      frameID: json["frame_id"]?.intValue)
  }
}
