import JSONValues

/// One plugin of a job, with its metadata and warnings.
package struct PluginInspection: Equatable, Sendable {
  package var state: PluginState
  /// The `metadata` of its message, as announced; nil if it is unknown.
  package var metadata: JSONObject?
  /// Its newest warnings, oldest first.
  package var warnings: [Warning]

  package init(state: PluginState, metadata: JSONObject? = nil, warnings: [Warning] = []) {
    self.state = state
    self.metadata = metadata
    self.warnings = warnings
  }
}

extension Job {
  /// The maximum number of warnings in a ``PluginInspection``.
  package static let maxWarningsInspected = 100

  /// The plugins that have started, in execution order.
  /// - Parameter metadata: by plugin name; nil if it is unknown.
  package func inspections(metadata: (String) -> JSONObject? = { _ in nil }) -> [PluginInspection] {
    pluginStates.map { state in
      PluginInspection(
        state: state, metadata: metadata(state.plugin),
        warnings: warnings.filter { $0.plugin == state.plugin }.suffix(Self.maxWarningsInspected))
    }
  }
}
