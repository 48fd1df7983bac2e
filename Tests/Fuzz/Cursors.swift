import Domain

/// A cursor, topic, device or timestamp from a client parses to a value with the same text, or not at all.
func check(_ input: [UInt8]) {
  let text = text(input)
  if let position = StreamPosition(cursor: text) {
    precondition(position.offset >= 0 && StreamPosition(cursor: position.description) == position)
  }
  if let topic = Topic(text) { precondition(topic.description == text) }
  if let device = Device(text) { precondition(Device(device.description) == device) }
  if let moment = Timestamp(iso8601: text) {
    precondition(Timestamp(iso8601: moment.description) == moment)
  }
}
