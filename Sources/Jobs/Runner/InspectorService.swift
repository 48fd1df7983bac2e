import Domain
import JSONValues
import Synchronization

/// What is known of a plugin in a job.
package struct PluginInspection: Sendable {
  package let metadata: PluginMetadata
  package var status = PluginStatus.started
  package var timings = PluginTimings()
  package var warnings: [Warning] = []

  package init(metadata: PluginMetadata) { self.metadata = metadata }

  /// As messages and pages tell it.
  package var state: PluginState {
    var state = PluginState(plugin: metadata.name, status: status)
    state.milliseconds = timings.latest
    state.framesProcessed = timings.count
    state.warningsCount = warnings.count
    state.health = health
    state.statistics = timings.statistics
    return state
  }

  /// By the latest frame; nil before the first.
  package var health: PluginHealth? {
    timings.latest.map { PluginHealth(timing: $0, budget: metadata.latencyBudgetMS) }
  }
}

/// Keeps what the plugins of each job say about themselves, how long they take and what they warn of.
package final class InspectorService: Sendable {
  private struct State {
    var jobs: [String: [PluginInspection]] = [:]
    /// The newest of each plugin, whatever job it ran in.
    var newest: [String: PluginInspection] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  /// The plugins of a job in the order in which they run; empty for a job that has not started.
  package func plugins(ofJob job: String) -> [PluginInspection] {
    state.withLock { $0.jobs[job] ?? [] }
  }

  /// How a plugin did where it ran last; nil where it never ran.
  package func newest(plugin: String) -> PluginInspection? {
    state.withLock { $0.newest[plugin] }
  }

  package func forget(job: String) {
    state.withLock { _ = $0.jobs.removeValue(forKey: job) }
  }

  func begin(job: String, plugins: [PluginMetadata]) {
    state.withLock { $0.jobs[job] = plugins.map(PluginInspection.init) }
  }

  /// - Parameter plugin: Its place among the job's plugins.
  /// - Returns: The inspection after the change.
  @discardableResult
  func update(job: String, plugin: Int, _ change: (inout PluginInspection) -> Void) -> PluginInspection? {
    state.withLock { state in
      guard var plugins = state.jobs[job], plugins.indices.contains(plugin) else { return nil }
      // Taken out first, so that its arrays are changed in place.
      state.jobs[job] = nil
      change(&plugins[plugin])
      let changed = plugins[plugin]
      state.jobs[job] = plugins
      state.newest[changed.metadata.name] = changed
      return changed
    }
  }
}
