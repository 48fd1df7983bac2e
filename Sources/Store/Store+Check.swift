import Domain

extension Store {
  /// Reads everything and says what is wrong with it; nothing, where all is well. Takes seconds a gigabyte; others go on
  /// meanwhile.
  /// - Throws: ``StoreError`` where it can't be read at all.
  package func check() throws(StoreError) -> [String] {
    // A connection of its own: this takes long.
    let database = try Database(folder.database, .reading)
    var findings = try database.rows("PRAGMA integrity_check(20)") { $0.text(0) }.filter { $0 != "ok" }
    findings += try database.rows("PRAGMA foreign_key_check") { "\($0.text(0)) has a row without a topic" }
    guard findings.isEmpty else { return findings }
    do throws(StoreError) {
      var reached = 0
      let newest = newestOffset
      while reached < newest {
        reached = try messages(
          of: .matching(lookingAt: 1000) { _ in true }, after: reached, through: newest, types: nil, limit: 1000
        ).reached
      }
      var query: JobQuery? = try? JobQuery(limit: 500)
      while let page = try query.map({ query throws(StoreError) in try jobs(query) }) {
        query = page.next.flatMap { try? JobQuery(limit: 500, cursor: $0) }
      }
    } catch .damaged(_, let finding) {
      findings.append(finding)
    }
    return findings
  }
}
