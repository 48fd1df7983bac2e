import Domain
import Files

/// The messages of formats before chunks: a row each, with an index by topic and one by type.
///
/// They are moved in portions, oldest first, each in its own transaction, so a file of any size needs little memory. It
/// needs little room beside it, too: the indexes go first, the chunks fill their pages, and each portion frees those that
/// the next one fills. What is still in the old table says where to go on after an interruption.
enum FormerMessages {
  /// Called now and then while messages are moved: with how many were moved, and how many there are in all.
  typealias Progress = @Sendable (_ moved: Int, _ total: Int) -> Void

  private struct Row {
    let record: Chunk.Record
    let json: [UInt8]
  }

  /// Moves all messages, and then removes the old table.
  /// - Parameter version: the file's format when that is done.
  static func move(in database: Database, version: Int, progress: Progress) throws(StoreError) {
    guard let oldest = try database.number("SELECT min(offset) FROM messages"),
      let newest = try database.number("SELECT max(offset) FROM messages")
    else { return try finish(database, version: version) }
    try dropIndexes(in: database)
    let total = newest - oldest + 1
    progress(0, total)
    while let reached = try database.transaction({ () throws(StoreError) in try movePortion(in: database) }) {
      progress(reached - oldest + 1, total)
    }
    try finish(database, version: version)
  }

  /// Where SQLite overwrites what is deleted (Debian's does), dropping an index would write each of its pages, all in one
  /// transaction. An index has nothing that is worth it: numbers and the names of types.
  private static func dropIndexes(in database: Database) throws(StoreError) {
    let overwrites = try database.number("PRAGMA secure_delete") ?? 0
    try database.execute("PRAGMA secure_delete=0")
    try database.transaction { () throws(StoreError) in
      try database.execute("DROP INDEX IF EXISTS messages_by_topic; DROP INDEX IF EXISTS messages_by_type")
    }
    try database.execute("PRAGMA secure_delete=\(overwrites == 2 ? "FAST" : "\(overwrites)")")
  }

  private static func finish(_ database: Database, version: Int) throws(StoreError) {
    try database.transaction { () throws(StoreError) in
      try database.execute("DROP TABLE messages; PRAGMA user_version=\(version)")
    }
  }

  /// Rows and bytes of one portion.
  private static let portion = (rows: 16_384, bytes: 8 << 20)

  /// - Returns: the last offset that was moved; nil if there was nothing left.
  private static func movePortion(in database: Database) throws(StoreError) -> Int? {
    let rows = try oldestRows(in: database)
    guard let last = rows.last?.record.offset else { return nil }
    var chunks = ChunkWriter(database)
    var postings: [Int: [Posting]] = [:]
    var isGone: [Int: Bool] = [:]
    for row in rows {
      let (topic, offset) = (row.record.topic, row.record.offset)
      if isGone[topic] == nil {
        isGone[topic] = try database.number("SELECT 1 FROM topics WHERE id = ? AND gone = 0", .integer(topic)) == nil
      }
      guard isGone[topic] == false else { continue }
      try chunks.add(row.record, json: row.json)
      postings[topic, default: []].append(Posting(offset: offset, type: row.record.type))
    }
    try chunks.finish()
    // In the order of the index, so that topics share the pages that are written.
    for (topic, postings) in postings.sorted(by: { $0.key < $1.key }) {
      try database.addPostings(postings, to: topic)
    }
    try database.run("DELETE FROM messages WHERE offset <= ?", .integer(last))
    try database.run("UPDATE line SET indexed_through = ?", .integer(last))
    return last
  }

  private static func oldestRows(in database: Database) throws(StoreError) -> [Row] {
    let statement = try database.statement(
      "SELECT offset, topic, sequence, type, at, checksum, json FROM messages ORDER BY offset LIMIT ?")
    statement.bind([.integer(portion.rows)])
    defer { statement.reset() }
    var types: [String: Int] = [:]
    var rows: [Row] = []
    var bytes = 0
    while bytes < portion.bytes, try statement.step() {
      let name = statement.text(3)
      let type = if let known = types[name] { known } else { try database.number(ofType: name) }
      types[name] = type
      let json = statement.blob(6)
      bytes += json.count
      // The checksum goes over the same values as before, so a message that was damaged stays so.
      let record = Chunk.Record(
        offset: statement.integer(0), topic: statement.integer(1), sequence: statement.integer(2), type: type,
        at: statement.integer(4), checksum: UInt32(truncatingIfNeeded: statement.integer(5)))
      rows.append(Row(record: record, json: json))
    }
    return rows
  }

  /// What the log takes, and the first portion, for which no pages may be free yet.
  /// - Throws: ``StoreError/needsRoom(path:bytes:free:)``
  static func checkRoom(for database: Database) throws(StoreError) {
    guard try database.number("SELECT min(offset) FROM messages") != nil, let size = FileKind(database.path).byteCount,
      let free = FileSystem.freeBytes(at: FilePath.parent(of: database.path))
    else { return }
    let needed = min(size, 64 << 20) + (1 << 20)
    guard free >= needed else { throw .needsRoom(path: database.path, bytes: needed, free: free) }
  }

  /// The offsets of messages that are not as they were written, and how many messages there are.
  static func survey(of database: Database, damagedAtMost limit: Int) throws(StoreError) -> (damaged: [Int], count: Int)
  {
    let statement = try database.statement(
      """
      SELECT m.offset, m.topic, m.sequence, m.type, m.at, m.checksum, m.json FROM messages m
      JOIN topics ON topics.id = m.topic AND topics.gone = 0
      """)
    defer { statement.reset() }
    var (damaged, count) = ([Int](), 0)
    while damaged.count < limit, try statement.step() {
      count += 1
      let message = StoredMessage(
        offset: statement.integer(0), topic: .events, sequence: statement.integer(2),
        type: MessageType(rawValue: statement.text(3)), at: Timestamp(milliseconds: Int64(statement.integer(4))),
        json: statement.blob(6))
      if Int(message.checksum(topicID: statement.integer(1))) != statement.integer(5) { damaged.append(message.offset) }
    }
    return (damaged, count)
  }
}
