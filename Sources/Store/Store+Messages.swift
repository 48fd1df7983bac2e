import Domain

/// Selects messages by topic.
package enum TopicFilter: Sendable {
  /// One topic. Uses an index: the cost is proportional to the result.
  case topic(Topic)
  /// The topics that satisfy a condition. This scans the line, so one call looks at a limited number of messages.
  case matching(lookingAt: Int, @Sendable (Topic) -> Bool)
}

extension Store {
  /// Messages of a range of the line, in order.
  /// - Parameters:
  ///   - after: only messages with greater offsets.
  ///   - through: the last offset to return.
  ///   - types: nil for all.
  ///   - limit: how many messages to return at most.
  ///   - bytes: the page ends with the message that brings its JSON to this size.
  /// - Returns: the messages, and the offset up to which they are complete, to continue from. For one topic, it is less
  ///   than both `through` and the newest offset only if there are more.
  /// - Throws: ``StoreError``; ``StoreError/damagedMessage(path:offset:)`` if a message is not as it was written. From
  ///   then on ``readableAfter`` is at least its offset, or the end of the requested range if more is damaged.
  package func messages(
    of topics: TopicFilter, after: Int, through: Int, types: Set<MessageType>?, limit: Int, bytes: Int = 1 << 20
  ) throws(StoreError) -> (messages: [StoredMessage], reached: Int) {
    do throws(StoreError) {
      let page = MessagePage(after: after, through: through, limit: limit, bytes: bytes)
      return try read(topics, types: types, page: page)
    } catch {
      switch error {
      case .damagedMessage(_, let offset): announce(unreadableThrough: offset)
      case .damaged: announce(unreadableThrough: min(through, newestOffset))
      default: break
      }
      throw error
    }
  }

  private func read(
    _ topics: TopicFilter, types: Set<MessageType>?, page: MessagePage
  ) throws(StoreError) -> (messages: [StoredMessage], reached: Int) {
    switch topics {
    case .topic(let topic):
      try readTopic(topic) { (index, database) throws(StoreError) in
        var page = page.ending(at: index.newestOffset)
        guard index.row != nil else { return page.ended }
        guard !page.isComplete else { return page.result }
        try page.read(topic, by: index, types: types, from: database)
        return page.result
      }
    case .matching(let lookingAt, let isWanted):
      try readers.read { database throws(StoreError) in
        var page = page.ending(at: try database.number("SELECT newest_offset FROM line") ?? 0)
        guard !page.isComplete else { return page.result }
        try page.scan(matching: isWanted, kinds: topicKinds, lookingAt: lookingAt, types: types, from: database)
        return page.result
      }
    }
  }

  /// Reads something of a topic in one snapshot.
  func readTopic<Result: Sendable>(
    _ topic: Topic, _ body: @Sendable (TopicIndex, Database) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    while true {
      let result = try readers.read { database throws(StoreError) -> Result? in
        var index = TopicIndex(try database.topicRow(topic), in: try database.ends())
        if let row = index.row {
          // The snapshot may be older than memory. If postings have moved to the stored index since, they are in neither,
          // and both are read again. A commit in progress has added its postings already; those are cut off.
          guard
            let recent = recentMessages.postings(
              of: row.id, after: index.indexedThrough, through: index.newestOffset)
          else { return nil }
          index.recent = recent
        }
        return try body(index, database)
      }
      if let result { return result }
    }
  }

  /// The time of a topic's newest message; nil if there is none.
  package func lastMessageTime(of topic: Topic) throws(StoreError) -> Timestamp? {
    try readTopic(topic) { (index, database) throws(StoreError) in
      var reader = try MessageReader(database)
      let newest = try database.newestPostings(of: index, through: .max, limit: 1)
      return try newest.first.flatMap { posting throws(StoreError) in try reader.time(at: posting.offset) }
    }
  }
}

/// The row of a topic that is shown.
struct TopicRow: Sendable {
  let id: Int
  /// Its messages through this offset were removed.
  let prunedThrough: Int
}

/// A topic in one snapshot of the database, and where its messages are.
struct TopicIndex: Sendable {
  /// Nil if the topic has none or its job was removed.
  let row: TopicRow?
  /// The newest offset of the whole line.
  let newestOffset: Int
  /// The offset through which the stored index has everything.
  let indexedThrough: Int
  /// The postings after that.
  var recent: [Posting] = []

  init(_ row: TopicRow?, in ends: (newest: Int, indexed: Int)) {
    (self.row, newestOffset, indexedThrough) = (row, ends.newest, ends.indexed)
  }
}

