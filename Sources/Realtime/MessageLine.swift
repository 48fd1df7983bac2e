import Domain

/// Numbers messages: the offset in the one line of all messages, and the `seq` in the line of their topic.
///
/// Numbers can be taken back until they are settled, so that a failed commit leaves no hole in either line.
package struct MessageLine: Sendable {
  package let epoch: String
  /// The last offset that was assigned.
  private var offset: Int
  private var settledOffset: Int
  /// The places of recently used topics in ``sequences``; the others are looked up again.
  private var places: [Topic: Int] = [:]
  private var sequences: [Sequence] = []
  /// The places of the topics that got numbers since ``settle()``.
  private var unsettled: [Int] = []
  private let topicsKept: Int

  private struct Sequence {
    let topic: Topic
    /// The last `seq` that was assigned.
    var last: Int
    /// The last one that was assigned before the last ``settle()``.
    var settled: Int
  }

  /// - Parameters:
  ///   - offset: the newest offset of this epoch.
  ///   - topicsKept: for how many topics the last `seq` is remembered.
  package init(epoch: String, after offset: Int, topicsKept: Int = 4096) {
    self.epoch = epoch
    self.offset = offset
    settledOffset = offset
    self.topicsKept = topicsKept
  }

  /// Numbers a message and encodes it for every client. An internal message takes an offset, but no `seq`: its topic's
  /// readers never see it, and must not see a hole.
  /// - Precondition: the message's type has a position.
  /// - Parameter lastSequence: looks up the last settled `seq` of a topic, 0 for a topic without messages.
  package mutating func number(_ message: RealtimeMessage, to topic: Topic, lastSequence: (Topic) throws -> Int)
    rethrows -> PublishedMessage
  {
    try number(MessageEncoding(message), to: topic, lastSequence: lastSequence)
  }

  mutating func number(_ encoding: MessageEncoding, to topic: Topic, lastSequence: (Topic) throws -> Int) rethrows
    -> PublishedMessage
  {
    precondition(encoding.type.hasPosition, "\(encoding.type) messages are sent, not numbered")
    var sequence = 0
    if encoding.type.isNumbered {
      let place = try places[topic] ?? remember(topic, lastSequence: lastSequence(topic))
      if sequences[place].last == sequences[place].settled { unsettled.append(place) }
      sequences[place].last += 1
      sequence = sequences[place].last
    }
    offset += 1
    return encoding.numbered(StreamPosition(epoch: epoch, offset: offset), topic: topic, sequence: sequence)
  }

  private mutating func remember(_ topic: Topic, lastSequence: Int) -> Int {
    places[topic] = sequences.count
    sequences.append(Sequence(topic: topic, last: lastSequence, settled: lastSequence))
    return sequences.count - 1
  }

  /// Numbers the messages of a batch, in order.
  mutating func number(_ batch: SequencerBatch, lastSequence: (Topic) throws -> Int) rethrows -> NumberedBatch {
    let entries = try batch.publications.map { encoded in
      NumberedBatch.Entry(
        publication: encoded.publication,
        messages: try encoded.encodings.indices.map { index in
          try number(
            encoded.encodings[index], to: encoded.publication.items[index].topic, lastSequence: lastSequence)
        })
    }
    return NumberedBatch(id: batch.id, entries: entries)
  }

  /// Makes the numbers assigned since the last call final.
  package mutating func settle() {
    settledOffset = offset
    for place in unsettled { sequences[place].settled = sequences[place].last }
    if sequences.count > topicsKept { forgetOthers() }
    unsettled.removeAll(keepingCapacity: true)
  }

  /// Forgets the topics that got no numbers since the last ``settle()``.
  private mutating func forgetOthers() {
    sequences = unsettled.map { sequences[$0] }
    places.removeAll(keepingCapacity: true)
    for place in sequences.indices { places[sequences[place].topic] = place }
  }

  /// Takes back the numbers assigned since the last ``settle()``: they are assigned again.
  package mutating func takeBack() {
    offset = settledOffset
    for place in unsettled { sequences[place].last = sequences[place].settled }
    unsettled.removeAll(keepingCapacity: true)
  }
}
