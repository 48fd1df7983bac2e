import Domain

/// Opens a store's files for writing. Nothing is changed until all checks have passed.
struct Opening {
  let database: Database
  /// Nil if a new line of messages starts: the store is new, a backup, or can't prove that nothing is missing.
  var epoch: String?
  var totals: Writer.Totals

  /// - Throws: ``StoreError``
  static func open(
    _ folder: DataFolder, after previousEnd: FolderLock.PreviousEnd, features: [FeatureTables]
  ) throws(StoreError) -> Opening {
    let size = try folder.inspect()
    let database = try Database(folder.database, .writing)
    let position = PositionFile.read(folder.position)
    if let size { try check(database, size: size, after: previousEnd, position: position) }
    try configure(database)
    try Schema.migrate(database)
    for tables in [RetentionClock.tables] + features { try tables.migrate(database) }
    let (epoch, totals) = try readLine(of: database)
    return Opening(
      database: database, epoch: try proven(epoch, totals: totals, position: position, path: folder.database),
      totals: totals)
  }

  private static func check(
    _ database: Database, size: Int, after previousEnd: FolderLock.PreviousEnd, position: PositionFile.Content?
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
      // SQLite reports a damaged page in two lines.
      let finding = findings.first?.split(separator: "\n").joined(separator: " ") ?? "no answer"
      throw .damaged(path: database.path, finding: finding)
    }
    try checkLine(of: database, version: version, position: position)
  }

  /// Checks that the line of messages is complete and contains everything that was acknowledged.
  static func checkLine(
    of database: Database, version: Int, position: PositionFile.Content?
  ) throws(StoreError) {
    guard version > 0 else {
      // The position is written after the first commit, so everything was in a log that is gone.
      if let position { throw .lost(path: database.path, acknowledged: position.commit, found: 0) }
      return
    }
    let (epoch, totals) = try readLine(of: database)
    _ = try proven(epoch, totals: totals, position: position, path: database.path)
  }

  /// Reading takes up to 13 s per gigabyte, and a start should take less than 1 s. So a small file is read completely at
  /// each start, and a larger one only if the machine went down or the file's history is unknown, since that is when pages
  /// go missing. Killing the process loses nothing that it wrote: SQLite replays the log up to the first incomplete page,
  /// by checksum, and the position file proves that this is not too early. SQLite itself refuses a file that is shorter
  /// than its header says; `telltale doctor` reads everything.
  private static let maxBytesReadWhole = 32 << 20

  private static func configure(_ database: Database) throws(StoreError) {
    // FULL: a commit is on the disk before it is acknowledged, so it survives a power failure.
    try database.execute(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-16000; "
        + "PRAGMA journal_size_limit=\(Store.logLimit)")
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
    else { throw .damaged(path: database.path, finding: "it has rows beyond the end of its line") }
    for (status, count) in try database.rows(
      "SELECT status, count(*) FROM jobs GROUP BY status",
      read: {
        (JobStatus(rawValue: $0.text(0)), $0.integer(1))
      })
    {
      guard let status else { throw .damaged(path: database.path, finding: "a job has an unknown status") }
      totals.counts[status] = count
    }
    return (line.epoch, totals)
  }

  /// The epoch, if the position file proves that the line has its end; nil if there is no proof.
  /// - Throws: ``StoreError/lost(path:acknowledged:found:)`` if the position file proves that the end is missing.
  private static func proven(
    _ epoch: String?, totals: Writer.Totals, position: PositionFile.Content?, path: String
  ) throws(StoreError) -> String? {
    guard let epoch, let position, position.epoch == epoch else { return nil }
    guard position.commit <= totals.commits, position.offset <= totals.newestOffset else {
      throw .lost(path: path, acknowledged: position.commit, found: totals.commits)
    }
    return epoch
  }
}
