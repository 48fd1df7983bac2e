import Domain

/// Checks the order of numbered messages on each topic, by the rules of the browser's `topic-sequence.js`.
struct TopicSequence {
  enum Verdict { case next, `repeat`, hole }

  private var last: [Topic: Int] = [:]
  private var holes: [Topic: Int] = [:]
  private var sparse: Set<Topic> = []

  mutating func receive(_ sequence: Int, on topic: Topic) -> Verdict {
    if let last = last[topic] {
      if sequence <= last { return .repeat }
      if sequence > last + 1, !sparse.contains(topic) {
        if holes[topic] != sequence {
          holes[topic] = sequence
          return .hole
        }
        sparse.insert(topic)
      }
    }
    last[topic] = sequence
    return .next
  }

  mutating func forget(_ topic: Topic) {
    last[topic] = nil
    holes[topic] = nil
    sparse.remove(topic)
  }

  mutating func reset() { self = TopicSequence() }
}
