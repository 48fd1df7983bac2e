import Domain

/// The connection that writes, with a cache of the stored state. Guarded by the store's lock.
final class Writer {
  private(set) var totals: LineTotals
  /// The pages of the largest batch that the system refused to write; 0 once as many were written.
  private(set) var refusedPageCount = 0
  let database: Database
  let messages: MessageWriter
  private let epoch: String
  private let identity: FolderIdentity
  private var position: PositionFile
  private let positionPath: String
  private let lock: FolderLock
  /// Rows of recently used topics; forgotten when a transaction fails and when there are many.
  private var topics: [Topic: KnownTopic] = [:]

  private struct KnownTopic {
    var id: Int
    var sequence: Int
  }

  /// - Parameter position: the path of the position file, which is created if it is missing.
  init(
    _ database: Database, epoch: String, totals: LineTotals, messages: MessageWriter, identity: FolderIdentity,
    position: String, lock: FolderLock
  ) throws(StoreError) {
    self.database = database
    self.messages = messages
    self.epoch = epoch
    self.totals = totals
    self.identity = identity
    self.lock = lock
    positionPath = position
    self.position = try PositionFile(position, Self.content(epoch: epoch, totals))
  }

  private static func content(epoch: String, _ totals: LineTotals) -> PositionFile.Content {
    PositionFile.Content(epoch: epoch, offset: totals.newestOffset, commit: totals.commits)
  }

  /// Creates the position file again if someone removed or replaced it: without it the next start can't prove that nothing
  /// is missing. Does nothing if the folder is another one, which may be another server's.
  func restorePosition() {
    guard !position.isInPlace, (try? identity.check()) != nil else { return }
    // If the disk is full, the next call tries again.
    guard let restored = try? PositionFile(positionPath, Self.content(epoch: epoch, totals)) else { return }
    position = restored
  }

  /// Commits the body's changes to the tables and the totals; if it throws, neither changes.
  /// - Throws: ``StoreError/displaced(folder:finding:)`` if the files are not where they were. After a commit that only
  ///   this process can see, nothing may be written any more.
  func commit<Result>(
    _ body: (Writer, inout LineTotals) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    // Another server may own what is there now.
    try identity.check()
    var next = totals
    next.commits += 1
    if topics.count > Self.maxTopicsKnown { topics.removeAll() }
    do throws(StoreError) {
      let result = try database.transaction { () throws(StoreError) in
        let result = try body(self, &next)
        try database.write(next)
        return result
      }
      // The files may have been removed before they were synced.
      try identity.confirm()
      totals = next
      messages.committed()
      // If the write fails, the file only proves less after a crash.
      position.write(Self.content(epoch: epoch, next))
      return result
    } catch {
      topics.removeAll()
      messages.rolledBack()
      throw error
    }
  }

  /// Writes the log into the database and syncs the position, so that nothing is left to recover.
  func finish() {
    // Another server may own what is there now. If the disk is full, the log stays, and the end isn't marked as clean.
    guard (try? identity.check()) != nil, (try? database.checkpointAll()) != nil else { return }
    restorePosition()
    position.write(Self.content(epoch: epoch, totals))
    position.synchronize()
    lock.markClean()
  }

  /// Commits a batch, and remembers its size if the system refuses to write it.
  func store(_ batch: StoreBatch) throws(StoreError) {
    let before = database.writtenPageCount
    do throws(StoreError) {
      try commit { writer, totals throws(StoreError) in try writer.write(batch, updating: &totals) }
      if database.writtenPageCount - before >= refusedPageCount { refusedPageCount = 0 }
    } catch {
      if case .unwritable = error {
        refusedPageCount = max(refusedPageCount, database.writtenPageCount - before, 1)
      }
      throw error
    }
  }

  /// Commits nothing, to find out whether commits work, even one as large as the largest that was refused.
  func probe() throws(StoreError) {
    try identity.check()
    if refusedPageCount > 0 { try database.tryLog(pageCount: refusedPageCount) }
    // Syncs the log: some file systems report only then that there was no room.
    try commit { _, _ in }
    refusedPageCount = 0
  }

  func lastSequence(of topic: Topic) throws(StoreError) -> Int {
    if let known = topics[topic] { return known.sequence }
    return try stored(topic)?.sequence ?? 0
  }

  func write(_ batch: StoreBatch, updating totals: inout LineTotals) throws(StoreError) {
    for job in batch.jobs { try write(job, updating: &totals) }
    try write(batch.messages, updating: &totals)
    for frame in batch.frames { try write(frame, updating: &totals) }
    for key in batch.keys { try write(key) }
    for id in batch.removedJobs { try removeJob(id, updating: &totals) }
    for change in batch.rows { try database.run(change.sql, values: change.values) }
  }

  /// Removes the row. The job's messages and frames become invisible, and are deleted later.
  /// - Returns: the job's topic; nil if it had no message and no frame.
  @discardableResult
  func removeJob(_ id: String, updating totals: inout LineTotals) throws(StoreError) -> Int? {
    if let status = try status(ofJob: id) { totals.counts[status, default: 0] -= 1 }
    // Also if its status is damaged.
    try database.run("DELETE FROM jobs WHERE id = ?", .text(id))
    let name = Topic.job(id).description
    guard let topic = try database.number("SELECT id FROM topics WHERE name = ? AND gone = 0", .text(name)) else {
      return nil
    }
    try database.run("UPDATE topics SET gone = 1 WHERE id = ?", .integer(topic))
    return topic
  }

