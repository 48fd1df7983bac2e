import Domain

/// Appends messages to the line, indexes them by topic, and removes them. The writer's transactions call it.
final class MessageWriter {
  /// The postings of these topics through an offset are being moved to the stored index.
  private struct Indexing {
    let through: Int
    /// How many topics there were at the beginning.
    let topicCount: Int
    /// Taken from the end, in the order of the index, so that topics share the pages that are written.
    var topics: [Int]

    init(through: Int, topics: [Int]) {
      (self.through, topicCount, self.topics) = (through, topics.count, topics)
    }
  }

  /// What a transaction did that memory has to follow.
  private struct Changes {
    /// The newest offset before the transaction.
    var newestBefore: Int?
    /// Topics that got messages.
    var topics: Set<Int> = []
    /// Topics whose messages through an offset were removed.
    var removed: [(topic: Int, through: Int)] = []
    /// Everything through here is in the stored index now.
    var indexedThrough: Int?
  }

  private let database: Database
  private let recent: RecentMessages
  /// The numbers of types. Empty at first and after a failure.
  private var types: [MessageType: Int] = [:]
  private var committedIndexing: Indexing?
  private var indexing: Indexing?
  private var changes = Changes()

  private let pace: IndexPace

  init(_ database: Database, recent: RecentMessages, pace: IndexPace) {
    self.database = database
    self.recent = recent
    self.pace = pace
  }

  /// A message and the number of its topic's row.
  typealias Addressed = (message: StoredMessage, topic: Int)

  /// Appends messages in one or more new chunks.
  /// - Parameter newest: the newest offset before them.
  /// - Returns: the offset through which the stored index has everything, if it has advanced.
  func append(_ messages: [Addressed], after newest: Int) throws(StoreError) -> Int? {
    guard let last = messages.last?.message.offset else { return nil }
    var chunks = ChunkWriter(database)
    var entries: [(topic: Int, entry: RecentMessages.Entry)] = []
    entries.reserveCapacity(messages.count)
    var byteCount = 0
    for (message, topic) in messages {
      let type = try number(of: message.type)
      try chunks.add(
        Chunk.Record(
          offset: message.offset, topic: topic, sequence: message.sequence, type: type,
          at: Int(message.at.milliseconds),
          checksum: message.checksum(topicID: topic)),
        json: message.json)
      let posting = Posting(offset: message.offset, type: type)
      let entry = RecentMessages.Entry(posting: posting, sequence: message.sequence, byteCount: message.json.count)
      entries.append((topic, entry))
      byteCount += entry.byteCount
      changes.topics.insert(topic)
    }
    try chunks.finish()
    changes.newestBefore = changes.newestBefore ?? newest
    recent.add(entries)
    return try index(messageCount: messages.count, byteCount: byteCount, newest: last)
  }

  private func number(of type: MessageType) throws(StoreError) -> Int {
    if let known = types[type] { return known }
    let number = try database.number(ofType: type.rawValue)
    types[type] = number
    return number
  }

  // MARK: The index

  /// Moves a portion of the recent postings to the stored index, if there are many.
  /// - Parameters:
  ///   - messageCount: of the transaction.
  ///   - byteCount: of their JSON.
  private func index(messageCount: Int, byteCount: Int, newest: Int) throws(StoreError) -> Int? {
    if indexing == nil, recent.reaches(pace) {
      indexing = Indexing(through: newest, topics: recent.topics.sorted(by: >))
    }
    guard var portion = indexing else { return nil }
    for _ in 0..<pace.share(of: portion.topicCount, messages: messageCount, bytes: byteCount) {
      guard let topic = portion.topics.popLast() else { break }
      let entries = recent.entries(of: topic, through: portion.through)
      try database.addPostings(entries.map(\.posting), to: topic)
      try keepSequence(of: topic)
    }
    indexing = portion.topics.isEmpty ? nil : portion
    guard portion.topics.isEmpty else { return nil }
    changes.indexedThrough = portion.through
    return portion.through
  }

  /// Writes the `seq` of a topic's newest message into its row, before that is no longer known from the message.
  func keepSequence(of topic: Int) throws(StoreError) {
    guard let sequence = recent.lastSequence(of: topic) else { return }
    try database.run("UPDATE topics SET sequence = ? WHERE id = ?", .integer(sequence), .integer(topic))
  }

  /// The `seq` of a topic's newest message, if that is not in its row.
  func lastSequence(of topic: Int) -> Int? { recent.lastSequence(of: topic) }

  /// A topic's oldest postings.
  func oldestPostings(of topic: Int, indexedThrough: Int, limit: Int) throws(StoreError) -> [Posting] {
    let stored = try database.postings(of: topic, after: 0, through: indexedThrough, limit: limit)
    let rest = recent.postings(of: topic, after: indexedThrough, through: .max) ?? []
    return stored + rest.prefix(limit - stored.count)
  }

  /// The offset of a topic's newest message; nil if it has none.
  func newestOffset(of topic: Int) throws(StoreError) -> Int? {
    if let newest = recent.entries(of: topic, through: .max).last { return newest.posting.offset }
    return try database.newestPostings(of: topic, through: .max, limit: 1).first?.offset
  }

  // MARK: Removal

  /// Removes a topic's oldest messages. Before, its row must say that they are gone: chunks keep what they must.
  /// - Returns: the last offset of a chunk that was removed because it can't be read; nil if there was none.
  func remove(_ postings: some BidirectionalCollection<Posting>, of topic: Int) throws(StoreError) -> Int? {
    guard let last = postings.last?.offset else { return nil }
    try database.trimPostings(of: topic, through: last)
    changes.removed.append((topic, last))
    var (cleaned, unreadable) = (0, Int?.none)
    var shown = ShownTopics(database)
    for posting in postings where posting.offset > cleaned {
      guard let row = try database.chunk(around: posting.offset) else { continue }
      if let chunk = row.chunk {
        // It may have been removed with other messages.
        guard chunk.last >= posting.offset else { continue }
        cleaned = chunk.last
        try clean(chunk, first: row.first, shown: &shown)
      } else {
        // It may have messages of other topics, but they can't be read either.
        cleaned = try database.end(ofDamagedChunk: row.first)
        unreadable = cleaned
        try database.run("DELETE FROM chunks WHERE first = ?", .integer(row.first))
      }
    }
    return unreadable
  }

  /// Deletes a chunk without messages that are shown, and rewrites one that is mostly made of others.
  private func clean(_ chunk: Chunk, first: Int, shown: inout ShownTopics) throws(StoreError) {
    var kept = ChunkBuilder(replacing: first)
    var keptBytes = 0
    for record in chunk.records where try shown.shows(record) {
      kept.add(record, json: chunk.json(of: record))
      keptBytes += record.json.count
    }
    if kept.count == 0 {
      try database.run("DELETE FROM chunks WHERE first = ?", .integer(first))
    } else if keptBytes < chunk.jsonBytes / 2 {
      try database.run(
        "UPDATE chunks SET last = ?, data = ? WHERE first = ?", .integer(kept.last), .blob(kept.bytes), .integer(first))
    }
  }

  // MARK: The end of a transaction

  /// The transaction was committed.
  func committed() {
    for (topic, through) in changes.removed { recent.remove(topic: topic, through: through) }
    if let indexed = changes.indexedThrough { recent.advance(to: indexed) }
    committedIndexing = indexing
    changes = Changes()
  }

  /// The transaction failed.
  func rolledBack() {
    if let newest = changes.newestBefore { recent.rollBack(after: newest, of: changes.topics) }
    types.removeAll()
    indexing = committedIndexing
    changes = Changes()
  }
}
