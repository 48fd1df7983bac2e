/// The kind of a message. A peer may name one that we don't know, so it is a string with names, not a closed set.
package struct MessageType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package var rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
  package var description: String { rawValue }

  // The job pipeline.
  package static let frame = MessageType(rawValue: "frame")
  package static let partialResult = MessageType(rawValue: "partial_result")
  package static let progress = MessageType(rawValue: "progress")
  package static let pluginStatus = MessageType(rawValue: "plugin_status")
  package static let warning = MessageType(rawValue: "warning")
  package static let error = MessageType(rawValue: "error")
  package static let metadata = MessageType(rawValue: "metadata")
  package static let jobStatus = MessageType(rawValue: "job_status")
  package static let log = MessageType(rawValue: "log")

  // The connection itself.
  package static let ping = MessageType(rawValue: "ping")
  package static let pong = MessageType(rawValue: "pong")
  package static let subscribe = MessageType(rawValue: "subscribe")
  package static let unsubscribe = MessageType(rawValue: "unsubscribe")

  // The engines.
  package static let engineMetrics = MessageType(rawValue: "engine_metrics")

  /// All of the above: what a peer may name besides is "other" where it must be counted.
  package static let known: [MessageType] = [
    .frame, .partialResult, .progress, .pluginStatus, .warning, .error, .metadata, .jobStatus, .log, .ping, .pong,
    .subscribe, .unsubscribe, .engineMetrics,
  ]

  /// Whether a published message of this type gets a position and a `seq`. The others are worth nothing later: they
  /// travel in the same order but can't be resumed, and a slow client may miss them.
  package var isNumbered: Bool {
    switch self {
    case .frame, .log, .engineMetrics, .ping, .pong: false
    default: true
    }
  }
}
