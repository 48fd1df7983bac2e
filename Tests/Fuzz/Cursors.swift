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
    let written = moment.description
    // A UTC offset can move a timestamp out of the years with four digits.
    let isWritable = (-62_167_219_200_000...253_402_300_799_999).contains(moment.milliseconds)
    precondition(!isWritable || Timestamp(iso8601: written) == moment)
  }
}
