import Domain
import Metrics
import Synchronization

/// Totals over the messages of jobs, about plugins and ends.
final class JobMetrics: Sendable {
  struct Numbers: Sendable {
    /// From a job's start to its end.
    var jobTimes = Histogram.work
    /// Plugins' times for a frame, by plugin.
    var pluginTimes: [String: Histogram] = [:]
    /// Plugins that failed, by plugin and error code.
    var pluginFailures: [Failure: Int] = [:]
  }

  struct Failure: Hashable, Sendable {
    var plugin: String
    var reason: String
  }

  private let state = Mutex(Numbers())
  private let plugins: Set<String>

  /// The codes of plugin failures, in lower case. What a reporter calls its own is "other", as are its plugins: a label
  /// must not be anybody's to make up.
  private static let codes: Set<String> = ["plugin_crash", "plugin_timeout", "options_invalid", "device_unavailable"]

  /// - Parameter plugins: the names that are told apart.
  init(plugins: [String]) { self.plugins = Set(plugins) }

  private func label(_ plugin: String) -> String { plugins.contains(plugin) ? plugin : "other" }

  /// Observes a message that was published on a job's topic. Called on the store's thread.
  func observe(_ message: RealtimeMessage) {
    switch message.type {
    case .frame:
      guard let plugin = message.payload["plugin"]?.stringValue, let time = message.payload["timing_ms"]?.doubleValue
      else { return }
      state.withLock { $0.pluginTimes[label(plugin), default: .work].observe(microseconds: Int(time * 1000)) }
    case .error:
      guard let plugin = message.payload["plugin"]?.stringValue,
        let code = message.payload["details"]?["error_code"]?.stringValue
      else { return }
      let known = Self.codes.contains(code.lowercased()) ? code.lowercased() : "other"
      state.withLock { $0.pluginFailures[Failure(plugin: label(plugin), reason: known), default: 0] += 1 }
    case .jobStatus:
      guard let finished = time("finished_at", of: message), let started = time("started_at", of: message) else {
        return
      }
      let milliseconds = max(0, Int(finished.milliseconds - started.milliseconds))
      state.withLock { $0.jobTimes.observe(microseconds: milliseconds * 1000) }
    default: break
    }
  }

  var numbers: Numbers { state.withLock { $0 } }

  private func time(_ key: String, of message: RealtimeMessage) -> Timestamp? {
    message.payload[key]?.stringValue.flatMap { Timestamp(iso8601: $0) }
  }
}
