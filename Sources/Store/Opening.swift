import Domain

/// The way from files to a connection that may write into them. Until all checks have passed nothing is changed.
struct Opening {
  let database: Database
  /// Nil where a new line of messages begins: the store is new, a backup, or can't prove that nothing is missing.
  var epoch: String?
  var totals: Writer.Totals

  /// - Throws: ``StoreError``
  static func open(
    _ folder: DataFolder, after previousEnd: FolderLock.PreviousEnd, features: [FeatureTables]
  ) throws(StoreError) -> Opening {
    let size = try folder.inspect()
    let database = try Database(folder.database, .writing)
    let position = PositionFile.read(folder.position)
    if let size { try check(database, size: size, after: previousEnd, position) }
    try configure(database)
    try Schema.migrate(database)
    for tables in features { try tables.migrate(database) }
    let (epoch, totals) = try readLine(of: database)
    return Opening(
      database: database, epoch: try proven(epoch, totals, position, path: folder.database),
      totals: totals)
  }

  private static func check(
    _ database: Database, size: Int, after previousEnd: FolderLock.PreviousEnd, _ position: PositionFile.Content?
  ) throws(StoreError) {
    let version = try Schema.readVersion(of: database)
    let findings =
      if size <= maxBytesReadWhole {
        try database.rows("PRAGMA integrity_check(1)") { $0.text(0) }
      } else if previousEnd == .clean || previousEnd == .processDied {
        try database.rows("PRAGMA quick_check('jobs')") { $0.text(0) }
      } else {
        try database.rows("PRAGMA quick_check(1)") { $0.text(0) }
      }
    guard findings == ["ok"] else {
      // SQLite tells of a page in two lines.
      let finding = findings.first?.split(separator: "\n").joined(separator: " ") ?? "no answer"
      throw .damaged(path: database.path, finding: finding)
    }
    try checkLine(of: database, version: version, position)
  }

  /// Checks that the line of messages is whole, and has all that was acknowledged.
  static func checkLine(
    of database: Database, version: Int, _ position: PositionFile.Content?
  ) throws(StoreError) {
    guard version > 0 else {
      // The position is written behind the first commit: all that there was stood in a log that is gone.
      if let position { throw .lost(path: database.path, acknowledged: position.commit, found: 0) }
      return
    }
    let (epoch, totals) = try readLine(of: database)
    _ = try proven(epoch, totals, position, path: database.path)
  }

  /// Reading a file costs up to 13 s a gigabyte, and a start shall cost less than one: small files are read whole each time,
  /// greater ones where the machine went down meanwhile or nothing is known of the file, for that is when pages go missing.
  /// A process that dies takes nothing of what it had written with it: after `kill -9` SQLite plays its log, whose
  /// checksums end at the first page that is not whole, and the position file proves that this was not too early. SQLite
  /// itself refuses a file that is shorter than it says; `telltale doctor` reads everything.
  private static let maxBytesReadWhole = 32 << 20

  private static func configure(_ database: Database) throws(StoreError) {
    // FULL: a commit is on the disk before it is acknowledged, also where the power fails.
    try database.execute(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-16000")
    guard try database.rows("PRAGMA journal_mode", read: { $0.text(0) }) == ["wal"] else {
      throw .inaccessible(path: database.path, reason: "its file system can't share memory, which the store needs")
    }
  }

  private static func readLine(of database: Database) throws(StoreError) -> (epoch: String?, Writer.Totals) {
    let lines = try database.rows(
      "SELECT epoch, newest_offset, newest_job, pruned_through, commits FROM line"
    ) {
      (
        epoch: $0.isNull(0) ? nil : $0.text(0),
        totals: Writer.Totals(
          newestOffset: $0.integer(1), newestJobNumber: $0.integer(2), prunedThrough: $0.integer(3),
          commits: $0.integer(4), counts: [:])
      )
    }
    guard let line = lines.first else { throw .damaged(path: database.path, finding: "its line is missing") }
    var totals = line.totals
    guard try database.number("SELECT max(offset) FROM messages") ?? 0 <= totals.newestOffset,
      try database.number("SELECT max(number) FROM jobs") ?? 0 <= totals.newestJobNumber,
      0...totals.newestOffset ~= totals.prunedThrough
    else { throw .damaged(path: database.path, finding: "its rows go beyond its line") }
    for (status, count) in try database.rows(
      "SELECT status, count(*) FROM jobs GROUP BY status",
      read: {
        (JobStatus(rawValue: $0.text(0)), $0.integer(1))
      })
    {
      guard let status else { throw .damaged(path: database.path, finding: "a job has no status that exists") }
      totals.counts[status] = count
    }
    return (line.epoch, totals)
  }

  /// The epoch, where it is proven that the line goes on from where it was.
  /// - Throws: ``StoreError/lost(path:acknowledged:found:)`` where the opposite is.
  private static func proven(
    _ epoch: String?, _ totals: Writer.Totals, _ position: PositionFile.Content?, path: String
  ) throws(StoreError) -> String? {
    guard let epoch, let position, position.epoch == epoch else { return nil }
    guard position.commit <= totals.commits, position.offset <= totals.newestOffset else {
      throw .lost(path: path, acknowledged: position.commit, found: totals.commits)
    }
    return epoch
  }
}
