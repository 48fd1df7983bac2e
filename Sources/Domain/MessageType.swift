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
  /// The place among the types of the server itself, from 1, by which they are compared without their names; 0 for every
  /// other type.
  let number: UInt8

  package init(_ name: String, _ delivery: Delivery) {
    self.init(name, delivery, number: 0)
  }

  private init(_ name: String, _ delivery: Delivery, number: UInt8) {
    rawValue = name
    self.delivery = delivery
    self.number = number
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

  package static func == (left: MessageType, right: MessageType) -> Bool {
    left.number != 0 && right.number != 0 ? left.number == right.number : left.rawValue == right.rawValue
  }

  /// Lets a `switch` compare without the generic operator.
  package static func ~= (pattern: MessageType, type: MessageType) -> Bool { pattern == type }

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
  package static let frame = MessageType("frame", .unnumbered(dropped: .first), number: 1)
  package static let partialResult = MessageType("partial_result", .numbered, number: 2)
  package static let progress = MessageType("progress", .numbered, number: 3)
  package static let pluginStatus = MessageType("plugin_status", .numbered, number: 4)
  package static let warning = MessageType("warning", .numbered, number: 5)
  package static let error = MessageType("error", .numbered, number: 6)
  package static let metadata = MessageType("metadata", .numbered, number: 7)
  package static let jobStatus = MessageType("job_status", .numbered, number: 8)
  package static let log = MessageType("log", .unnumbered(dropped: .never), number: 9)

  // The connection itself.
  package static let ping = MessageType("ping", .unnumbered(dropped: .never), number: 10)
  package static let pong = MessageType("pong", .unnumbered(dropped: .never), number: 11)
  package static let subscribe = MessageType("subscribe", .unnumbered(dropped: .never), number: 12)
  package static let subscribed = MessageType("subscribed", .unnumbered(dropped: .never), number: 13)
  package static let unsubscribe = MessageType("unsubscribe", .unnumbered(dropped: .never), number: 14)
  package static let unsubscribed = MessageType("unsubscribed", .unnumbered(dropped: .never), number: 15)

  // The server.
  package static let storage = MessageType("storage", .unnumbered(dropped: .never), number: 16)

  // The engines.
  package static let engineMetrics = MessageType("engine_metrics", .unnumbered(dropped: .second), number: 17)

  // The rows of jobs and requests, as messages of the job's topic.
  package static let jobCreated = MessageType("_job_created", .internal, number: 18)
  package static let jobRemoved = MessageType("_job_removed", .internal, number: 19)
  package static let requestAccepted = MessageType("_request_accepted", .internal, number: 20)
}
