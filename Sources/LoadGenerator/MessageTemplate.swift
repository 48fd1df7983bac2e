import Wire

/// A published message of a fixed size, of which only the send time and the topic change.
struct MessageTemplate {
  /// Where in the message the key of the send time begins.
  let stampOffset: Int
  /// The message, with whatever send time was written into it last.
  private(set) var message: [UInt8]

  /// - Parameters:
  ///   - byteCount: of the whole message, as it is published.
  ///   - topic: to which `/bench/publish` publishes it, other servers ignore it; nil for one that is reported into a
  ///     job.
  init(byteCount: Int, topic: String?) {
    let start = #"{"type":"progress","payload":{"#
    let kind = topic.map { "\"topic\":\"\($0)\"" } ?? "\"progress\":1"
    let middle = "\(SendStamp.key)1000000000000000,\(kind),\"note\":\""
    let end = #""},"timestamp":"2026-01-01T00:00:00.000Z"}"#
    let padding = String(repeating: "x", count: max(0, byteCount - (start + middle + end).utf8.count))
    stampOffset = start.utf8.count
    message = Array((start + middle + padding + end).utf8)
  }

  /// Appends the message as a client's frame.
  mutating func append(stamp: Int, to output: inout [UInt8]) {
    SendStamp.write(stamp, to: &message, at: stampOffset + SendStamp.key.utf8.count)
    WebSocketFrame.appendMasked(.text, payload: message, key: 0x3A5C_7E91, to: &output)
  }
}
