import CSQLite
import Domain
import JSONValues
import Store
import TestSupport
import Testing

/// The size of the database's log.
struct LogTests {
  private func write(_ megabytes: Int, to store: Store) throws {
    let text = JSON.string(String(repeating: "x", count: 1 << 20))
    for _ in 0..<megabytes { try store.write(batch([message(store.newestOffset + 1, payload: ["text": text])])) }
  }

  @Test func `the log keeps its size however much is written, if only the store itself reads`() throws {
    let sample = try SampleStore()
    var largest = 0
    for _ in 0..<120 {
      try write(1, to: sample.store)
      _ = try sample.store.messages(of: .topic(.job("a")), after: 0, through: .max, types: nil, limit: 3)
      largest = max(largest, sample.store.walBytes)
    }
    #expect(largest > 10 << 20 && largest < Store.logLimit)
    #expect(try sample.store.shrinkLog() == .withinLimit)
  }

  @Test func `a reader that holds the log is reported, and the log shrinks once it is gone`() throws {
    let sample = try SampleStore()
    try write(1, to: sample.store)
    var reader: OpaquePointer?
    #expect(sqlite3_open("\(sample.folder.path)/telltale.db", &reader) == SQLITE_OK)
    #expect(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM chunks", nil, nil, nil) == SQLITE_OK)
    try write(60, to: sample.store)
    let byteCount = sample.store.walBytes
    #expect(byteCount > 60 << 20)
    #expect(try sample.store.shrinkLog() == .held(byteCount: byteCount))
    // Writing goes on meanwhile, and so does reading.
    try write(1, to: sample.store)
    #expect(try sample.store.all().count == 62)
    sqlite3_close(reader)
    #expect(try sample.store.shrinkLog() == .emptied)
    #expect(sample.store.walBytes < 1 << 20)
    #expect(try sample.store.all().count == 62)
    #expect(try sample.store.check() == [])
  }

  @Test func `even without a look at it, the log is cut back when it starts again`() throws {
    let sample = try SampleStore()
    var reader: OpaquePointer?
    #expect(sqlite3_open("\(sample.folder.path)/telltale.db", &reader) == SQLITE_OK)
    #expect(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM chunks", nil, nil, nil) == SQLITE_OK)
    try write(60, to: sample.store)
    sqlite3_close(reader)
    try write(2, to: sample.store)
    #expect(sample.store.walBytes <= Store.logLimit)
  }

  @Test func `another process that reads is named`() throws {
    let locks = """
      1: POSIX  ADVISORY  READ 4711 00:2f:77 124 124
      2: POSIX  ADVISORY  READ 4712 00:2f:77 123 123
      3: POSIX  ADVISORY  WRITE 4713 00:2f:77 120 120
      4: FLOCK  ADVISORY  READ 4714 00:2f:77 0 EOF
      5: POSIX  ADVISORY  READ 4715 00:2f:78 124 124
      6: POSIX  ADVISORY  READ 99 00:2f:77 125 125
      7: POSIX  ADVISORY  READ 4710 00:2f:77 127 127
      8: -> POSIX  ADVISORY  READ 4716 00:2f:77 124 124
      9: POSIX
      """
    #expect(ReadLocks.processes(in: locks, inode: 77, except: 99) == [4710, 4711])
  }
}
