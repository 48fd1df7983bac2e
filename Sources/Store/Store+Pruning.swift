import Domain

/// The result of pruning one portion.
package struct Pruning: Equatable, Sendable {
  /// The jobs that retention removed. The caller removes their files.
  package var removedJobs: [String] = []
  /// Whether there is more than one portion to prune.
  package var hasMore = false
}

extension Store {
  /// Removes one portion of what has expired, whatever the wall clock says; see ``RetentionClock``.
  /// - Parameter retention: milliseconds for which finished jobs are kept.
  package func prune(keeping retention: Int64) throws(StoreError) -> Pruning {
    let now = earliestTime
    return try prune(finishedBefore: Timestamp(milliseconds: now.milliseconds - retention), now: now)
  }

  /// Removes one portion of expired rows: messages and frames of removed jobs, jobs that ended before the cutoff, older
  /// messages of shared topics, and expired idempotency keys. Occupies the writer for milliseconds.
  /// - Parameters:
  ///   - cutoff: the oldest time to keep.
  ///   - now: a lower bound of the true time. Stamps after it are wrong and don't end the search for older messages.
  ///   - limit: how many rows to remove at most.
  package func prune(
    finishedBefore cutoff: Timestamp, now: Timestamp, limit: Int = 1000
  ) throws(StoreError) -> Pruning {
    // There is nearly always nothing to do, which a reader finds out without occupying the writer.
    guard try readers.read({ database throws(StoreError) in try database.hasPrunable(before: cutoff, now: now) }) else {
      return Pruning()
    }
    return try commit { writer, totals throws(StoreError) in
      var portion = Portion(writer: writer, rest: limit)
      try portion.sweepGoneTopics()
      try portion.removeJobs(finishedBefore: cutoff, updating: &totals)
      try portion.removeDigests(before: cutoff, now: now, updating: &totals)
      try portion.removeKeys(before: Timestamp(milliseconds: now.milliseconds - IdempotencyKey.lifetime))
      // Before the commit: a reader that misses a message must already see that there is a gap.
      announce(prunedThrough: totals.prunedThrough)
      return Pruning(removedJobs: portion.removedJobs, hasMore: portion.rest <= 0 || portion.hasMore)
    }
  }
}

/// The rows to remove in one transaction.
private struct Portion {
  let writer: Writer
  var rest: Int
  var removedJobs: [String] = []
  var hasMore = false

  private var database: Database { writer.database }

  mutating func sweepGoneTopics() throws(StoreError) {
    let most = 100
    let topics = try database.rows("SELECT id FROM topics WHERE gone = 1 LIMIT ?", .integer(most)) { $0.integer(0) }
    hasMore = topics.count == most
    for topic in topics {
      try database.run(
        "DELETE FROM messages WHERE offset IN (SELECT offset FROM messages WHERE topic = ? LIMIT ?)",
        .integer(topic), .integer(rest))
      rest -= database.changedRows
      try database.run(
        "DELETE FROM frames WHERE id IN (SELECT id FROM frames WHERE topic = ? LIMIT ?)",
        .integer(topic), .integer(rest))
      rest -= database.changedRows
      guard rest > 0 else { return }
      try database.run("DELETE FROM topics WHERE id = ?", .integer(topic))
      rest -= 1
      writer.forgetTopics()
      guard rest > 0 else { return }
    }
  }

  mutating func removeJobs(finishedBefore cutoff: Timestamp, updating totals: inout Writer.Totals) throws(StoreError) {
    guard rest > 0 else { return }
    // A job's `finished_at` is from the wall clock, which may have been wrong. The stamp of the message that ended it
    // is not before the true time.
    let ids = try database.rows(
      """
      SELECT id FROM jobs
      WHERE finished_at < ?1
        AND coalesce((SELECT at FROM messages WHERE messages.offset = jobs.offset), finished_at) < ?1
      ORDER BY finished_at LIMIT ?2
      """,
      .integer(Int(cutoff.milliseconds)), .integer(rest)
    ) { $0.text(0) }
    for id in ids {
      rest -= 1
      removedJobs.append(id)
      guard let topic = try writer.removeJob(id, updating: &totals) else { continue }
      hasMore = true
      let newest = try database.number("SELECT max(offset) FROM messages WHERE topic = ?", .integer(topic)) ?? 0
      totals.prunedThrough = max(totals.prunedThrough, newest)
    }
  }

  mutating func removeDigests(
    before cutoff: Timestamp, now: Timestamp, updating totals: inout Writer.Totals
  ) throws(StoreError) {
    for topic in try database.sharedTopics() {
      guard rest > 0 else { return }
      let offsets = try database.olderMessages(of: topic, than: cutoff, now: now, limit: rest)
      for offset in offsets { try database.run("DELETE FROM messages WHERE offset = ?", .integer(offset)) }
      rest -= offsets.count
      totals.prunedThrough = max(totals.prunedThrough, offsets.last ?? 0)
    }
  }

  mutating func removeKeys(before: Timestamp) throws(StoreError) {
    guard rest > 0 else { return }
    try database.run(
      "DELETE FROM keys WHERE name IN (SELECT name FROM keys WHERE created_at < ? LIMIT ?)",
      .integer(Int(before.milliseconds)), .integer(rest))
    rest -= database.changedRows
  }
}

extension Database {
  fileprivate func hasPrunable(before cutoff: Timestamp, now: Timestamp) throws(StoreError) -> Bool {
    let rows = try number(
      """
      SELECT EXISTS (SELECT 1 FROM topics WHERE gone = 1)
        OR EXISTS (
          SELECT 1 FROM jobs
          WHERE finished_at < ?1
            AND coalesce((SELECT at FROM messages WHERE messages.offset = jobs.offset), finished_at) < ?1)
        OR EXISTS (SELECT 1 FROM keys WHERE created_at < ?2)
      """, .integer(Int(cutoff.milliseconds)), .integer(Int(now.milliseconds - IdempotencyKey.lifetime)))
    if rows == 1 { return true }
    for topic in try sharedTopics() {
      if try !olderMessages(of: topic, than: cutoff, now: now, limit: Self.messagesLookedAt).isEmpty { return true }
    }
    return false
  }

  /// The topics that belong to no job. (`;` follows `:` in ASCII.)
  fileprivate func sharedTopics() throws(StoreError) -> [Int] {
    try rows("SELECT id FROM topics WHERE name < 'job:' OR name >= 'job;'") { $0.integer(0) }
  }

  /// The offsets of a topic's messages before the cutoff, up to the first later one. A stamp after `now` comes from a clock
  /// that was wrong: its message is as old as the next ones.
  fileprivate func olderMessages(
    of topic: Int, than cutoff: Timestamp, now: Timestamp, limit: Int
  ) throws(StoreError) -> [Int] {
    let statement = try statement(
      "SELECT offset, at FROM messages INDEXED BY messages_by_topic WHERE topic = ? ORDER BY offset LIMIT ?")
    statement.bind([.integer(topic), .integer(limit)])
    defer { statement.reset() }
    var (offsets, olderCount) = ([Int](), 0)
    while try statement.step() {
      let stamp = statement.integer(1)
      let isOlder = stamp < Int(cutoff.milliseconds)
      guard isOlder || stamp > Int(now.milliseconds) else { break }
      offsets.append(statement.integer(0))
      if isOlder { olderCount = offsets.count }
    }
    return Array(offsets[..<olderCount])
  }

  /// How many messages of a topic are looked at to find out whether any has expired.
  private static let messagesLookedAt = 1000
}
