import Domain

/// What one portion of pruning did.
package struct Pruning: Equatable, Sendable {
  /// The jobs that retention removed: their files are the caller's to remove.
  package var removedJobs: [String] = []
  /// Whether there was more than fits into a portion.
  package var hasMore = false
}

extension Store {
  /// Removes one portion of what is over: messages and frames of removed jobs, jobs that ended before the cutoff, messages
  /// of shared topics that are older, and keys whose day is over. Milliseconds of the writer's time.
  /// - Parameters:
  ///   - cutoff: how far back things are kept.
  ///   - limit: how many rows go at most.
  package func prune(
    finishedBefore cutoff: Timestamp, now: Timestamp, limit: Int = 1000
  ) throws(StoreError) -> Pruning {
    // Nearly always there is nothing to do, which a reader finds out without holding up the writer.
    guard try readers.read({ database throws(StoreError) in try database.hasPrunable(before: cutoff, now) }) else {
      return Pruning()
    }
    return try commit { writer, totals throws(StoreError) in
      var portion = Portion(writer: writer, rest: limit)
      try portion.sweepGoneTopics()
      try portion.removeJobs(finishedBefore: cutoff, &totals)
      try portion.removeDigests(before: cutoff, &totals)
      try portion.removeKeys(before: Timestamp(milliseconds: now.milliseconds - IdempotencyKey.lifetime))
      // Before the commit: nobody may find a message missing without being told that there is a gap.
      announce(prunedThrough: totals.prunedThrough)
      return Pruning(removedJobs: portion.removedJobs, hasMore: portion.rest <= 0 || portion.hasMore)
    }
  }
}

/// A transaction's worth of removing.
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

  mutating func removeJobs(finishedBefore cutoff: Timestamp, _ totals: inout Writer.Totals) throws(StoreError) {
    guard rest > 0 else { return }
    let ids = try database.rows(
      "SELECT id FROM jobs WHERE finished_at < ? ORDER BY finished_at LIMIT ?",
      .integer(Int(cutoff.milliseconds)), .integer(rest)
    ) { $0.text(0) }
    for id in ids {
      rest -= 1
      removedJobs.append(id)
      guard let topic = try writer.removeJob(id, &totals) else { continue }
      hasMore = true
      let newest = try database.number("SELECT max(offset) FROM messages WHERE topic = ?", .integer(topic)) ?? 0
      totals.prunedThrough = max(totals.prunedThrough, newest)
    }
  }

  mutating func removeDigests(before cutoff: Timestamp, _ totals: inout Writer.Totals) throws(StoreError) {
    for topic in try database.sharedTopics() {
      guard rest > 0 else { return }
      let offsets = try database.olderMessages(of: topic, than: cutoff, limit: rest)
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
  fileprivate func hasPrunable(before cutoff: Timestamp, _ now: Timestamp) throws(StoreError) -> Bool {
    let rows = try number(
      """
      SELECT EXISTS (SELECT 1 FROM topics WHERE gone = 1) OR EXISTS (SELECT 1 FROM jobs WHERE finished_at < ?)
        OR EXISTS (SELECT 1 FROM keys WHERE created_at < ?)
      """, .integer(Int(cutoff.milliseconds)), .integer(Int(now.milliseconds - IdempotencyKey.lifetime)))
    if rows == 1 { return true }
    for topic in try sharedTopics() {
      if try !olderMessages(of: topic, than: cutoff, limit: 1).isEmpty { return true }
    }
    return false
  }

  /// The topics that belong to no job. (`;` is what comes behind `:`.)
  fileprivate func sharedTopics() throws(StoreError) -> [Int] {
    try rows("SELECT id FROM topics WHERE name < 'job:' OR name >= 'job;'") { $0.integer(0) }
  }

  /// The offsets at the beginning of a topic whose messages are older. One with an older clock behind a younger one waits.
  fileprivate func olderMessages(of topic: Int, than cutoff: Timestamp, limit: Int) throws(StoreError) -> [Int] {
    let statement = try statement(
      "SELECT offset, at FROM messages INDEXED BY messages_by_topic WHERE topic = ? ORDER BY offset LIMIT ?")
    statement.bind([.integer(topic), .integer(limit)])
    defer { statement.reset() }
    var offsets: [Int] = []
    while try statement.step(), statement.integer(1) < Int(cutoff.milliseconds) { offsets.append(statement.integer(0)) }
    return offsets
  }
}
