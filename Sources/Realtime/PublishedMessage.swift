import Domain
import JSONValues
import Metrics
import Synchronization

/// A message as it was published: encoded once, for every connection of the process.
package final class PublishedMessage: Sendable {
  package let type: MessageType
  package let topic: Topic
  /// Nil for a message without a number, such as a frame or a metric.
  package let position: StreamPosition?
  /// Its place among the numbered messages of its topic, from 1; 0 for a message that has none.
  package let sequence: Int
  /// The whole JSON object, as it stands in a WebSocket frame and behind an SSE `data:`.
  package let json: [UInt8]
  private let deflatedJSON = Mutex<[UInt8]?>(nil)
  /// Microseconds of the monotonic clock; delivery times are measured from here.
  let publishedAt: Int

  /// A stored message, as it was sent when it was published.
  package convenience init(type: MessageType, topic: Topic, position: StreamPosition, sequence: Int, json: [UInt8]) {
    self.init(
      type: type, topic: topic, position: position, sequence: sequence, json: json,
      publishedAt: monotonicMicroseconds())
  }

  /// An unnumbered message, encoded on the caller's thread.
  package convenience init(_ message: RealtimeMessage, topic: Topic) {
    let encoding = MessageEncoding(message)
    self.init(
      type: message.type, topic: topic, position: nil, sequence: 0, json: encoding.unnumbered(),
      publishedAt: encoding.publishedAt)
  }

  fileprivate init(
    type: MessageType, topic: Topic, position: StreamPosition?, sequence: Int, json: [UInt8], publishedAt: Int
  ) {
    self.publishedAt = publishedAt
    self.type = type
    self.topic = topic
    self.position = position
    self.sequence = sequence
    self.json = json
  }

  /// ``json``, compressed by the first loop that needs it.
  func deflated(_ compress: ([UInt8]) -> [UInt8]) -> [UInt8] {
    deflatedJSON.withLock { known in
      if let known { return known }
      let made = compress(json)
      known = made
      return made
    }
  }
}

/// A message written as JSON up to the place where its position goes. The publisher makes it on its own thread.
struct MessageEncoding: Sendable {
  let type: MessageType
  /// The whole object, as it is without a position.
  private let json: [UInt8]
  fileprivate let publishedAt = monotonicMicroseconds()

  init(_ message: RealtimeMessage) {
    type = message.type
    json = message.encoded
  }

  var byteCount: Int { json.count }

  /// The message without a position.
  func unnumbered() -> [UInt8] { json }

  /// The message with its `id`, `topic` and `seq`.
  func numbered(_ position: StreamPosition, topic: Topic, sequence: Int) -> PublishedMessage {
    var writer = JSONWriter(capacity: json.count + Self.positionBytes)
    writer.beginObject(continuing: json)
    writer.key(plain: "id")
    writer.value(position)
    writer.key(plain: "topic")
    writer.value(topic)
    writer.key(plain: "seq")
    writer.value(sequence)
    writer.endObject()
    return PublishedMessage(
      type: type, topic: topic, position: position, sequence: sequence, json: writer.finish(), publishedAt: publishedAt)
  }

  /// Room for the three members, the longest topic of the product included.
  private static let positionBytes = 192
}
