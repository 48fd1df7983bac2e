import CSQLite
import Domain
import Files
@testable import Store
import StoreWriterChild
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Folders whose messages are in a row each, and how they get into chunks.
struct FormerMessagesTests {
  private let folder = TemporaryFolder()
  private static let file = FilePath.parent(of: #filePath) + "/Fixtures/format-1.db"

  /// The folder of an earlier version, with many more messages: of ten topics in turn, and of one whose job was removed.
  /// - Returns: the added messages that are shown.
  private func fill(in folder: TemporaryFolder, adding count: Int) throws -> [StoredMessage] {
    folder.write(try FileSystem.read(Self.file, maxBytes: 1 << 20), to: "telltale.db")
    try folder.changeDatabase(
      """
      PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;
      UPDATE line SET epoch = 'epoch', newest_offset = newest_offset + \(count);
      WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 10)
      INSERT INTO topics SELECT 1000 + i, 'job:m' || i, (\(count) + 10 - i) / 11, i = 10 FROM n;
      """)
    var database: OpaquePointer?
    defer { sqlite3_close(database) }
    try #require(sqlite3_open("\(folder.path)/telltale.db", &database) == SQLITE_OK)
    try #require(sqlite3_exec(database, "BEGIN", nil, nil, nil) == SQLITE_OK)
    var insert: OpaquePointer?
    sqlite3_prepare_v2(database, "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)", -1, &insert, nil)
    var shown: [StoredMessage] = []
    for index in 0..<count {
      let type: MessageType = index % 100 < 11 ? .warning : .progress
      let stored = message(
        86 + index, to: .job("m\(index % 11)"), sequence: index / 11 + 1, type: type, at: .day(Int64(index / 1000)))
      let numbers = [stored.offset, 1000 + index % 11, stored.sequence]
      for (place, number) in numbers.enumerated() { sqlite3_bind_int64(insert, Int32(place + 1), Int64(number)) }
      _ = telltale_bind_text(insert, 4, type.rawValue, Int32(type.rawValue.utf8.count))
      sqlite3_bind_int64(insert, 5, stored.at.milliseconds)
      sqlite3_bind_int64(insert, 6, Int64(stored.checksum(topicID: numbers[1])))
      _ = telltale_bind_blob(insert, 7, stored.json, Int32(stored.json.count))
      try #require(sqlite3_step(insert) == SQLITE_DONE)
      sqlite3_reset(insert)
      if index % 11 < 10 { shown.append(stored) }
    }
    sqlite3_finalize(insert)
    try #require(sqlite3_exec(database, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)", nil, nil, nil) == SQLITE_OK)
    return shown
  }

  private func number(_ sql: String, in folder: TemporaryFolder) -> Int? {
    var (database, statement): (OpaquePointer?, OpaquePointer?) = (nil, nil)
    defer {
      sqlite3_finalize(statement)
      sqlite3_close(database)
    }
    guard sqlite3_open_v2("\(folder.path)/telltale.db", &database, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
      sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK, sqlite3_step(statement) == SQLITE_ROW
    else { return nil }
    return Int(sqlite3_column_int64(statement, 0))
  }

  @Test func `killed again and again while it moves messages, a start goes on, and has all of them`() throws {
    let added = try fill(in: folder, adding: 50_000)
    var moved = 0
    for round in 1...2 {
      let child = try WriterChild.start("die", folder.path)
      #expect(child.waitForEnd() == .signalled(SIGALRM), "round \(round)")
      let reached = try #require(number("SELECT indexed_through FROM line", in: folder))
      #expect(reached > moved, "round \(round)")
      #expect(try #require(number("SELECT count(*) FROM messages", in: folder)) > 0)
      moved = reached
    }
    // What is in between can be looked at, too.
    #expect(try Store.survey(folder: folder.path).contents?.messages == 85 + added.count)
    let store = try Store(folder: folder.path) { "other" }
    #expect(number("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'messages%'", in: folder) == 0)
    #expect(try store.all().suffix(added.count) == added[...])
    for index in 0..<10 {
      let topic = Topic.job("m\(index)")
      let expected = added.filter { $0.topic == topic }
      #expect(try store.all(topic) == expected)
      #expect(try store.lastSequence(of: topic) == expected.count)
      let warnings = try store.messages(of: .topic(topic), after: 0, through: .max, types: [.warning], limit: .max)
      #expect(warnings.messages == expected.filter { $0.type == .warning })
    }
    #expect(try store.all(.job("m10")).isEmpty)
    #expect(try store.check() == [])
    // The line goes on.
    try store.write(batch([message(50_086, to: .job("m3"), sequence: 6000)]))
    #expect(try store.all(.job("m3")).last?.offset == 50_086)
  }

  @Test func `a message that was damaged before is damaged after, and the others are whole`() throws {
    let added = try fill(in: folder, adding: 1000)
    try folder.changeDatabase("UPDATE messages SET json = CAST('{}' AS BLOB) WHERE offset = 500")
    let findings = ["message 500 is not as it was written"]
    #expect(try Store.check(folder: folder.path) == findings)
    let store = try Store(folder: folder.path) { "other" }
    #expect(try store.check() == findings)
    let all = TopicFilter.matching(lookingAt: .max) { _ in true }
    #expect(throws: StoreError.damagedMessage(path: "\(folder.path)/telltale.db", offset: 500)) {
      try store.messages(of: all, after: 85, through: .max, types: nil, limit: .max)
    }
    let after = try store.messages(of: all, after: 500, through: .max, types: nil, limit: .max)
    #expect(after.messages == added.filter { $0.offset > 500 })
  }

  @Test(arguments: [Int64.min, Int64.max])
  func `a time that was damaged before stops nothing`(time: Int64) throws {
    let added = try fill(in: folder, adding: 100)
    try folder.changeDatabase("UPDATE messages SET at = \(time) WHERE offset IN (120, 122, 185)")
    let store = try Store(folder: folder.path) { "other" }
    let all = TopicFilter.matching(lookingAt: .max) { _ in true }
    #expect(throws: StoreError.self) { try store.messages(of: all, after: 85, through: .max, types: nil, limit: .max) }
    let after = try store.messages(of: all, after: 122, through: 184, types: nil, limit: .max)
    #expect(after.messages == added.filter { $0.offset > 122 && $0.offset < 185 })
  }

  /// In the middle of a portion, and at its end, where what is before that number is not moved yet.
  @Test(arguments: [
    (100, 150, [0x81, 0x16], [0xFF, 0x7F]), (20_000, 16_384, [0x81, 0x80, 0x00], [0xFF, 0xFF, 0x7F]),
  ])
  func `messages out of order are refused before any of them is lost`(
    count: Int, offset: Int, number: [UInt8], damaged: [UInt8]
  ) throws {
    _ = try fill(in: folder, adding: count)
    try folder.changeDatabase("PRAGMA journal_mode=DELETE")
    var bytes = folder.read("telltale.db")
    // A row begins with its length and its number, and ends with the JSON.
    let json = try #require(bytes.firstRange(of: Array("\"value\":\(offset)}".utf8)))
    let row = try #require(bytes[(json.lowerBound - 100)..<json.lowerBound].ranges(of: number).last)
    bytes.replaceSubrange(row, with: damaged)
    folder.write(bytes, to: "telltale.db")
    let database = try Database("\(folder.path)/telltale.db", .writing)
    let error = #expect(throws: StoreError.self) { try Schema.migrate(database) { _, _ in } }
    guard case .damaged(_, "its messages are out of order, so that they can't be moved to the new format") = error
    else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try database.number("SELECT count(*) FROM messages NOT INDEXED") == 85 + count)
  }