  /// Must be called when a topic's row is deleted.
  func forgetTopics() { topics.removeAll() }

  // MARK: Rows

  private func write(_ job: Job, updating totals: inout LineTotals) throws(StoreError) {
    if let old = try status(ofJob: job.id) { totals.counts[old, default: 0] -= 1 }
    totals.counts[job.status, default: 0] += 1
    totals.newestJobNumber = max(totals.newestJobNumber, job.number)
    let row = JobColumns(job)
    try database.run(
      """
      INSERT INTO jobs (number, id, status, created_at, finished_at, offset, name, source, words, checksum, state,
        results_checksum, results)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET number = excluded.number, status = excluded.status,
        created_at = excluded.created_at, finished_at = excluded.finished_at, offset = excluded.offset,
        name = excluded.name, source = excluded.source, words = excluded.words, checksum = excluded.checksum,
        state = excluded.state, results_checksum = excluded.results_checksum, results = excluded.results
      """,
      .integer(job.number), .text(job.id), .text(job.status.rawValue), .integer(Int(job.createdAt.milliseconds)),
      job.finishedAt.map { .integer(Int($0.milliseconds)) } ?? .null, .integer(job.offset), .text(job.name),
      .text(job.source), .text(row.words), .integer(row.checksum), .blob(row.state),
      .integer(row.resultsChecksum), .blob(row.results))
  }

  private func status(ofJob id: String) throws(StoreError) -> JobStatus? {
    try database.rows("SELECT status FROM jobs WHERE id = ?", .text(id)) { JobStatus(rawValue: $0.text(0)) }.first
      ?? nil
  }

  private func write(_ messages: [StoredMessage], updating totals: inout LineTotals) throws(StoreError) {
    let newest = totals.newestOffset
    var addressed: [MessageWriter.Addressed] = []
    addressed.reserveCapacity(messages.count)
    for message in messages {
      precondition(message.offset > totals.newestOffset, "The offset \(message.offset) was assigned before.")
      totals.newestOffset = message.offset
      // Readers of the topic don't see internal messages, so these don't count.
      let sequence = message.type.isInternal ? nil : message.sequence
      addressed.append((message, try number(of: message.topic, setting: sequence, updating: &totals)))
    }
    totals.indexedThrough = try self.messages.append(addressed, after: newest) ?? totals.indexedThrough
  }

  private func write(_ frame: StoredFrame, updating totals: inout LineTotals) throws(StoreError) {
    try database.run(
      """
      INSERT INTO frames (topic, frame, plugin, json) VALUES (?, ?, ?, ?)
      ON CONFLICT (topic, frame, plugin) DO UPDATE SET json = excluded.json
      """,
      .integer(known(.job(frame.job), updating: &totals).id), .integer(frame.frame), .text(frame.plugin),
      .blob(frame.json))
  }

  private func write(_ key: IdempotencyKey) throws(StoreError) {
    try database.run(
      "INSERT OR REPLACE INTO keys (name, digest, job, created_at) VALUES (?, ?, ?, ?)",
      .text(key.name), .blob(key.digest), .text(key.job), .integer(Int(key.createdAt.milliseconds)))
  }

  /// The number of a topic's row, which is created if it is new.
  /// - Parameter sequence: becomes the topic's newest `seq`; nil to leave it.
  private func number(
    of topic: Topic, setting sequence: Int?, updating totals: inout LineTotals
  ) throws(StoreError) -> Int {
    // A topic that is known takes one look-up.
    if let index = topics.index(forKey: topic) {
      if let sequence { topics.values[index].sequence = sequence }
      return topics.values[index].id
    }
    var known = try known(topic, updating: &totals)
    if let sequence {
      known.sequence = sequence
      topics[topic] = known
    }
    return known.id
  }

  /// The topic's row, created if it is new.
  private func known(_ topic: Topic, updating totals: inout LineTotals) throws(StoreError) -> KnownTopic {
    if let known = topics[topic] { return known }
    if let known = try stored(topic) {
      topics[topic] = known
      return known
    }
    totals.newestTopic += 1
    try database.run(
      "INSERT INTO topics (id, name, sequence, gone) VALUES (?, ?, 0, 0)", .integer(totals.newestTopic),
      .text(topic.description))
    let made = KnownTopic(id: totals.newestTopic, sequence: 0)
    topics[topic] = made
    return made
  }

  private func stored(_ topic: Topic) throws(StoreError) -> KnownTopic? {
    try database.rows("SELECT id, sequence FROM topics WHERE name = ?", .text(topic.description)) { row in
      // The row's own may be older than messages that are not indexed yet.
      KnownTopic(id: row.integer(0), sequence: messages.lastSequence(of: row.integer(0)) ?? row.integer(1))
    }.first
  }

  private static let maxTopicsKnown = 10_000
}
