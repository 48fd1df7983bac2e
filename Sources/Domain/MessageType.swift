/// The type of a message, and how messages of that type are delivered. ``MessageTable`` has the rest.
///
/// A peer may name a type that we don't know, so this is a name and not a closed set. Two types with the same name are
/// the same type.
package struct MessageType: Hashable, Sendable, CustomStringConvertible {
  package enum Delivery: Hashable, Sendable {
    /// Stored before it is sent, with a position and the next `seq` of its topic. Never dropped.
    case numbered
    /// Stored with a position and never sent: it describes the change of a stored row.
    case `internal`
    /// Sent at once, without a number. It can't be resumed.
    case unnumbered(dropped: DropOrder)
  }

  /// Which messages a slow client loses first.
  package enum DropOrder: UInt8, Sendable {
    case never = 0
    case first = 1
    case second = 2
  }

  package let rawValue: String
  package let delivery: Delivery

  package init(_ name: String, _ delivery: Delivery) {
    rawValue = name
    self.delivery = delivery
  }

  /// The type of a received or stored message. Only the names of internal types start with an underscore.
  package init(rawValue: String) {
    if let known = MessageTable.core[rawValue] {
      self = known.type
    } else {
      self.init(rawValue, rawValue.hasPrefix("_") ? .internal : .numbered)
    }
  }

  package var description: String { rawValue }

  package static func == (left: MessageType, right: MessageType) -> Bool { left.rawValue == right.rawValue }
  package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

  /// Whether a message of this type takes the next `seq` of its topic and is sent with its position.
  package var isNumbered: Bool { delivery == .numbered }
  package var isInternal: Bool { delivery == .internal }
  /// Whether a message of this type goes through the journal and has a position in the line.
  package var hasPosition: Bool { isNumbered || isInternal }

  package var dropOrder: DropOrder {
    if case .unnumbered(let order) = delivery { order } else { .never }
  }

  // The job pipeline.
  package static let frame = MessageType("frame", .unnumbered(dropped: .first))
  package static let partialResult = MessageType("partial_result", .numbered)
  package static let progress = MessageType("progress", .numbered)
  package static let pluginStatus = MessageType("plugin_status", .numbered)
  package static let warning = MessageType("warning", .numbered)
  package static let error = MessageType("error", .numbered)
  package static let metadata = MessageType("metadata", .numbered)
  package static let jobStatus = MessageType("job_status", .numbered)
  package static let log = MessageType("log", .unnumbered(dropped: .never))

  // The connection itself.
  package static let ping = MessageType("ping", .unnumbered(dropped: .never))
  package static let pong = MessageType("pong", .unnumbered(dropped: .never))
  package static let subscribe = MessageType("subscribe", .unnumbered(dropped: .never))
  package static let subscribed = MessageType("subscribed", .unnumbered(dropped: .never))
  package static let unsubscribe = MessageType("unsubscribe", .unnumbered(dropped: .never))
  package static let unsubscribed = MessageType("unsubscribed", .unnumbered(dropped: .never))

  // The server.
  package static let storage = MessageType("storage", .unnumbered(dropped: .never))

  // The engines.
  package static let engineMetrics = MessageType("engine_metrics", .unnumbered(dropped: .second))

  // The rows of jobs and requests, as messages of the job's topic.
  package static let jobCreated = MessageType("_job_created", .internal)
  package static let jobRemoved = MessageType("_job_removed", .internal)
  package static let requestAccepted = MessageType("_request_accepted", .internal)
}
