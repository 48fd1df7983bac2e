import JSONValues

/// Values of the product whose text needs no escapes.
extension JSONWriter {
  package mutating func value(_ position: StreamPosition) {
    // An epoch needs no escapes.
    beginText()
    text(position.epoch)
    text(":")
    text(position.offset)
    endText()
  }

  package mutating func value(_ topic: Topic) {
    // Neither a kind's name nor an id needs escapes.
    beginText()
    text(topic.kind.name)
    if topic.kind.hasID {
      text(":")
      text(topic.id)
    }
    endText()
  }

  package mutating func value(_ timestamp: Timestamp) {
    beginText()
    text(timestamp.iso8601)
    endText()
  }
}
