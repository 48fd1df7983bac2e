import Domain

extension Store {
  /// Reads everything in a folder, which takes seconds per gigabyte. A server that uses the folder isn't disturbed, and
  /// only SQLite's shared memory is written.
  /// - Returns: what is damaged; empty if nothing is.
  /// - Throws: ``StoreError`` if the store can't be read at all.
  package static func check(folder: String) throws(StoreError) -> [String] {
    let database = try Database(DataFolder(path: folder).database, .reading)
    let version = try Schema.readVersion(of: database)
    var findings = try database.rows("PRAGMA integrity_check(20)") { $0.text(0) }.filter { $0 != "ok" }
    findings += try database.rows("PRAGMA foreign_key_check") { "\($0.text(0)) has a row without a topic" }
    guard findings.isEmpty, version > 0 else { return findings }
    do throws(StoreError) {
      findings += try database.damagedMessages(atMost: 20).map { "message \($0) is not as it was written" }
      try database.readAllJobs()
    } catch .damaged(_, let finding) {
      findings.append(finding)
    }
    return findings
  }

  /// ``check(folder:)`` for this store's folder.
  package func check() throws(StoreError) -> [String] { try Self.check(folder: folder.path) }
}

extension Database {
  // In portions, because a long read would keep the log from being emptied.

  fileprivate func damagedMessages(atMost limit: Int) throws(StoreError) -> [Int] {
    let newest = try number("SELECT newest_offset FROM line") ?? 0
    var reached = 0
    var damaged: [Int] = []
    while reached < newest, damaged.count < limit {
      do throws(StoreError) {
        reached = try reading { () throws(StoreError) in
          try messages(
            matching: { _ in true }, kinds: .core, lookingAt: 1000, after: reached, through: newest, types: nil,
            page: MessagePage(limit: 1000, bytes: 1 << 20)
          ).reached
        }
      } catch {
        guard case .damagedMessage(_, let offset) = error else { throw error }
        damaged.append(offset)
        reached = offset
      }
    }
    return damaged
  }

  fileprivate func readAllJobs() throws(StoreError) {
    var number = 0
    while let next = try self.number("SELECT min(number) FROM jobs WHERE number > ?", .integer(number)) {
      _ = try rows(
        """
        SELECT number, id, status, created_at, finished_at, offset, name, source, checksum, state, results_checksum,
          results
        FROM jobs WHERE number = ?
        """, .integer(next)
      ) { row throws(StoreError) in try JobColumns.wholeJob(from: row, path: path) }
      number = next
    }
  }
}
