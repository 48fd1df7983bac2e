import Wire

/// A message of fixed size to publish over and over, with a send time that changes.
struct MessageTemplate {
  /// The offset of the send time's key in the message.
  let stampOffset: Int
  /// The message with the most recent send time.
  private(set) var message: [UInt8]

  /// - Parameters:
  ///   - byteCount: The size of the whole message.
  ///   - topic: The topic that `/bench/publish` publishes it to (other servers ignore it); nil for a message that is
  ///     reported to a job.
  init(byteCount: Int, topic: String?) {
    let start = #"{"type":"progress","payload":{"#
    let kind = topic.map { "\"topic\":\"\($0)\"" } ?? "\"progress\":1"
    let middle = "\(SendStamp.key)1000000000000000,\(kind),\"note\":\""
    let end = #""},"timestamp":"2026-01-01T00:00:00.000Z"}"#
    let padding = String(repeating: "x", count: max(0, byteCount - (start + middle + end).utf8.count))
    stampOffset = start.utf8.count
    message = Array((start + middle + padding + end).utf8)
  }

  /// Appends the message as a client frame.
  mutating func append(stamp: Int, to output: inout [UInt8]) {
    SendStamp.write(stamp, to: &message, at: stampOffset + SendStamp.key.utf8.count)
    WebSocketFrame.appendMasked(.text, payload: message, key: 0x3A5C_7E91, to: &output)
  }
}
