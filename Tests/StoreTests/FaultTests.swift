import CSQLite
import Domain
import TestSupport
import Testing

@testable import Store

/// One bit of one value turns in each kind of row, while no server runs.
struct FaultTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    let table: String
    let column: String
    /// Which row it is.
    let row: String
    var bytes = Bytes.all
    let loss: Loss

    enum Bytes { case all, first, last }

    var testDescription: String { "\(table).\(column) \(bytes)" }
  }

  /// What can't be read any more, at most.
  enum Loss: Equatable {
    case nothing, message, chunk, topic, type, job
    /// The start may be refused.
    case start
  }

  private static let chunk = "first = (SELECT first FROM chunks ORDER BY first LIMIT 1 OFFSET 3)"
  private static let newestChunk = "first = (SELECT max(first) FROM chunks)"
  private static let block = "topic = (SELECT id FROM topics WHERE name = 'job:old')"

  static let faults: [Fault] =
    [
      Fault(table: "chunks", column: "data", row: chunk, bytes: .first, loss: .chunk),
      Fault(table: "chunks", column: "data", row: newestChunk, bytes: .first, loss: .chunk),
      Fault(table: "chunks", column: "data", row: chunk, bytes: .last, loss: .message),
      Fault(table: "chunks", column: "last", row: chunk, loss: .chunk),
      Fault(table: "chunks", column: "last", row: newestChunk, loss: .start),
      Fault(table: "types", column: "name", row: "name = 'warning'", loss: .type),
    ]
    + ["data", "last", "types", "checksum"].map {
      Fault(table: "postings", column: $0, row: block, loss: .nothing)
    }
    + ["sequence", "pruned_through", "gone", "name"].map {
      Fault(table: "topics", column: $0, row: "name = 'job:new'", loss: .topic)
    }
    + ["newest_offset", "newest_job", "pruned_through", "indexed_through", "newest_topic", "commits", "checksum"].map {
      Fault(table: "line", column: $0, row: "id = 1", loss: .start)
    }
    + ["state", "status", "offset", "checksum", "finished_at"].map {
      Fault(table: "jobs", column: $0, row: "id = 'new'", loss: $0 == "status" ? .start : .job)
    }

  // MARK: The sample

  private static let newest = 120

  private static func stored(_ offset: Int) -> StoredMessage {
    let topic: Topic = [.job("old"), .job("new"), .job("run"), .jobs][offset % 4]
    return message(
      offset, to: topic, sequence: (offset + 3) / 4, type: offset % 5 == 0 ? .warning : .progress,
      at: .day(offset <= 40 ? 10 : 20))
  }

  /// Three jobs and the topic of lists, whose first 100 messages are indexed.
  private func sample() throws -> SampleStore {
    var pace = IndexPace()
    pace.messages = 50
    let sample = try SampleStore(indexPace: pace)
    try sample.store.write(
      batch(jobs: [
        job("old", number: 1, status: .succeeded, finishedAt: .day(10)),
        job("new", number: 2, status: .failed, finishedAt: .day(20)), job("run", number: 3, status: .running),
      ]))
    for first in stride(from: 1, to: Self.newest, by: 10) {
      try sample.store.write(batch((first..<first + 10).map(Self.stored)))
    }
    sample.store.close()
    return sample
  }

  /// Turns a bit of a value.
  private func apply(_ fault: Fault, to folder: TemporaryFolder, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var (database, statement): (OpaquePointer?, OpaquePointer?) = (nil, nil)
    defer { sqlite3_close(database) }
    try #require(sqlite3_open("\(folder.path)/telltale.db", &database) == SQLITE_OK)
    let select = "SELECT \(fault.column) FROM \(fault.table) WHERE \(fault.row) LIMIT 1"
    try #require(sqlite3_prepare_v2(database, select, -1, &statement, nil) == SQLITE_OK)
    try #require(sqlite3_step(statement) == SQLITE_ROW)
    let type = sqlite3_column_type(statement, 0)
    var value: String
    if type == SQLITE_INTEGER {
      value = "\(sqlite3_column_int64(statement, 0) ^ (1 << Int64.random(in: 0..<63, using: &generator)))"
    } else {
      var bytes = Array(
        UnsafeRawBufferPointer(
          start: sqlite3_column_blob(statement, 0), count: Int(sqlite3_column_bytes(statement, 0))))
      let places =
        switch fault.bytes {
        case .all: 0..<bytes.count
        case .first: 0..<min(60, bytes.count)
        case .last: bytes.count - 20..<bytes.count
        }
      bytes[Int.random(in: places, using: &generator)] ^= 1 << UInt8.random(in: 0..<7, using: &generator)
      value = "x'" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'"
      if type == SQLITE_TEXT { value = "CAST(\(value) AS TEXT)" }
    }
    sqlite3_finalize(statement)
    let update = "UPDATE \(fault.table) SET \(fault.column) = \(value) WHERE \(fault.row)"
    try #require(sqlite3_exec(database, update, nil, nil, nil) == SQLITE_OK)
  }

  /// All messages that can be read, going on after each that can't.
  private func readable(_ topic: Topic?, in store: Store) throws(StoreError) -> [StoredMessage] {
    let filter = topic.map(TopicFilter.topic) ?? .matching(lookingAt: 1000) { _ in true }
    var found: [StoredMessage] = []
    var (after, limit) = (0, 7)
    while after < store.newestOffset {
      do throws(StoreError) {
        let page = try store.messages(of: filter, after: after, through: .max, types: nil, limit: limit)
        found += page.messages
        after = page.reached
      } catch {
        guard case .damagedMessage(_, let offset) = error else { throw error }
        // The page may have had some before it.
        if limit == 1 { after = offset }
        limit = 1
      }
    }
    return found
  }

  // MARK: What is promised

  @Test(arguments: faults, 1...8 as ClosedRange<UInt64>)
  func `a bit that turned costs what it is in, and nothing else`(fault: Fault, seed: UInt64) throws {
    let sample = try sample()
    try apply(fault, to: sample.folder, seed: seed)
    let before = sample.folder.read("telltale.db")
    do {
      try sample.reopen()
    } catch let error as StoreError {
      #expect(fault.loss == .start)
      #expect("\(error)".contains("copy a backup to telltale.db"), "\(error)")
      #expect(sample.folder.read("telltale.db") == before)
      return
    }
    // Doctor finds what it finds, and can go through all of it.
    _ = try sample.store.check()
    try expectMessages(in: sample.store, without: fault.loss)
    for id in ["old", "new", "run"] where !(fault.loss == .job && id == "new") {
      #expect(try sample.store.job(id)?.id == id)
    }
    try expectGoingOn(sample.store, after: fault)
    try sample.reopen()
    try expectGoingOn(sample.store, after: fault)
  }

  private func expectMessages(in store: Store, without loss: Loss) throws {
    let all = (1...Self.newest).map(Self.stored)
    for topic in [nil, .job("old"), .job("new"), .job("run"), .jobs] as [Topic?] {
      if loss == .topic && topic == .job("new") { continue }
      let expected = all.filter { topic == nil || $0.topic == topic }
      let found = try readable(topic, in: store)
      let lost = expected.filter { !found.contains($0) }
      // A message that is another is never shown.
      if loss != .topic { #expect(found.allSatisfy(expected.contains)) }
      switch loss {
      case .nothing, .job, .start: #expect(lost.isEmpty)
      case .message: #expect(lost.count <= 1)
      case .chunk: #expect(lost.count <= 10 && (lost.last?.offset ?? 0) - (lost.first?.offset ?? 0) < 10)
      case .topic: #expect(lost.allSatisfy { $0.topic == .job("new") })
      case .type: #expect(lost.allSatisfy { $0.type == .warning })
      }
    }
  }

  /// Retention, the repair of the index, and writing.
  private func expectGoingOn(_ store: Store, after fault: Fault) throws {
    var rounds = 0
    while try store.prune(finishedBefore: .day(15), now: .day(30)).hasMore { rounds += 1 }
    while try store.repairIndex() { rounds += 1 }
    #expect(rounds < 50)
    #expect(try store.job("old") == nil)
    #expect(try readable(.job("old"), in: store).isEmpty)
    #expect(try store.check().allSatisfy { !$0.contains("the server repairs it") })
    let offset = store.newestOffset + 1
    try store.write(batch([message(offset, to: .job("run"), sequence: try store.lastSequence(of: .job("run")) + 1)]))
    #expect(try readable(.job("run"), in: store).last?.offset == offset)
  }

  // MARK: Special cases

  @Test func `a damaged block of the index is read from the chunks, and repaired`() throws {
    let sample = try sample()
    try sample.folder.changeDatabase("UPDATE postings SET checksum = checksum + 1")
    try sample.reopen(epoch: "first")
    let all = (1...Self.newest).map(Self.stored)
    for topic in [.job("old"), .job("run"), .jobs] as [Topic] {
      #expect(try sample.store.all(topic) == all.filter { $0.topic == topic })
      #expect(try sample.store.lastMessageTime(of: topic) == .day(20))
    }
    let findings = try sample.store.check()
    #expect(findings.count == 4 && findings.allSatisfy { $0.hasSuffix("the server repairs it while it runs") })
    while try sample.store.repairIndex() {}
    #expect(try sample.store.check() == [])
    for topic in [.job("old"), .job("run"), .jobs] as [Topic] {
      #expect(try sample.store.all(topic) == all.filter { $0.topic == topic })
    }
  }

  @Test func `retention removes a topic whose index and chunks are damaged`() throws {
    let sample = try sample()
    try sample.folder.changeDatabase(
      "UPDATE postings SET data = x'00'; UPDATE chunks SET data = x'01' WHERE first <= 100; UPDATE chunks SET last = 1 << 40 WHERE first = 1"
    )
    try sample.reopen(epoch: "first")
    #expect(sample.store.epoch == "first")
    try expectGoingOn(sample.store, after: Self.faults[0])
    try sample.folder.changeDatabase("UPDATE jobs SET finished_at = 0; UPDATE jobs SET status = 'failed'")
    try sample.reopen(epoch: "first")
    while try sample.store.prune(finishedBefore: .day(25), now: .day(30)).hasMore {}
    #expect(try sample.store.job("new") == nil)
    #expect(sample.store.prunedThrough <= sample.store.newestOffset)
  }

  @Test func `a damaged chunk goes with the first of its messages that expires, and what was in it is a gap`() throws {
    let sample = try sample()
    try sample.folder.changeDatabase("UPDATE chunks SET data = CAST(x'0A' || data AS BLOB) WHERE first = 31")
    try sample.reopen()
    while try sample.store.prune(finishedBefore: .day(15), now: .day(30)).hasMore {}
    #expect(sample.store.prunedThrough >= 40)
    #expect(try readable(nil, in: sample.store).allSatisfy { !(31...40 ~= $0.offset) })
    #expect(try readable(.job("run"), in: sample.store).last == Self.stored(118))
  }

  @Test func `a damaged warning is left out of its job, which can be read and goes on after a restart`() throws {
    let sample = try sample()
    try sample.folder.changeDatabase(
      "UPDATE chunks SET data = CAST(replace(data, '\"value\":10}', '\"value\":0}') AS BLOB)")
    try sample.reopen()
    #expect(try sample.store.job("run")?.id == "run")
    #expect(try sample.store.activeJobs().map(\.id) == ["run"])
  }

  @Test func `a message whose type has no row is damaged, whichever types are asked for`() throws {
    let sample = try sample()
    try sample.folder.changeDatabase("DELETE FROM types WHERE name = 'progress'")
    try sample.reopen()
    for types in [nil, [.warning]] as [Set<MessageType>?] {
      #expect(throws: StoreError.damagedMessage(path: "\(sample.folder.path)/telltale.db", offset: 3)) {
        try sample.store.messages(of: .topic(.jobs), after: 0, through: .max, types: types, limit: 10)
      }
    }
  }

  @Test func `the time of a topic's newest message is known while a commit is in progress`() throws {
    let sample = try sample()
    try sample.reopen()
    let store = sample.store
    let time = try store.commit { writer, totals throws(StoreError) -> Timestamp? in
      try writer.write(batch([message(Self.newest + 1, to: .jobs, sequence: 31)]), updating: &totals)
      return try store.lastMessageTime(of: .jobs)
    }
    #expect(time == .day(20))
    #expect(try store.lastMessageTime(of: .jobs) == .day(100))
  }

  @Test func `a start reads at most as much as the index may be behind, in bytes`() throws {
    var pace = IndexPace()
    pace.bytes = 100_000
    let sample = try SampleStore(indexPace: pace)
    let text = String(repeating: "x", count: 30_000)
    for offset in 1...20 { try sample.store.write(batch([message(offset, payload: ["text": .string(text)])])) }
    // All but three messages are indexed.
    let recent = sample.store.recentMessages.entries(of: 1, through: .max)
    #expect(recent.count < 4)
    try sample.reopen(closing: false)
    #expect(sample.store.recentMessages.entries(of: 1, through: .max).count == recent.count)
    #expect(try sample.store.all(.job("a")).count == 20)
  }
}
