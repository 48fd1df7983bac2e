import Domain

/// A row of the table of chunks.
struct ChunkRow {
  /// Its key.
  let first: Int
  /// Nil if it is not as it was written.
  let chunk: Chunk?
}

extension Database {
  /// The types that messages have had, by the numbers of their rows.
  func messageTypes() throws(StoreError) -> [Int: MessageType] {
    let rows = try rows("SELECT id, name FROM types") { ($0.integer(0), MessageType(rawValue: $0.text(1))) }
    return Dictionary(rows) { first, _ in first }
  }

  /// The number of a type, which gets a row if it is new.
  func number(ofType name: String) throws(StoreError) -> Int {
    if let known = try number("SELECT id FROM types WHERE name = ?", .text(name)) { return known }
    try run("INSERT INTO types (name) VALUES (?)", .text(name))
    return newestRow
  }

  /// The chunk that has a message, if that is still there.
  func chunk(around offset: Int) throws(StoreError) -> ChunkRow? {
    try rows(
      "SELECT first, last, data FROM chunks WHERE first <= ? ORDER BY first DESC LIMIT 1", .integer(offset)
    ) {
      ChunkRow(first: $0.integer(0), chunk: Chunk($0.blob(2), first: $0.integer(0), last: $0.integer(1)))
    }.first
  }

  /// The last offset that a damaged chunk may have: it ends before the next one begins.
  /// - Returns: `Int.max` if there is no other.
  func end(ofDamagedChunk first: Int) throws(StoreError) -> Int {
    try number("SELECT min(first) FROM chunks WHERE first > ?", .integer(first)).map { $0 - 1 } ?? .max
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
        let end = try end(ofDamagedChunk: first)
        guard end > after else { continue }
        throw .damagedMessage(path: path, offset: min(end, through))
      }
      guard chunk.last > after else { continue }
      guard try body(chunk) else { return }
    }
  }

  /// The chunks with messages in a range of the line that can be read, in order, until the body returns false.
  /// - Returns: the last offset of a chunk that can't be read, or of the range; nil if there is none.
  @discardableResult
  func readableChunks(
    after: Int, through: Int, _ body: (Chunk) throws(StoreError) -> Bool
  ) throws(StoreError) -> Int? {
    var damaged: Int?
    while damaged ?? after < through {
      do throws(StoreError) {
        try chunks(after: damaged ?? after, through: through, body)
        return damaged
      } catch {
        guard case .damagedMessage(_, let offset) = error else { throw error }
        damaged = offset
      }
    }
    return damaged
  }
}