extension Database {
  /// The newest offset, and the one through which the stored index has everything.
  func ends() throws(StoreError) -> (newest: Int, indexed: Int) {
    try rows("SELECT newest_offset, indexed_through FROM line") { ($0.integer(0), $0.integer(1)) }.first ?? (0, 0)
  }

  /// Nil if the topic has none or its job was removed.
  func topicRow(_ topic: Topic) throws(StoreError) -> TopicRow? {
    try rows("SELECT id, pruned_through FROM topics WHERE name = ? AND gone = 0", .text(topic.description)) {
      TopicRow(id: $0.integer(0), prunedThrough: $0.integer(1))
    }.first
  }

  /// A topic's newest postings of some types up to an offset, newest first.
  func newestPostings(
    of index: TopicIndex, through: Int, types: TypeFilter = .all, limit: Int
  ) throws(StoreError) -> [Posting] {
    guard let topic = index.row else { return [] }
    var newest = index.recent.reversed().filter { $0.offset <= through && types.contains($0.type) }
    newest = Array(newest.prefix(limit))
    if newest.count < limit {
      newest += try newestPostings(
        of: topic.id, through: min(index.indexedThrough, through), types: types, limit: limit - newest.count)
    }
    return newest.filter { $0.offset > topic.prunedThrough }
  }
}

/// A page of messages while it is read.
struct MessagePage: Sendable {
  private var messages: [StoredMessage] = []
  /// The messages are complete up to here.
  private var reached: Int
  private var through: Int
  private let limit: Int
  private var restBytes: Int

  init(after: Int, through: Int, limit: Int, bytes: Int) {
    (reached, self.through, self.limit, restBytes) = (after, through, limit, bytes)
  }

  /// The page without what is newer than a snapshot.
  func ending(at newest: Int) -> MessagePage {
    var page = self
    page.through = min(through, newest)
    return page
  }

  var isComplete: Bool { reached >= through || limit <= 0 }
  var result: (messages: [StoredMessage], reached: Int) { (messages, reached) }
  /// The result if nothing more is to be found.
  var ended: (messages: [StoredMessage], reached: Int) { (messages, max(reached, through)) }

  private var isFull: Bool { messages.count >= limit || (restBytes <= 0 && !messages.isEmpty) }

  private mutating func add(_ message: StoredMessage) {
    restBytes -= message.json.count
    messages.append(message)
  }

  /// Reads one topic by its postings.
  mutating func read(
    _ topic: Topic, by index: TopicIndex, types: Set<MessageType>?, from database: Database
  ) throws(StoreError) {
    guard let row = index.row else { return }
    var reader = try MessageReader(database)
    let wanted = reader.filter(types)
    let after = max(reached, row.prunedThrough)
    // One more than the limit shows whether there are more.
    let most = limit < .max ? limit + 1 : limit
    var postings = try database.postings(
      of: row.id, after: after, through: min(index.indexedThrough, through), types: wanted, limit: most)
    postings += index.recent.lazy.filter { [through] in
      $0.offset > after && $0.offset <= through && wanted.contains($0.type)
    }.prefix(most - postings.count)
    for posting in postings {
      if isFull { return }
      add(try reader.message(at: posting.offset, of: topic, id: row.id))
      reached = posting.offset
    }
    reached = through
  }

  /// Scans the line, and looks up each topic, which is cheaper than any other plan.
  mutating func scan(
    matching isWanted: (Topic) -> Bool, kinds: TopicTable, lookingAt: Int, types: Set<MessageType>?,
    from database: Database
  ) throws(StoreError) {
    let reader = try MessageReader(database)
    let wanted = reader.filter(types)
    var shown = ShownTopics(database)
    var topics: [Int: Topic?] = [:]
    var looked = 0
    var page = self
    try database.chunks(after: reached, through: through) { chunk throws(StoreError) in
      for record in chunk.records[chunk.index(after: page.reached)...] where record.offset <= page.through {
        if page.isFull || looked == lookingAt { return false }
        looked += 1
        if topics[record.topic] == nil {
          topics[record.topic] = .some(try shown.topic(record.topic, kinds: kinds).flatMap { isWanted($0) ? $0 : nil })
        }
        if wanted.contains(record.type), case .some(.some(let topic)) = topics[record.topic], try shown.shows(record) {
          page.add(try reader.message(record, of: topic, in: chunk))
        }
        page.reached = record.offset
      }
      // The next chunk may be damaged, which must not cost this page.
      return !page.isFull && looked < lookingAt
    }
    // Between the last message and the end there may be numbers whose messages were removed.
    if !page.isFull, looked < lookingAt { page.reached = page.through }
    self = page
  }
}
