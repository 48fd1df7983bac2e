import Domain

/// Gives messages their place: the offset in the one line of all, the `seq` in the line of their topic.
///
/// What was numbered last can be taken back as long as nobody was told of it: numbers have no hole, whatever fails.
package struct MessageLine: Sendable {
  package let epoch: String
  /// The offset given last.
  private var offset: Int
  private var settledOffset: Int
  /// The last `seq` given, for topics that were spoken to lately; the others are asked for again.
  private var sequences: [Topic: Int] = [:]
  /// Those given since the last ``settle()``.
  private var unsettled: [Topic: Int] = [:]
  private let topicsKept: Int

  /// - Parameters:
  ///   - offset: that of the last message already numbered in this epoch.
  ///   - topicsKept: how many topics' last `seq` is remembered at most.
  package init(epoch: String, after offset: Int, topicsKept: Int = 4096) {
    self.epoch = epoch
    self.offset = offset
    settledOffset = offset
    self.topicsKept = topicsKept
  }

  /// Numbers a message, where its type is a numbered one, and encodes it for everybody.
  /// - Parameter lastSequence: the last `seq` of a topic's settled messages, 0 where there is none; asked for topics
  ///   that were not spoken to lately.
  package mutating func number(_ message: RealtimeMessage, to topic: Topic, lastSequence: (Topic) throws -> Int)
    rethrows -> PublishedMessage
  {
    try number(MessageEncoding(message), to: topic, lastSequence: lastSequence)
  }

  mutating func number(_ encoding: MessageEncoding, to topic: Topic, lastSequence: (Topic) throws -> Int) rethrows
    -> PublishedMessage
  {
    guard encoding.type.isNumbered else { return encoding.unnumbered(topic) }
    let sequence = try (unsettled[topic] ?? sequences[topic] ?? lastSequence(topic)) + 1
    unsettled[topic] = sequence
    offset += 1
    return encoding.numbered(StreamPosition(epoch: epoch, offset: offset), topic, sequence: sequence)
  }

  /// What was numbered since the last time stays so.
  package mutating func settle() {
    settledOffset = offset
    if sequences.count + unsettled.count > topicsKept { sequences.removeAll(keepingCapacity: true) }
    sequences.merge(unsettled) { $1 }
    unsettled.removeAll(keepingCapacity: true)
  }

  /// What was numbered since the last time never was.
  package mutating func takeBack() {
    offset = settledOffset
    unsettled.removeAll(keepingCapacity: true)
  }
}
