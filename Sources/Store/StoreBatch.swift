import Compression
import Domain

/// A numbered message as it is stored.
package struct StoredMessage: Equatable, Sendable {
  package var offset: Int
  package var topic: Topic
  package var sequence: Int
  package var type: MessageType
  package var at: Timestamp
  /// The whole JSON object as it went out.
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
  func checksum(topicID: Int) -> Int {
    let kind = type.rawValue.utf8.reduce(0) { $0 &* 31 &+ Int($1) }
    return rowChecksum(json, offset, topicID, sequence, Int(at.milliseconds), kind)
  }
}

/// What a plugin found in a frame, as its `frame` message said it.
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

/// What is stored in one transaction: all of it, or nothing.
package struct StoreBatch: Sendable {
  /// Their offsets go up, and on from the newest that is stored.
  package var messages: [StoredMessage] = []
  /// A second one of the same job, frame and plugin replaces the first.
  package var frames: [StoredFrame] = []
  /// Rows to insert, or to put in place of the rows with the same ids.
  package var jobs: [Job] = []
  /// The ids of jobs that go, with all that belongs to them.
  package var removedJobs: [String] = []
  package var keys: [IdempotencyKey] = []

  package init() {}

  package var isEmpty: Bool { rowCount == 0 }

  package var rowCount: Int { messages.count + frames.count + jobs.count + removedJobs.count + keys.count }
}

/// The checksum of a row: its bytes, and its numbers behind them.
func rowChecksum(_ bytes: [UInt8], _ numbers: Int...) -> Int {
  numbers.withUnsafeBytes { Int(crc32($0, continuing: crc32(bytes))) }
}
