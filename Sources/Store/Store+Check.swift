import Domain

extension Store {
  /// What was found in a store, and how many of its messages are shown.
  struct Examination {
    /// At most about twenty of each kind.
    var findings: [String] = []
    var messageCount = 0
  }

  /// Reads everything in a folder, which takes seconds per gigabyte. A server that uses the folder isn't disturbed, and
  /// only SQLite's shared memory is written.
  /// - Returns: what is damaged; empty if nothing is.
  /// - Throws: ``StoreError`` if the store can't be read at all.
  package static func check(folder: String) throws(StoreError) -> [String] {
    let database = try Database(DataFolder(path: folder).database, .reading)
    return try examine(database, version: try Schema.readVersion(of: database)).findings
  }

  /// - Parameter version: the file's format.
  static func examine(_ database: Database, version: Int) throws(StoreError) -> Examination {
    var found = Examination()
    found.findings = try database.rows("PRAGMA integrity_check(20)") { $0.text(0) }.filter { $0 != "ok" }
    found.findings += try database.rows("PRAGMA foreign_key_check") { "\($0.text(0)) has a row without a topic" }
    guard found.findings.isEmpty, version > 0 else { return found }
    if Schema.hasFormerMessages(version: version) {
      let former = try FormerMessages.survey(of: database, damagedAtMost: findingsLimit)
      found.findings += former.damaged.map { "message \($0) is not as it was written" }
      found.messageCount += former.count
    }
    if Schema.hasChunks(version: version) {
      var survey = MessageSurvey(database, findingsAtMost: findingsLimit)
      try survey.examine()
      found.findings += survey.findings
      found.messageCount += survey.messageCount
    }
    found.findings += try database.damagedJobs(atMost: findingsLimit)
    return found
  }

  private static let findingsLimit = 20

  /// ``check(folder:)`` for this store's folder.
  package func check() throws(StoreError) -> [String] { try Self.check(folder: folder.path) }
}

extension Database {
  /// What is wrong with jobs.
  fileprivate func damagedJobs(atMost limit: Int) throws(StoreError) -> [String] {
    var findings: [String] = []
    var number = 0
    while findings.count < limit,
      let next = try self.number("SELECT min(number) FROM jobs WHERE number > ?", .integer(number))
    {
      do throws(StoreError) {
        _ = try rows(
          """
          SELECT number, id, status, created_at, finished_at, offset, name, source, checksum, state, results_checksum,
            results
          FROM jobs WHERE number = ?
          """, .integer(next)
        ) { row throws(StoreError) in try JobColumns.wholeJob(from: row, path: path) }
      } catch {
        guard case .damaged(_, let finding) = error else { throw error }
        findings.append(finding)
      }
      number = next
    }
    return findings
  }
}
