import Domain
import Files

/// The messages of formats before chunks: a row each, with an index by topic and one by type.
///
/// They are moved in portions, oldest first, each in its own transaction, so a file of any size needs little memory. It
/// needs little room beside it, too: the indexes go first, the chunks fill their pages, and each portion frees those that
/// the next one fills. What is still in the old table says where to go on after an interruption.
enum FormerMessages {
  /// Called now and then while messages are moved: with how far along the line they were, and how far there is to go, in
  /// offsets, as counting the messages would take as long as reading them.
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
    defer { try? database.execute("PRAGMA secure_delete=\(overwrites == 2 ? "FAST" : "\(overwrites)")") }
    try database.transaction { () throws(StoreError) in
      try database.execute("DROP INDEX IF EXISTS messages_by_topic; DROP INDEX IF EXISTS messages_by_type")
    }
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
    guard zip(rows, rows.dropFirst()).allSatisfy({ $0.record.offset < $1.record.offset }) else {
      throw outOfOrder(in: database)
    }
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
    // What has a wrong number may stand before messages that were not moved yet.
    guard database.changedRows == rows.count else { throw outOfOrder(in: database) }
    try database.run("UPDATE line SET indexed_through = ?", .integer(last))
    return last
  }

  private static func outOfOrder(in database: Database) -> StoreError {
    .damaged(
      path: database.path, finding: "its messages are out of order, so that they can't be moved to the new format")
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

  /// The offsets of messages that are not as they were written, and how many messages there are. In portions, because a
  /// long read would keep the log from being emptied.
  static func survey(of database: Database, damagedAtMost limit: Int) throws(StoreError) -> (damaged: [Int], count: Int)
  {
    var (damaged, count, reached) = ([Int](), 0, Int.min)
    while damaged.count < limit {
      let messages = try database.rows(
        """
        SELECT m.offset, m.topic, m.sequence, m.type, m.at, m.checksum, m.json,
          EXISTS (SELECT 1 FROM topics WHERE id = m.topic AND gone = 0)
        FROM messages m WHERE m.offset > ? ORDER BY m.offset LIMIT 1000
        """, .integer(reached), read: { (offset: $0.integer(0), isShown: $0.integer(7) == 1, isIntact: isIntact($0)) })
      guard let last = messages.last else { break }
      // A number that does not rise would make this endless.
      guard last.offset > reached else { throw outOfOrder(in: database) }
      reached = last.offset
      count += messages.count { $0.isShown }
      damaged += messages.filter { $0.isShown && !$0.isIntact }.map(\.offset)
    }
    return (damaged, count)
  }

  private static func isIntact(_ row: Statement) -> Bool {
    let message = StoredMessage(
      offset: row.integer(0), topic: .events, sequence: row.integer(2), type: MessageType(rawValue: row.text(3)),
      at: Timestamp(milliseconds: Int64(row.integer(4))), json: row.blob(6))
    return Int(message.checksum(topicID: row.integer(1))) == row.integer(5)
  }
}