  @Test func `progress is told from nothing to everything`() throws {
    _ = try fill(in: folder, adding: 20_000)
    let told = Told()
    _ = try Store(folder: folder.path, migrating: told.add) { "other" }
    #expect(told.all.first == 0 && told.all.last == 20_085)
    #expect(told.all.count >= 3 && told.all == told.all.sorted())
  }

  #if os(Linux)
    @Test func `without the room for it, nothing is changed, and the error says how much it takes`() throws {
      guard let disk = SmallDisk(megabytes: 8) else { return }
      defer { disk.unmount() }
      _ = try fill(in: disk.folder, adding: 20_000)
      let before = disk.folder.read("telltale.db")
      try #require(before.count > 2 << 20)
      disk.folder.write([UInt8](repeating: 0, count: (7 << 20) - before.count), to: "ballast")
      let error = #expect(throws: StoreError.self) { try Store(folder: disk.folder.path) { "other" } }
      guard case .needsRoom(_, let bytes, let free) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(bytes > before.count && free < bytes)
      #expect(error?.description.contains("Make room, and start again.") == true)
      #expect(number("SELECT count(*) FROM messages", in: disk.folder) == 20_085)
      // The earlier version can still use it.
      #expect(number("PRAGMA user_version", in: disk.folder) == 1)
      unlink("\(disk.folder.path)/ballast")
      #expect(try Store(folder: disk.folder.path) { "other" }.check() == [])
    }
  #endif
}

/// How many messages were moved, each time that it was told.
private final class Told: Sendable {
  private let moved = Mutex<[Int]>([])

  var all: [Int] { moved.withLock { $0 } }

  func add(moved count: Int, total: Int) { moved.withLock { $0.append(count) } }
}
