import Domain

/// When messages are indexed by topic.
package struct IndexPace: Sendable {
  /// How many messages make it worth while. More make writing cheaper, and a start slower: it reads them.
  package var messages = 8192
  /// How many topics are indexed in one transaction, at least. If that is too few to be done when as many messages have
  /// come again, it is more.
  package var topics = 64

  package init() {}
}

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
  private var settled: Indexing?
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
    for (message, topic) in messages {
      let type = try number(of: message.type)
      try chunks.add(
        Chunk.Record(
          offset: message.offset, topic: topic, sequence: message.sequence, type: type,
          at: Int(message.at.milliseconds),
          checksum: message.checksum(topicID: topic)),
        json: message.json)
      let posting = Posting(offset: message.offset, type: type)
      entries.append((topic, RecentMessages.Entry(posting: posting, sequence: message.sequence)))
      changes.topics.insert(topic)
    }
    try chunks.finish()
    changes.newestBefore = changes.newestBefore ?? newest
    recent.add(entries)
    return try index(messageCount: messages.count, newest: last)
  }

  private func number(of type: MessageType) throws(StoreError) -> Int {
    if let known = types[type] { return known }
    let number = try database.number(ofType: type.rawValue)
    types[type] = number
    return number
  }

  // MARK: The index

  /// Moves a portion of the recent postings to the stored index, if there are many.
  /// - Parameter messageCount: of the transaction.
  private func index(messageCount: Int, newest: Int) throws(StoreError) -> Int? {
    if indexing == nil, recent.count >= pace.messages {
      indexing = Indexing(through: newest, topics: recent.topics.sorted(by: >))
    }
    guard var portion = indexing else { return nil }
    for _ in 0..<max(portion.topicCount * messageCount / pace.messages + 1, pace.topics) {
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
    let stored = try database.postings(of: topic, after: 0, through: indexedThrough, types: nil, limit: limit)
    return stored + (recent.postings(of: topic, after: indexedThrough) ?? []).prefix(limit - stored.count)
  }

  /// The offset of a topic's newest message; nil if it has none.
  func newestOffset(of topic: Int) throws(StoreError) -> Int? {
    if let newest = recent.entries(of: topic, through: .max).last { return newest.posting.offset }
    return try database.number(
      "SELECT last FROM postings WHERE topic = ? ORDER BY first DESC LIMIT 1", .integer(topic))
  }

  // MARK: Removal

  /// Removes a topic's oldest messages. Before, its row must say that they are gone: chunks keep what they must.
  func remove(_ postings: some BidirectionalCollection<Posting>, of topic: Int) throws(StoreError) {
    guard let last = postings.last?.offset else { return }
    try database.trimPostings(of: topic, through: last)
    changes.removed.append((topic, last))
    var cleaned = 0
    var shown = ShownTopics(database)
    for posting in postings where posting.offset > cleaned {
      let row = try database.rows(
        "SELECT first, last, data FROM chunks WHERE first <= ? ORDER BY first DESC LIMIT 1", .integer(posting.offset)
      ) { (first: $0.integer(0), last: $0.integer(1), bytes: $0.blob(2)) }
      // It may have been removed with other messages. One that can't be read is kept: it may have more than this topic's.
      guard let (first, end, bytes) = row.first, end >= posting.offset else { continue }
      cleaned = end
      guard let chunk = Chunk(bytes, first: first, last: end) else { continue }
      try clean(chunk, first: first, shown: &shown)
    }
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
  func settle() {
    for (topic, through) in changes.removed { recent.remove(topic: topic, through: through) }
    if let indexed = changes.indexedThrough { recent.advance(to: indexed) }
    settled = indexing
    changes = Changes()
  }

  /// The transaction failed.
  func takeBack() {
    if let newest = changes.newestBefore { recent.takeBack(after: newest, of: changes.topics) }
    types.removeAll()
    indexing = settled
    changes = Changes()
  }
}

/// Appends chunks, each as soon as it is full.
struct ChunkWriter {
  private let database: Database
  private var chunk = ChunkBuilder()

  init(_ database: Database) { self.database = database }

  /// - Parameter record: comes after the last one; its range is ignored.
  mutating func add(_ record: Chunk.Record, json: [UInt8]) throws(StoreError) {
    chunk.add(record, json: json)
    if chunk.isFull { try finish() }
  }

  /// Writes the messages that don't fill a chunk.
  mutating func finish() throws(StoreError) {
    guard chunk.count > 0 else { return }
    try database.run(
      "INSERT INTO chunks (first, last, data) VALUES (?, ?, ?)", .integer(chunk.first), .integer(chunk.last),
      .blob(chunk.bytes))
    chunk = ChunkBuilder()
  }
}

extension Database {
  /// The number of a type, which gets a row if it is new.
  func number(ofType name: String) throws(StoreError) -> Int {
    if let known = try number("SELECT id FROM types WHERE name = ?", .text(name)) { return known }
    try run("INSERT INTO types (name) VALUES (?)", .text(name))
    return newestRow
  }

  /// Appends to a topic's stored postings. Those that it has already are skipped: a process may have died between the
  /// portions of an index.
  func addPostings(_ postings: [Posting], to topic: Int) throws(StoreError) {
    // After one that can't be read a new one begins.
    var block =
      try rows(
        "SELECT first, last, types, checksum, data FROM postings WHERE topic = ? ORDER BY first DESC LIMIT 1",
        .integer(topic), read: { try? self.block(of: topic, in: $0) }
      ).first ?? nil
    var isChanged = false
    for posting in postings where block.map({ posting.offset > $0.last }) ?? true {
      if let full = block, full.isFull {
        if isChanged { try write(full) }
        block = nil
      }
      if block == nil {
        block = PostingBlock(of: topic, with: posting)
      } else {
        block?.append(posting)
      }
      isChanged = true
    }
    if isChanged, let block { try write(block) }
  }

  /// Removes a topic's postings through an offset.
  fileprivate func trimPostings(of topic: Int, through offset: Int) throws(StoreError) {
    let cut =
      try rows(
        """
        SELECT first, last, types, checksum, data FROM postings WHERE topic = ? AND first <= ? ORDER BY first DESC LIMIT 1
        """,
        .integer(topic), .integer(offset), read: { try? self.block(of: topic, in: $0) }
      ).first ?? nil
    try run("DELETE FROM postings WHERE topic = ? AND first <= ?", .integer(topic), .integer(offset))
    let rest = cut?.postings.drop { $0.offset <= offset } ?? []
    guard let first = rest.first else { return }
    var block = PostingBlock(of: topic, with: first)
    for posting in rest.dropFirst() { block.append(posting) }
    try write(block)
  }

  private func write(_ block: PostingBlock) throws(StoreError) {
    try run(
      """
      INSERT INTO postings (topic, first, last, types, checksum, data) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (topic, first) DO UPDATE SET last = excluded.last, types = excluded.types,
        checksum = excluded.checksum, data = excluded.data
      """,
      .integer(block.topic), .integer(block.first), .integer(block.last), .integer(block.types),
      .integer(block.checksum), .blob(block.bytes))
  }
}
