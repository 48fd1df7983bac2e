import Domain
import Files
import Synchronization

/// The database of a data folder.
///
/// One connection, guarded by a lock, writes and empties the log. Readers have their own connections and see the last commit.
package final class Store: Sendable {
  /// Names the line of messages that the offsets count in.
  package let epoch: String
  let folder: DataFolder
  let identity: FolderIdentity
  let readers: Readers
  let recentMessages: RecentMessages
  /// The kinds of topics whose messages are stored here.
  let topicKinds: TopicTable
  /// Nil once the store is closed.
  private let writer: Mutex<Writer?>
  private let totals: Mutex<LineTotals>
  private let unreadableThrough: Atomic<Int>
  let indexRepair = Mutex(IndexRepair())
  let clock: Mutex<RetentionClock>
  let readClock: @Sendable () -> ClockReading

  /// Opens the store of a folder; creates both if they are missing.
  /// - Parameters:
  ///   - address: the URL at which the folder is served, named to a second server that finds the folder in use.
  ///   - features: the tables that features keep here.
  ///   - topicKinds: the kinds of topics whose messages are stored here.
  ///   - clockPatience: milliseconds for which a wall clock that jumped must stay ahead until rows are removed by it.
  ///   - readClock: reads the machine's clocks.
  ///   - indexPace: when messages are indexed by topic.
  ///   - migrating: called now and then while the messages of an older format are moved.
  ///   - makeEpoch: names a new line of messages, if the store is new or can't prove that nothing is missing from it.
  /// - Throws: ``StoreError``. Files that can't be used are not changed.
  package init(
    folder path: String, address: String? = nil, features: [FeatureTables] = [], topicKinds: TopicTable = .core,
    clockPatience: Int64 = 86_400_000, readClock: @escaping @Sendable () -> ClockReading = ClockReading.now,
    indexPace: IndexPace = IndexPace(), migrating: @Sendable (_ moved: Int, _ total: Int) -> Void = { _, _ in },
    makeEpoch: () -> String
  ) throws(StoreError) {
    let folder = DataFolder(path: path)
    try folder.make()
    let lock = try FolderLock(folder: path, address: address)
    let opening = try Opening.open(folder, after: lock.previousEnd, features: features, migrating: migrating)
    lock.markChecked()
    let (database, totals) = (opening.database, opening.totals)
    let epoch = opening.epoch ?? makeEpoch()
    if opening.epoch == nil { try database.run("UPDATE line SET epoch = ?", .text(epoch)) }
    unreadableThrough = Atomic(opening.unreadableThrough)
    let clock = RetentionClock(
      after: try database.retentionMark(), newestStamp: try database.newestStamp(), boot: FolderLock.bootID(),
      now: readClock(), patience: clockPatience)
    let identity = try FolderIdentity(folder, lock: lock)
    readers = try Readers(folder.database, identity: identity, count: 4)
    // After the epoch: a position with another epoch counts as none.
    let writer = try Writer(
      database, epoch: epoch, totals: totals,
      messages: MessageWriter(database, recent: opening.recent, pace: indexPace), identity: identity,
      position: folder.position, lock: lock)
    recentMessages = opening.recent
    self.folder = folder
    self.identity = identity
    self.clock = Mutex(clock)
    self.readClock = readClock
    self.epoch = epoch
    self.topicKinds = topicKinds
    self.totals = Mutex(totals)
    self.writer = Mutex(writer)
  }

  /// The offset of the newest committed message. Never decreases.
  package var newestOffset: Int { totals.withLock { $0.newestOffset } }

  /// The number of the newest job, even if it was removed.
  package var newestJobNumber: Int { totals.withLock { $0.newestJobNumber } }

  /// The highest offset that retention removed.
  package var prunedThrough: Int { totals.withLock { $0.prunedThrough } }

  /// The highest offset that was removed or found damaged. A reader that continues from an earlier one misses messages.
  package var readableAfter: Int { max(prunedThrough, unreadableThrough.load(ordering: .relaxed)) }

  /// The number of jobs with a status, from memory.
  package func count(_ status: JobStatus) -> Int { totals.withLock { $0.counts[status] ?? 0 } }

  /// Whether the paths of the data folder still lead to what was opened. False too while they can't be examined. Once a
  /// path leads elsewhere, this stays false, and every write throws ``StoreError/displaced(folder:finding:)``.
  package var isInPlace: Bool { (try? identity.check()) != nil }

  /// Commits all of a batch or nothing. When it returns, the batch is on the disk.
  package func write(_ batch: StoreBatch) throws(StoreError) {
    guard !batch.isEmpty else { return }
    try withTotals { writer throws(StoreError) in try writer.store(batch) }
  }

  /// Whether the system refused to write a batch, and nothing as large was written since: a smaller one may fit.
  package var isShortOfRoom: Bool { (try? withWriter { writer in writer.refusedPageCount > 0 }) ?? false }

  /// The seq of a topic's newest message; 0 before its first.
  package func lastSequence(of topic: Topic) throws(StoreError) -> Int {
    try withWriter { writer throws(StoreError) in try writer.lastSequence(of: topic) }
  }

  /// Closes the store cleanly, so that nothing is left to recover, and releases the folder. Later calls throw.
  package func close() {
    try? saveClock()
    readers.close()
    writer.withLock { writer in
      writer?.finish()
      writer = nil
    }
  }

  /// Makes the gap visible to readers before the messages are removed.
  func announce(prunedThrough offset: Int) {
    totals.withLock { $0.prunedThrough = max($0.prunedThrough, offset) }
  }

  /// Records that a message is not as it was written.
  func announce(unreadableThrough offset: Int) { unreadableThrough.max(offset, ordering: .relaxed) }

  /// Commits the body's changes, and publishes the new totals.
  func commit<Result: Sendable>(
    _ body: @Sendable (Writer, inout LineTotals) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try withTotals { writer throws(StoreError) in try writer.commit(body) }
  }

  /// Runs a transaction of the writer, and publishes the new totals.
  func withTotals<Result: Sendable>(
    _ body: @Sendable (Writer) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try withWriter { writer throws(StoreError) in
      let result = try body(writer)
      let committed = writer.totals
      totals.withLock { $0 = committed }
      return result
    }
  }

  func withWriter<Result: Sendable>(
    _ body: @Sendable (Writer) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try writer.withLock { writer throws(StoreError) in
      guard let writer else { throw .inaccessible(path: folder.database, reason: "it was closed") }
      return try body(writer)
    }
  }
}
