import Synchronization

/// The postings of the newest messages, which the stored index doesn't have yet.
///
/// Writing a topic's postings costs as much for one message as for many, so they are stored in portions, long after the
/// messages themselves. After a restart they are read from the chunks again.
final class RecentMessages: Sendable {
  struct Entry {
    var posting: Posting
    /// Its `seq`; 0 for an internal message.
    var sequence: Int
    /// The length of its JSON.
    var byteCount: Int
  }

  private struct Contents {
    /// Everything after this offset is here; what is before it is in the stored index.
    var start: Int
    var count = 0
    var byteCount = 0
    /// By the number of the topic's row, each in the order of the line.
    var topics: [Int: [Entry]] = [:]
  }

  private let contents: Mutex<Contents>

  /// - Parameter start: the offset through which the stored index has everything.
  init(after start: Int) { contents = Mutex(Contents(start: start)) }

  /// Whether there is as much as should be indexed.
  func reaches(_ pace: IndexPace) -> Bool {
    contents.withLock { $0.count >= pace.messages || $0.byteCount >= pace.bytes }
  }

  /// The topics that have messages here.
  var topics: [Int] { contents.withLock { Array($0.topics.keys) } }

  /// A topic's postings after an offset, through another.
  /// - Returns: nil if some of them have been moved to the stored index in the meantime.
  func postings(of topic: Int, after offset: Int, through end: Int) -> [Posting]? {
    contents.withLock { contents in
      guard offset >= contents.start else { return nil }
      return contents.topics[topic]?.lazy.map(\.posting).filter { $0.offset > offset && $0.offset <= end } ?? []
    }
  }

  /// A topic's messages through an offset.
  func entries(of topic: Int, through offset: Int) -> ArraySlice<Entry> {
    contents.withLock { $0.topics[topic]?.prefix { $0.posting.offset <= offset } ?? [] }
  }

  /// The `seq` of a topic's newest numbered message here; nil if there is none.
  func lastSequence(of topic: Int) -> Int? {
    contents.withLock { $0.topics[topic]?.last { $0.sequence > 0 }?.sequence }
  }

  /// Adds messages just before their commit: a reader that sees the commit finds them here.
  func add(_ entries: [(topic: Int, entry: Entry)]) {
    contents.withLock { contents in
      for (topic, entry) in entries { contents.topics[topic, default: []].append(entry) }
      contents.count += entries.count
      contents.byteCount += entries.reduce(0) { $0 + $1.entry.byteCount }
    }
  }

  /// Removes what was added after an offset: the commit failed.
  func rollBack(after offset: Int, of topics: Set<Int>) {
    change(topics) { entries in entries.removeLast(entries.reversed().prefix { $0.posting.offset > offset }.count) }
  }

  /// The stored index has everything through this offset.
  func advance(to start: Int) {
    contents.withLock { $0.start = start }
    change(Set(topics)) { entries in entries.removeFirst(entries.prefix { $0.posting.offset <= start }.count) }
  }

  /// Forgets a topic's messages through an offset: they were removed.
  func remove(topic: Int, through offset: Int) {
    change([topic]) { entries in entries.removeFirst(entries.prefix { $0.posting.offset <= offset }.count) }
  }

  private func change(_ topics: Set<Int>, _ body: (inout [Entry]) -> Void) {
    contents.withLock { contents in
      for topic in topics {
        // Taken out, so that the array is changed in place.
        guard var entries = contents.topics.removeValue(forKey: topic) else { continue }
        let (count, byteCount) = (entries.count, entries.byteCount)
        body(&entries)
        contents.count += entries.count - count
        contents.byteCount += entries.byteCount - byteCount
        if !entries.isEmpty { contents.topics[topic] = entries }
      }
    }
  }
}

extension [RecentMessages.Entry] {
  fileprivate var byteCount: Int { reduce(0) { $0 + $1.byteCount } }
}
