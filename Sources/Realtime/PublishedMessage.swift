import Domain
import JSONValues
import Metrics
import Synchronization

/// A message as it was published: encoded once, for every connection of the process.
package final class PublishedMessage: Sendable {
  package let type: MessageType
  package let topic: Topic
  /// Nil for what is not numbered: frames, logs, metrics.
  package let position: StreamPosition?
  /// Its place among the numbered messages of its topic, from 1; 0 where it has no position.
  package let sequence: Int
  /// The whole JSON object, as it stands in a WebSocket frame and behind an SSE `data:`.
  package let json: [UInt8]
  private let deflatedJSON = Mutex<[UInt8]?>(nil)
  /// Microseconds of the monotonic clock: how long it takes to arrive counts from here.
  let publishedAt: Int

  /// A message that was stored, as it went out then.
  package convenience init(type: MessageType, topic: Topic, position: StreamPosition, sequence: Int, json: [UInt8]) {
    self.init(type, topic, position, sequence, json, publishedAt: monotonicMicroseconds())
  }

  fileprivate init(
    _ type: MessageType, _ topic: Topic, _ position: StreamPosition?, _ sequence: Int, _ json: [UInt8], publishedAt: Int
  ) {
    self.publishedAt = publishedAt
    self.type = type
    self.topic = topic
    self.position = position
    self.sequence = sequence
    self.json = json
  }

  /// ``json`` as compressed by whichever loop needs it first.
  func deflated(_ compress: ([UInt8]) -> [UInt8]) -> [UInt8] {
    deflatedJSON.withLock { known in
      if let known { return known }
      let made = compress(json)
      known = made
      return made
    }
  }
}

/// A message written as JSON up to the place where its position goes: made by whoever publishes it, on its own thread.
struct MessageEncoding: Sendable {
  let type: MessageType
  private var open: [UInt8]
  private let publishedAt = monotonicMicroseconds()

  /// `{"type":…,"payload":…,"timestamp":…` without its closing brace.
  init(_ message: RealtimeMessage) {
    type = message.type
    var writer = JSONWriter(capacity: 512)
    JSON.object(message.json).write(to: &writer)
    open = writer.finish()
    open.removeLast()
  }

  var byteCount: Int { open.count }

  /// The message without a position.
  func unnumbered() -> [UInt8] { open + [UInt8(ascii: "}")] }

  func unnumbered(_ topic: Topic) -> PublishedMessage {
    PublishedMessage(type, topic, nil, 0, unnumbered(), publishedAt: publishedAt)
  }

  /// The message with its `id`, `topic` and `seq`. None of the three needs escaping: they are made of letters, digits,
  /// `:`, `-` and `_` only.
  func numbered(_ position: StreamPosition, _ topic: Topic, sequence: Int) -> PublishedMessage {
    let end = ",\"id\":\"\(position)\",\"topic\":\"\(topic)\",\"seq\":\(sequence)}".utf8
    var json: [UInt8] = []
    json.reserveCapacity(open.count + end.count)
    json += open
    json += end
    return PublishedMessage(type, topic, position, sequence, json, publishedAt: publishedAt)
  }
}

extension RealtimeMessage {
  /// The message as bytes for one connection alone: no position, no topic.
  var encoded: [UInt8] { MessageEncoding(self).unnumbered() }
}
