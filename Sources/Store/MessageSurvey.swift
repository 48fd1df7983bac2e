import Domain

/// Reads all chunks and the whole index of topics, and compares them. In portions, because a long read would keep the log
/// from being emptied.
struct MessageSurvey {
  private(set) var findings: [String] = []
  /// How many messages are shown.
  private(set) var messageCount = 0

  private let database: Database
  private let limit: Int
  /// The topics with a damaged block, which can't be compared.
  private var damagedTopics: Set<Int> = []

  /// Messages, or blocks of the index, that are looked at in one snapshot.
  private static let portion = 1000

  init(_ database: Database, findingsAtMost limit: Int) {
    (self.database, self.limit) = (database, limit)
  }

  mutating func examine() throws(StoreError) {
    // What the server mends itself comes last.
    let index = try examineIndex()
    let newest = try database.ends().newest
    var reached = 0
    while reached < newest, findings.count < limit {
      reached = try database.reading { () throws(StoreError) in try examineChunks(after: reached, through: newest) }
    }
    try examineTopics()
    findings += index
  }

  // MARK: Chunks

  /// - Returns: the offset through which all was looked at.
  private mutating func examineChunks(after: Int, through newest: Int) throws(StoreError) -> Int {
    let reader = try MessageReader(database)
    var shown = ShownTopics(database)
    var topics: [Int: Set<Posting>] = [:]
    var (reached, count) = (after, 0)
    var damaged: [Int] = []
    let first = after
    do throws(StoreError) {
      try database.chunks(after: after, through: newest) { chunk throws(StoreError) in
        if count >= Self.portion { return false }
        for record in chunk.records where record.offset > first {
          guard try shown.shows(record) else { continue }
          count += 1
          topics[record.topic, default: []].insert(Posting(offset: record.offset, type: record.type))
          if try !reader.isIntact(record, in: chunk) { damaged.append(record.offset) }
        }
        reached = chunk.last
        return true
      }
      if count < Self.portion { reached = newest }
      note(damaged)
      try compare(topics, after: after, through: reached)
    } catch {
      guard case .damagedMessage(_, let end) = error else { throw error }
      note(damaged)
      try compare(topics, after: after, through: reached)
      findings.append("messages \(reached + 1) to \(end) are not as they were written")
      reached = end
    }
    messageCount += count
    return reached
  }

  private mutating func note(_ damaged: [Int]) {
    findings += damaged.map { "message \($0) is not as it was written" }
  }

  /// Compares the messages of a range of the line with the index of their topics.
  private mutating func compare(_ topics: [Int: Set<Posting>], after: Int, through: Int) throws(StoreError) {
    let indexed = min(through, try database.ends().indexed)
    var missing: [Int] = []
    var additional: [Int] = []
    for (topic, messages) in topics where !damagedTopics.contains(topic) {
      let found = Set(try database.postings(of: topic, after: after, through: indexed, limit: .max))
      missing += messages.filter { $0.offset <= indexed && !found.contains($0) }.map(\.offset)
      additional += found.subtracting(messages).map(\.offset)
    }
    findings += missing.sorted().map { "message \($0) is missing from the index of its topic" }
    findings += additional.sorted().map { "the index of a topic has message \($0), which is not there" }
  }

  // MARK: The index

  /// - Returns: which topics have damaged blocks.
  private mutating func examineIndex() throws(StoreError) -> [String] {
    var findings: [String] = []
    var last = (topic: 0, first: Int.min)
    while true {
      let blocks = try database.rows(
        """
        SELECT first, last, types, checksum, data, topic, (SELECT name FROM topics WHERE id = topic) FROM postings
        WHERE (topic, first) > (?, ?) ORDER BY topic, first LIMIT ?
        """, .integer(last.topic), .integer(last.first), .integer(Self.portion)
      ) {
        (
          topic: $0.integer(5), first: $0.integer(0), name: $0.text(6),
          isDamaged: PostingBlock(of: $0.integer(5), in: $0) == nil
        )
      }
      guard let end = blocks.last else { return findings }
      last = (end.topic, end.first)
      for block in blocks where block.isDamaged && damagedTopics.insert(block.topic).inserted && findings.count < limit
      {
        findings.append(
          "the index of topic \(block.name) is not as it was written; the server repairs it while it runs")
      }
    }
  }

  private mutating func examineTopics() throws(StoreError) {
    findings += try database.rows(
      """
      SELECT name FROM topics, line WHERE topics.pruned_through NOT BETWEEN 0 AND line.pruned_through
        OR topics.sequence < 0 OR topics.gone NOT IN (0, 1) LIMIT ?
      """, .integer(limit)
    ) { "topic \($0.text(0)) has impossible numbers" }
  }
}
