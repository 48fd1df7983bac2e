import JSONValues

/// A plugin's description of itself: the payload of a `metadata` message, and part of `GET /v1/plugins/{name}`.
package struct PluginMetadata: Hashable, Sendable {
  package var name: String
  package var version: String
  package var description: String
  /// The algorithm or model behind it, such as "running average".
  package var model: String
  /// For example "H×W, 8 bit".
  package var inputShape: String
  /// For example "boxes".
  package var outputFormat: String
  /// 0...1; nil if the plugin has no confidence values.
  package var confidenceDefault: Double?
  package var capabilities: [String]
  package var author: String
  package var tags: [String]
  package var enabled: Bool
  /// Milliseconds per frame. Within the budget the plugin's health is ok, up to four times the budget degraded, then slow.
  package var latencyBudgetMS: Double
  /// The options that a job may set, checked when it is created; nil if the plugin checks them itself when it starts.
  package var options: [PluginOption]?

  package init(
    name: String, version: String = "1.0.0", description: String, model: String, inputShape: String,
    outputFormat: String,
    confidenceDefault: Double? = nil, capabilities: [String] = [], author: String = "Telltale", tags: [String] = [],
    enabled: Bool = true, latencyBudgetMS: Double = 100, options: [PluginOption]? = nil
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
    self.options = options
  }

  /// The payload's `metadata`, sent on every connection. It has no options, which only matter before a job is created.

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
