import Domain

/// Opens a store's files for writing. Nothing is changed until all checks have passed.
struct Opening {
  let database: Database
  /// Nil if a new line of messages starts: the store is new, a backup, or can't prove that nothing is missing.
  var epoch: String?
  var totals: LineTotals
  let recent: RecentMessages
  /// The last offset of a chunk that the start could not read; 0 if there is none.
  let unreadableThrough: Int

  /// - Throws: ``StoreError``
  static func open(
    _ folder: DataFolder, after previousEnd: FolderLock.PreviousEnd, features: [FeatureTables],
    migrating: FormerMessages.Progress
  ) throws(StoreError) -> Opening {
    let size = try folder.inspect()
    let database = try Database(folder.database, .writing)
    let position = PositionFile.read(folder.position)
    if let size { try check(database, size: size, after: previousEnd, position: position) }
    try configure(database)
    try Schema.migrate(database, progress: migrating)
    for tables in [RetentionClock.tables] + features { try tables.migrate(database) }
    let line = try readLine(of: database, version: Schema.version)
    let epoch = try proven(line.epoch, totals: line.totals, position: position, path: folder.database)
    let (recent, damaged) = try database.recentMessages(of: line.totals)
    guard let damaged else {
      return Opening(database: database, epoch: epoch, totals: line.totals, recent: recent, unreadableThrough: 0)
    }
    // What was in it and is lost may have taken numbers of topics, so the line can't go on.
    let totals = try database.indexAll(recent, totals: line.totals)
    return Opening(
      database: database, epoch: nil, totals: totals, recent: RecentMessages(after: totals.indexedThrough),
      unreadableThrough: damaged)
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
    let (epoch, totals) = try readLine(of: database, version: version)
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

  /// - Parameter version: the file's format.
  private static func readLine(
    of database: Database, version: Int
  ) throws(StoreError) -> (epoch: String?, totals: LineTotals) {
    var totals = try database.lineTotals(version: version)
    let epoch = try database.rows("SELECT epoch FROM line") { $0.isNull(0) ? nil : $0.text(0) }.first ?? nil
    let newestTopic = try database.number("SELECT max(id) FROM topics") ?? 0
    guard try newestStored(in: database, version: version) <= totals.newestOffset,
      try database.number("SELECT max(number) FROM jobs") ?? 0 <= totals.newestJobNumber,
      !Schema.hasChunks(version: version) || newestTopic <= totals.newestTopic
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
    return (epoch, totals)
  }

  /// The offset of the newest message that is there.
  private static func newestStored(in database: Database, version: Int) throws(StoreError) -> Int {
    var newest = 0
    if Schema.hasFormerMessages(version: version) {
      newest = try database.number("SELECT max(offset) FROM messages") ?? 0
    }
    if Schema.hasChunks(version: version) {
      newest = max(newest, try database.number("SELECT last FROM chunks ORDER BY first DESC LIMIT 1") ?? 0)
    }
    return newest
  }

  /// The epoch, if the position file proves that the line has its end; nil if there is no proof.
  /// - Throws: ``StoreError/lost(path:acknowledged:found:)`` if the position file proves that the end is missing.
  private static func proven(
    _ epoch: String?, totals: LineTotals, position: PositionFile.Content?, path: String
  ) throws(StoreError) -> String? {
    guard let epoch, let position, position.epoch == epoch else { return nil }
    guard position.commit <= totals.commits, position.offset <= totals.newestOffset else {
      throw .lost(path: path, acknowledged: position.commit, found: totals.commits)
    }
    return epoch
  }
}

extension Database {
  /// The postings that the stored index doesn't have yet, from the chunks.
  /// - Returns: also the last offset of a chunk that can't be read; nil if there is none. Which topics it is about is
  ///   known from nowhere else.
  fileprivate func recentMessages(
    of totals: LineTotals
  ) throws(StoreError) -> (messages: RecentMessages, damagedThrough: Int?) {
    let recent = RecentMessages(after: totals.indexedThrough)
    var prunedThrough: [Int: Int?] = [:]
    let damaged = try readableChunks(after: totals.indexedThrough, through: totals.newestOffset) {
      chunk throws(StoreError) in
      var entries: [(topic: Int, entry: RecentMessages.Entry)] = []
      for record in chunk.records where record.offset > totals.indexedThrough {
        if prunedThrough[record.topic] == nil {
          // Also of removed jobs: their messages are still to be swept.
          prunedThrough[record.topic] = .some(
            try number("SELECT pruned_through FROM topics WHERE id = ?", .integer(record.topic)))
        }
        guard case .some(.some(let pruned)) = prunedThrough[record.topic], record.offset > pruned else { continue }
        let posting = Posting(offset: record.offset, type: record.type)
        let entry = RecentMessages.Entry(
          posting: posting, sequence: record.sequence, byteCount: record.json.count)
        entries.append((record.topic, entry))
      }
      recent.add(entries)
      return true
    }
    return (recent, damaged)
  }

  /// Moves all recent postings to the stored index, so that the next start doesn't read their chunks.
  fileprivate func indexAll(_ recent: RecentMessages, totals: LineTotals) throws(StoreError) -> LineTotals {
    var totals = totals
    totals.indexedThrough = totals.newestOffset
    try transaction { () throws(StoreError) in
      for topic in recent.topics.sorted() {
        try addPostings(recent.entries(of: topic, through: .max).map(\.posting), to: topic)
        guard let sequence = recent.lastSequence(of: topic) else { continue }
        try run("UPDATE topics SET sequence = ? WHERE id = ?", .integer(sequence), .integer(topic))
      }
      try write(totals)
    }
    return totals
  }
}
