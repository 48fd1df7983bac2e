import Compression
import Domain

/// A stored numbered message.
package struct StoredMessage: Equatable, Sendable {
  package var offset: Int
  package var topic: Topic
  /// Its `seq`; 0 for an internal message, which has none.
  package var sequence: Int
  package var type: MessageType
  package var at: Timestamp
  /// The whole JSON object, as it is sent.
  package var json: [UInt8]

  package init(offset: Int, topic: Topic, sequence: Int, type: MessageType, at: Timestamp, json: [UInt8]) {
    self.offset = offset
    self.topic = topic
    self.sequence = sequence
    self.type = type
    self.at = at
    self.json = json
  }

  /// - Parameter topicID: the number of its topic's row.
  func checksum(topicID: Int) -> UInt32 {
    let kind = type.rawValue.utf8.reduce(0) { $0 &* 31 &+ Int($1) }
    let numbers = (offset, topicID, sequence, Int(at.milliseconds), kind)
    return withUnsafeBytes(of: numbers) { crc32($0, continuing: crc32(json)) }
  }
}

/// The row of a frame and a plugin: the payload of its `frame` message.
package struct StoredFrame: Equatable, Sendable {
  /// The id of the job.
  package var job: String
  /// The number of the frame.
  package var frame: Int
  package var plugin: String
  /// The message's payload.
  package var json: [UInt8]

  package init(job: String, frame: Int, plugin: String, json: [UInt8]) {
    self.job = job
    self.frame = frame
    self.plugin = plugin
    self.json = json
  }
}

/// A change of a feature's own table: an SQL statement and its values.
package struct RowChange: Sendable {
  package let sql: StaticString
  package let values: [StoredValue]

  package init(_ sql: StaticString, _ values: StoredValue...) {
    self.sql = sql
    self.values = values
  }
}

/// The changes of one transaction.
package struct StoreBatch: Sendable {
  /// Their offsets continue from the newest stored one.
  package var messages: [StoredMessage] = []
  /// A frame with the same job, number and plugin replaces the earlier one.
  package var frames: [StoredFrame] = []
  /// Rows to insert, or to replace the rows with the same ids.
  package var jobs: [Job] = []
  /// The ids of jobs to remove, with everything that belongs to them.
  package var removedJobs: [String] = []
  package var keys: [IdempotencyKey] = []
  /// Changes of features' tables, in this order.
  package var rows: [RowChange] = []

  package init() {}

  package var isEmpty: Bool {
    messages.isEmpty && frames.isEmpty && jobs.isEmpty && removedJobs.isEmpty && keys.isEmpty && rows.isEmpty
  }
}
