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
      if Schema.hasFormerMessages(version: version) {
        let damaged = try FormerMessages.survey(of: database, damagedAtMost: 20).damaged
        findings += damaged.map { "message \($0) is not as it was written" }
      }
      if Schema.hasChunks(version: version) { findings += try database.damagedMessages(atMost: 20) }
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

  /// What is wrong with messages in chunks, and with the index of topics.
  fileprivate func damagedMessages(atMost limit: Int) throws(StoreError) -> [String] {
    let newest = try number("SELECT newest_offset FROM line") ?? 0
    var reached = 0
    var findings: [String] = []
    while reached < newest, findings.count < limit {
      do throws(StoreError) {
        reached = try reading { () throws(StoreError) in
          var page = MessagePage(after: reached, through: newest, limit: 1000, bytes: 1 << 20)
          try page.scan(matching: { _ in true }, kinds: .core, lookingAt: 1000, types: nil, from: self)
          let indexed = try number("SELECT indexed_through FROM line") ?? 0
          let missing = try unindexed(after: reached, through: min(page.result.reached, indexed))
          findings += missing.map { "message \($0) is missing from the index of its topic" }
          return page.result.reached
        }
      } catch {
        guard case .damagedMessage(_, let offset) = error else { throw error }
        findings.append("message \(offset) is not as it was written")
        reached = offset
      }
    }
    return findings
  }

  /// The offsets of messages that readers of their topic can't find.
  private func unindexed(after: Int, through: Int) throws(StoreError) -> [Int] {
    var shown = ShownTopics(self)
    var topics: [Int: [Posting]] = [:]
    try chunks(after: after, through: through) { chunk throws(StoreError) in
      for record in chunk.records where record.offset > after && record.offset <= through {
        guard try shown.shows(record) else { continue }
        topics[record.topic, default: []].append(Posting(offset: record.offset, type: record.type))
      }
      return true
    }
    var missing: [Int] = []
    for (topic, messages) in topics {
      let found = try postings(of: topic, after: after, through: through, types: nil, limit: .max)
      missing += Set(messages).subtracting(found).map(\.offset)
    }
    return missing.sorted()
  }

  /// How many messages can be read.
  func messageCount() throws(StoreError) -> Int {
    var count = 0
    var shown = ShownTopics(self)
    try chunks(after: 0, through: .max) { chunk throws(StoreError) in
      for record in chunk.records where try shown.shows(record) { count += 1 }
      return true
    }
    return count
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
