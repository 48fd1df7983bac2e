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
  let publishedAt = monotonicMicroseconds()

  init(type: MessageType, topic: Topic, position: StreamPosition?, sequence: Int, json: [UInt8]) {
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

/// A message written as JSON up to the place where its position goes: made outside of the hub's lock.
struct MessageEncoding {
  private var open: [UInt8]

  /// `{"type":…,"payload":…,"timestamp":…` without its closing brace.
  init(_ message: RealtimeMessage) {
    var writer = JSONWriter(capacity: 512)
    JSON.object(message.json).write(to: &writer)
    open = writer.finish()
    open.removeLast()
  }

  /// The message without a position.
  consuming func unnumbered() -> [UInt8] {
    open.append(UInt8(ascii: "}"))
    return open
  }

  /// The message with its `id`, `topic` and `seq`. None of the three needs escaping: they are made of letters, digits,
  /// `:`, `-` and `_` only.
  consuming func numbered(_ position: StreamPosition, topic: String, sequence: Int) -> [UInt8] {
    open.append(contentsOf: ",\"id\":\"\(position)\",\"topic\":\"\(topic)\",\"seq\":\(sequence)}".utf8)
    return open
  }
}

extension RealtimeMessage {
  /// The message as bytes for one connection alone: no position, no topic.
  var encoded: [UInt8] { MessageEncoding(self).unnumbered() }
}
