import Domain

/// Reads messages in one snapshot of the database.
struct MessageReader {
  /// The numbers of types, and their names.
  let types: [Int: MessageType]
  private let database: Database
  /// The chunk that was read last: the next message is often in it too.
  private var chunk: Chunk?

  init(_ database: Database) throws(StoreError) {
    self.database = database
    types = try database.messageTypes()
  }

  /// The numbers of some types; of all that are sent, if nil.
  func numbers(of wanted: Set<MessageType>?) -> Set<Int> {
    Set(types.lazy.filter { wanted?.contains($0.value) ?? !$0.value.isInternal }.map(\.key))
  }

  /// A message that a posting names.
  /// - Throws: ``StoreError/damagedMessage(path:offset:)``
  mutating func message(at offset: Int, of topic: Topic, id: Int) throws(StoreError) -> StoredMessage {
    guard let (chunk, record) = try record(at: offset), record.topic == id else { throw damaged(offset) }
    return try message(record, of: topic, in: chunk)
  }

  /// - Throws: ``StoreError/damagedMessage(path:offset:)``
  func message(_ record: Chunk.Record, of topic: Topic, in chunk: Chunk) throws(StoreError) -> StoredMessage {
    guard let type = types[record.type] else { throw damaged(record.offset) }
    let message = StoredMessage(
      offset: record.offset, topic: topic, sequence: record.sequence, type: type,
      at: Timestamp(milliseconds: Int64(record.at)), json: Array(chunk.json(of: record)))
    guard message.checksum(topicID: record.topic) == record.checksum else { throw damaged(record.offset) }
    return message
  }

  /// When a message was stored; nil if it is gone or unreadable.
  mutating func time(at offset: Int) throws(StoreError) -> Timestamp? {
    do throws(StoreError) {
      return try record(at: offset).map { Timestamp(milliseconds: Int64($0.record.at)) }
    } catch {
      guard case .damagedMessage = error else { throw error }
      return nil
    }
  }

  /// Nil if the message is gone.
  private mutating func record(at offset: Int) throws(StoreError) -> (chunk: Chunk, record: Chunk.Record)? {
    if chunk.map({ $0.first...$0.last ~= offset }) != true {
      let row = try database.rows(
        "SELECT first, last, data FROM chunks WHERE first <= ? ORDER BY first DESC LIMIT 1", .integer(offset)
      ) { (first: $0.integer(0), chunk: Chunk($0.blob(2), first: $0.integer(0), last: $0.integer(1))) }
      guard let row = row.first else { return nil }
      chunk = row.chunk
      if chunk == nil { throw damaged(offset) }
    }
    guard let chunk, let record = chunk.record(at: offset) else { return nil }
    return (chunk, record)
  }

  private func damaged(_ offset: Int) -> StoreError { .damagedMessage(path: database.path, offset: offset) }
}

extension Database {
  /// The types that messages have had, by the numbers of their rows.
  func messageTypes() throws(StoreError) -> [Int: MessageType] {
    let rows = try rows("SELECT id, name FROM types") { ($0.integer(0), MessageType(rawValue: $0.text(1))) }
    return Dictionary(rows) { first, _ in first }
  }

  /// The chunks with messages in a range of the line, in order, until the body returns false.
  /// - Throws: ``StoreError/damagedMessage(path:offset:)`` with the last offset of a chunk that can't be read, or of the range.
  func chunks(
    after: Int, through: Int, _ body: (Chunk) throws(StoreError) -> Bool
  ) throws(StoreError) {
    let statement = try statement(
      """
      SELECT first, last, data FROM chunks
      WHERE first >= coalesce((SELECT max(first) FROM chunks WHERE first <= ?1), 0) AND first <= ?2 ORDER BY first
      """)
    statement.bind([.integer(after), .integer(through)])
    defer { statement.reset() }
    while try statement.step() {
      let first = statement.integer(0)
      guard let chunk = Chunk(statement.blob(2), first: first, last: statement.integer(1)) else {
        // Where it ends is known only from where the next one begins.
        let next = try number("SELECT min(first) FROM chunks WHERE first > ?", .integer(first))
        let end = next.map { $0 - 1 } ?? .max
        guard end > after else { continue }
        throw .damagedMessage(path: path, offset: min(end, through))
      }
      guard chunk.last > after else { continue }
      guard try body(chunk) else { return }
    }
  }

  /// A topic's stored postings in a range of the line, oldest first.
  /// - Parameter types: the numbers of the wanted types; nil for all.
  func postings(
    of topic: Int, after: Int, through: Int, types: Set<Int>?, limit: Int
  ) throws(StoreError) -> [Posting] {
    let statement = try statement(
      """
      SELECT first, last, types, checksum, data FROM postings
      WHERE topic = ?1 AND first >= coalesce((SELECT max(first) FROM postings WHERE topic = ?1 AND first <= ?2), 0)
        AND first <= ?3 AND types & ?4
      ORDER BY first
      """)
    statement.bind([.integer(topic), .integer(after), .integer(through), .integer(types?.mask ?? -1)])
    defer { statement.reset() }
    var found: [Posting] = []
    while found.count < limit, try statement.step() {
      for posting in try block(of: topic, in: statement).postings
      where posting.offset > after && posting.offset <= through && types?.contains(posting.type) != false {
        found.append(posting)
        if found.count == limit { break }
      }
    }
    return found
  }

  /// A topic's newest stored postings of some types up to an offset, newest first.
  func newestPostings(
    of topic: Int, through: Int, types: Set<Int>, limit: Int
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
      for posting in try block(of: topic, in: statement).postings.reversed()
      where posting.offset <= through && types.contains(posting.type) {
        found.append(posting)
        if found.count == limit { break }
      }
    }
    return found
  }

  /// The columns are first, last, types, checksum, data.
  func block(of topic: Int, in row: Statement) throws(StoreError) -> PostingBlock {
    guard
      let block = PostingBlock(
        topic: topic, first: row.integer(0), last: row.integer(1), types: row.integer(2), checksum: row.integer(3),
        bytes: row.blob(4))
    else { throw .damaged(path: path, finding: "the index of a topic is not as it was written") }
    return block
  }
}

extension Set<Int> {
  /// The bits of types in ``PostingBlock/types``.
  fileprivate var mask: Int { reduce(0) { $0 | PostingBlock.bit(of: $1) } }
}
