import Domain

/// Looks through the stored index of topics, a portion at a time, and reads what is damaged from the chunks again.
struct IndexRepair: Sendable {
  /// A block that is not as it was written, and what it should have.
  struct Replacement: Sendable {
    let topic: Int
    let first: Int
    /// From the chunks up to here.
    fileprivate(set) var postings: [Posting] = []
    fileprivate var reached: Int
    fileprivate let range: (after: Int, through: Int)
  }

  /// The last block that was looked at.
  private var last = (topic: 0, first: Int.min)
  private var replacement: Replacement?

  /// How much is read at once, so that commits don't wait: two megabytes of the index, or eight of chunks.
  private static let portion = (blocks: 2000, chunks: 2000)

  /// Whether a damaged block is being read again.
  var isBusy: Bool { replacement != nil }

  /// Looks at the next portion in one snapshot.
  /// - Returns: a block that can be replaced.
  mutating func advance(in database: Database) throws(StoreError) -> Replacement? {
    if replacement == nil { try findDamage(in: database) }
    guard var found = replacement else { return nil }
    var rest = Self.portion.chunks
    let (start, range) = (found.reached, found.range)
    let damaged = try database.readableChunks(after: start, through: range.through) { chunk in
      found.postings += chunk.postings(of: found.topic, after: range.after, through: range.through)
      found.reached = chunk.last
      rest -= 1
      return rest > 0
    }
    if let damaged { found.reached = max(found.reached, damaged) }
    replacement = rest > 0 ? nil : found
    return rest > 0 ? found : nil
  }

  private mutating func findDamage(in database: Database) throws(StoreError) {
    let statement = try database.statement(
      """
      SELECT first, last, types, checksum, data, topic FROM postings WHERE (topic, first) > (?, ?)
      ORDER BY topic, first LIMIT ?
      """)
    statement.bind([.integer(last.topic), .integer(last.first), .integer(Self.portion.blocks)])
    defer { statement.reset() }
    var looked = 0
    while try statement.step() {
      let (topic, first) = (statement.integer(5), statement.integer(0))
      looked += 1
      last = (topic, first)
      guard PostingBlock(of: topic, in: statement) == nil else { continue }
      let range = try database.rangeOfBlock(first, of: topic)
      replacement = Replacement(topic: topic, first: first, reached: range.after, range: range)
      return
    }
    // From the beginning again.
    if looked < Self.portion.blocks { last = (0, .min) }
  }
}

extension Store {
  /// Looks at a portion of the stored index, and replaces a damaged block. Occupies the writer only for that.
  /// - Returns: whether it found a damaged block, so that there may be more to do.
  package func repairIndex() throws(StoreError) -> Bool {
    var repair = indexRepair.withLock { $0 }
    let replacement = try readers.read { [repair] database throws(StoreError) in
      var next = repair
      let replacement = try next.advance(in: database)
      return (next, replacement)
    }
    repair = replacement.0
    if let found = replacement.1 {
      try commit { writer, _ throws(StoreError) in
        try writer.database.replaceBlock(found.first, of: found.topic, with: found.postings)
      }
    }
    indexRepair.withLock { [repair] in $0 = repair }
    return repair.isBusy || replacement.1 != nil
  }
}
