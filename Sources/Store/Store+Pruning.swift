import Domain

/// The result of pruning one portion.
package struct Pruning: Equatable, Sendable {
  /// The jobs that retention removed. The caller removes their files.
  package var removedJobs: [String] = []
  /// Whether there is more than one portion to prune.
  package var hasMore = false
}

extension Store {
  /// Removes one portion of what has expired, whatever the wall clock says; see ``RetentionClock``. Also looks at a portion
  /// of the index of topics, and repairs it.
  /// - Parameter retention: milliseconds for which finished jobs are kept.
  package func prune(keeping retention: Int64) throws(StoreError) -> Pruning {
    let now = earliestTime
    var pruning = try prune(finishedBefore: Timestamp(milliseconds: now.milliseconds - retention), now: now)
    // If it fails, the next call tries again. The caller must learn of the jobs that were removed.
    if let isRepairing = try? repairIndex(), isRepairing { pruning.hasMore = true }
    return pruning
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
    let recent = recentMessages
    let hasPrunable = try readers.read { database throws(StoreError) in
      try database.hasPrunable(before: cutoff, now: now, recent: recent)
    }
    guard hasPrunable else { return Pruning() }
    return try commit { writer, totals throws(StoreError) in
      var portion = Portion(writer: writer, rest: limit)
      try portion.sweepGoneTopics(updating: &totals)
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

  mutating func sweepGoneTopics(updating totals: inout LineTotals) throws(StoreError) {
    let most = 100
    let topics = try database.rows("SELECT id FROM topics WHERE gone = 1 LIMIT ?", .integer(most)) { $0.integer(0) }
    hasMore = topics.count == most
    for topic in topics {
      let postings = try writer.messages.oldestPostings(
        of: topic, indexedThrough: totals.indexedThrough, limit: rest)
      try remove(postings, of: topic, updating: &totals)
      rest -= postings.count
      try database.run(
        "DELETE FROM frames WHERE id IN (SELECT id FROM frames WHERE topic = ? LIMIT ?)",
        .integer(topic), .integer(rest))
      rest -= database.changedRows
      guard rest > 0 else { return }
      // What is left of its index is damaged, and its messages are gone.
      try database.run("DELETE FROM postings WHERE topic = ?", .integer(topic))
      try database.run("DELETE FROM topics WHERE id = ?", .integer(topic))
      rest -= 1
      writer.forgetTopics()
      guard rest > 0 else { return }
    }
  }

  mutating func removeJobs(finishedBefore cutoff: Timestamp, updating totals: inout LineTotals) throws(StoreError) {
    guard rest > 0 else { return }
    let ids = try database.jobs(finishedBefore: cutoff, limit: rest)
    for id in ids {
      rest -= 1
      removedJobs.append(id)
      guard let topic = try writer.removeJob(id, updating: &totals) else { continue }
      hasMore = true
      totals.prunedThrough = max(totals.prunedThrough, try writer.messages.newestOffset(of: topic) ?? 0)
    }
  }

  /// Removes a topic's messages, and chunks that can't be read: what was in those is a gap from now on.
  private func remove(
    _ postings: some BidirectionalCollection<Posting>, of topic: Int, updating totals: inout LineTotals
  ) throws(StoreError) {
    guard let unreadable = try writer.messages.remove(postings, of: topic) else { return }
    totals.prunedThrough = max(totals.prunedThrough, min(unreadable, totals.newestOffset))
  }

  mutating func removeDigests(
    before cutoff: Timestamp, now: Timestamp, updating totals: inout LineTotals
  ) throws(StoreError) {
    for topic in try database.sharedTopics() {
      guard rest > 0 else { return }
      let oldest = try writer.messages.oldestPostings(of: topic, indexedThrough: totals.indexedThrough, limit: rest)
      let older = try database.older(oldest, than: cutoff, now: now)
      guard let last = older.last?.offset else { continue }
      try database.run("UPDATE topics SET pruned_through = ? WHERE id = ?", .integer(last), .integer(topic))
      try writer.messages.keepSequence(of: topic)
      try remove(older, of: topic, updating: &totals)
      rest -= older.count
      totals.prunedThrough = max(totals.prunedThrough, last)
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
  /// - Parameter recent: the postings that the stored index doesn't have yet.
  fileprivate func hasPrunable(
    before cutoff: Timestamp, now: Timestamp, recent: RecentMessages
  ) throws(StoreError) -> Bool {
    let rows = try number(
      """
      SELECT EXISTS (SELECT 1 FROM topics WHERE gone = 1) OR EXISTS (SELECT 1 FROM keys WHERE created_at < ?)
      """, .integer(Int(now.milliseconds - IdempotencyKey.lifetime)))
    if rows == 1 { return true }
    if try !jobs(finishedBefore: cutoff, limit: 1).isEmpty { return true }
    let ends = try ends()
    for topic in try sharedTopics() {
      var oldest = try postings(of: topic, after: 0, through: ends.indexed, limit: Self.messagesLookedAt)
      // Nothing if they have just moved to the stored index: the next round sees them there.
      let rest = recent.postings(of: topic, after: ends.indexed, through: ends.newest) ?? []
      oldest += rest.prefix(Self.messagesLookedAt - oldest.count)
      if try !older(oldest, than: cutoff, now: now).isEmpty { return true }
    }
    return false
  }

  /// The ids of jobs that ended before the cutoff, those that ended first at the head.
  ///
  /// A job's `finished_at` is from the wall clock, which may have been wrong. The stamp of the message that ended it is not
  /// before the true time.
  fileprivate func jobs(finishedBefore cutoff: Timestamp, limit: Int) throws(StoreError) -> [String] {
    let statement = try statement("SELECT id, offset FROM jobs WHERE finished_at < ? ORDER BY finished_at")
    statement.bind([.integer(Int(cutoff.milliseconds))])
    defer { statement.reset() }
    var reader = try MessageReader(self)
    var ids: [String] = []
    while ids.count < limit, try statement.step() {
      if let stamp = try reader.time(at: statement.integer(1)), stamp >= cutoff { continue }
      ids.append(statement.text(0))
    }
    return ids
  }

  /// The topics that belong to no job. (`;` follows `:` in ASCII.)
  fileprivate func sharedTopics() throws(StoreError) -> [Int] {
    try rows("SELECT id FROM topics WHERE name < 'job:' OR name >= 'job;'") { $0.integer(0) }
  }

  /// The postings at the head of a list whose messages were stored before the cutoff. A stamp after `now` comes from a clock
  /// that was wrong: such a message counts as old as the next one, and so does a message whose stamp can't be read.
  fileprivate func older(
    _ postings: [Posting], than cutoff: Timestamp, now: Timestamp
  ) throws(StoreError) -> ArraySlice<Posting> {
    var reader = try MessageReader(self)
    var count = 0
    for (index, posting) in postings.enumerated() {
      guard let stamp = try reader.time(at: posting.offset) else { continue }
      guard stamp < cutoff || stamp > now else { break }
      if stamp < cutoff { count = index + 1 }
    }
    return postings[..<count]
  }

  /// How many messages of a topic are looked at to find out whether any has expired.
  private static let messagesLookedAt = 1000
}
