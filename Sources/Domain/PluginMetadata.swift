import JSONValues

/// What a plugin says about itself: the payload of a `metadata` message and the answer of `GET /v1/plugins/{name}`.
package struct PluginMetadata: Hashable, Sendable {
  package var name: String
  package var version: String
  package var description: String
  /// The algorithm or model behind it, such as "running average".
  package var model: String
  /// Such as "H×W, 8 bit".
  package var inputShape: String
  /// Such as "boxes".
  package var outputFormat: String
  /// 0...1, nil where the plugin has no notion of confidence.
  package var confidenceDefault: Double?
  package var capabilities: [String]
  package var author: String
  package var tags: [String]
  package var enabled: Bool
  /// Milliseconds a frame: within it the plugin's health is ok, up to four times as much degraded, beyond slow.
  package var latencyBudgetMS: Double

  package init(
    name: String, version: String = "1.0.0", description: String, model: String, inputShape: String,
    outputFormat: String,
    confidenceDefault: Double? = nil, capabilities: [String] = [], author: String = "Telltale", tags: [String] = [],
    enabled: Bool = true, latencyBudgetMS: Double = 100
  ) {
    self.name = name
    self.version = version
    self.description = description
    self.model = model
    self.inputShape = inputShape
    self.outputFormat = outputFormat
    self.confidenceDefault = confidenceDefault
    self.capabilities = capabilities
    self.author = author
    self.tags = tags
    self.enabled = enabled
    self.latencyBudgetMS = latencyBudgetMS
  }

  package var json: JSONObject {
    [
      "version": .string(version), "description": .string(description), "model": .string(model),
      "input_shape": .string(inputShape), "output_format": .string(outputFormat),
      "confidence_default": confidenceDefault.map(JSON.double) ?? .null,
      "capabilities": .array(capabilities.map(JSON.string)), "author": .string(author),
      "tags": .array(tags.map(JSON.string)), "enabled": .bool(enabled), "latency_budget_ms": .double(latencyBudgetMS),
    ]
  }
}

/// Where a plugin stands in a job.
package enum PluginStatus: String, Sendable, CaseIterable {
  case started, running, completed, failed
}

/// Where a plugin stands in a job, and what was measured of it.
package struct PluginState: Equatable, Sendable {
  package var plugin: String
  package var status: PluginStatus
  /// Milliseconds that the latest frame took, to one decimal; nil before the first.
  package var milliseconds: Double?
  package var framesProcessed = 0
  package var warningsCount = 0
  package var health: PluginHealth?
  /// Milliseconds a frame over the whole job; nil before the first.
  package var statistics: TimingStatistics?

  package init(plugin: String, status: PluginStatus) {
    self.plugin = plugin
    self.status = status
  }
}

/// Milliseconds a frame: the middle, what 95 of 100 frames stay below, and the slowest.
package struct TimingStatistics: Equatable, Sendable {
  package var p50: Double
  package var p95: Double
  package var max: Double

  package init(p50: Double, p95: Double, max: Double) {
    self.p50 = p50
    self.p95 = p95
    self.max = max
  }
}

/// How a plugin's timing compares with its latency budget.
package enum PluginHealth: String, Sendable, CaseIterable {
  case ok, degraded, slow

  /// - Parameters: both in milliseconds a frame.
  package init(timing: Double, budget: Double) {
    self = timing <= budget ? .ok : timing <= 4 * budget ? .degraded : .slow
  }
}

/// How much a warning matters.
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
}
