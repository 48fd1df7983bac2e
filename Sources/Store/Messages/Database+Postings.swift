import Domain

// The stored index of topics. It can be read from the chunks again, so a damaged block costs time and no message.

extension Database {
  // MARK: Reading

  /// A topic's stored postings in a range of the line, oldest first.
  func postings(
    of topic: Int, after: Int, through: Int, types: TypeFilter = .all, limit: Int
  ) throws(StoreError) -> [Posting] {
    let statement = try statement(
      """
      SELECT first, last, types, checksum, data FROM postings
      WHERE topic = ?1 AND first >= coalesce((SELECT max(first) FROM postings WHERE topic = ?1 AND first <= ?2), 0)
        AND first <= ?3 AND types & ?4
      ORDER BY first
      """)
    statement.bind([.integer(topic), .integer(after), .integer(through), .integer(types.mask)])
    defer { statement.reset() }
    var found: [Posting] = []
    while found.count < limit, try statement.step() {
      for posting in try postings(of: topic, in: statement)
      where posting.offset > after && posting.offset <= through && types.contains(posting.type) {
        found.append(posting)
        if found.count == limit { break }
      }
    }
    return found
  }

  /// A topic's newest stored postings of some types up to an offset, newest first.
  func newestPostings(
    of topic: Int, through: Int, types: TypeFilter = .all, limit: Int
  ) throws(StoreError) -> [Posting] {
    let statement = try statement(
      """
      SELECT first, last, types, checksum, data FROM postings
      WHERE topic = ?1 AND first <= ?2 AND types & ?3 ORDER BY first DESC
      """)
    statement.bind([.integer(topic), .integer(through), .integer(types.mask)])
    defer { statement.reset() }
    var found: [Posting] = []
    while found.count < limit, try statement.step() {
      for posting in try postings(of: topic, in: statement).reversed()
      where posting.offset <= through && types.contains(posting.type) {
        found.append(posting)
        if found.count == limit { break }
      }
    }
    return found
  }

  /// The postings of a row, from the chunks if it is damaged.
  private func postings(of topic: Int, in row: Statement) throws(StoreError) -> [Posting] {
    if let block = PostingBlock(of: topic, in: row) { return block.postings }
    let range = try rangeOfBlock(row.integer(0), of: topic)
    var found: [Posting] = []
    try readableChunks(after: range.after, through: range.through) { chunk in
      found += chunk.postings(of: topic, after: range.after, through: range.through)
      return true
    }
    return found
  }

  /// The range of the line in which a damaged block has its topic's messages: from the end of the block before it to the
  /// beginning of the next one.
  func rangeOfBlock(_ first: Int, of topic: Int) throws(StoreError) -> (after: Int, through: Int) {
    let next = try number(
      "SELECT min(first) FROM postings WHERE topic = ? AND first > ?", .integer(topic), .integer(first))
    let previousEnd = try rows(
      "SELECT first, last, types, checksum, data FROM postings WHERE topic = ? AND first < ? ORDER BY first DESC LIMIT 1",
      .integer(topic), .integer(first), read: { PostingBlock(of: topic, in: $0)?.last ?? first &- 1 }
    ).first
    // Of a topic that is swept, chunks may still have what is not in the index any more.
    let prunedThrough = try number(
      "SELECT pruned_through FROM topics WHERE id = ? AND gone = 0", .integer(topic))
    let through = next.map { $0 &- 1 } ?? .max
    return (min(previousEnd ?? prunedThrough ?? .max, first &- 1), through)
  }

  // MARK: Writing

  /// Appends to a topic's stored postings. Those that it has already are skipped: a process may have died between the
  /// portions of an index.
  func addPostings(_ postings: [Posting], to topic: Int) throws(StoreError) {
    // After one that can't be read a new one begins.
    let newest =
      try rows(
        "SELECT first, last, types, checksum, data FROM postings WHERE topic = ? ORDER BY first DESC LIMIT 1",
        .integer(topic), read: { PostingBlock(of: topic, in: $0) }
      ).first ?? nil
    try write(postings, of: topic, extending: newest)
  }

  /// Removes a topic's postings through an offset.
  func trimPostings(of topic: Int, through offset: Int) throws(StoreError) {
    let cut = try rows(
      """
      SELECT first, last, types, checksum, data FROM postings WHERE topic = ? AND first <= ? ORDER BY first DESC LIMIT 1
      """,
      .integer(topic), .integer(offset), read: { row throws(StoreError) in try self.postings(of: topic, in: row) })
    try run("DELETE FROM postings WHERE topic = ? AND first <= ?", .integer(topic), .integer(offset))
    try write(cut.joined().drop { $0.offset <= offset }, of: topic)
  }

  /// Puts the postings of a damaged block in its place, unless it has changed in the meantime.
  func replaceBlock(_ first: Int, of topic: Int, with postings: [Posting]) throws(StoreError) {
    let isDamaged = try rows(
      "SELECT first, last, types, checksum, data FROM postings WHERE topic = ? AND first = ?",
      .integer(topic), .integer(first), read: { PostingBlock(of: topic, in: $0) == nil })
    guard isDamaged == [true] else { return }
    // What was removed or indexed in the meantime belongs to it no longer.
    let range = try rangeOfBlock(first, of: topic)
    try run("DELETE FROM postings WHERE topic = ? AND first = ?", .integer(topic), .integer(first))
    guard try number("SELECT 1 FROM topics WHERE id = ?", .integer(topic)) != nil else { return }
    try write(postings.filter { $0.offset > range.after && $0.offset <= range.through }, of: topic)
  }

  /// Writes postings into new blocks.
  /// - Parameter last: gets the first of them, if it is not full.
  private func write(
    _ postings: some Sequence<Posting>, of topic: Int, extending last: PostingBlock? = nil
  ) throws(StoreError) {
    var block = last
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

extension PostingBlock {
  /// - Parameter row: has the columns first, last, types, checksum, data.
  /// - Returns: nil if it is not as it was written.
  init?(of topic: Int, in row: Statement) {
    self.init(
      topic: topic, first: row.integer(0), last: row.integer(1), types: row.integer(2), checksum: row.integer(3),
      bytes: row.blob(4))
  }
}

extension Chunk {
  /// Where a topic's messages in a range of the line are.
  func postings(of topic: Int, after: Int, through: Int) -> [Posting] {
    records.lazy.filter { $0.topic == topic && $0.offset > after && $0.offset <= through }
      .map { Posting(offset: $0.offset, type: $0.type) }
  }
}
