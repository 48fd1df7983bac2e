import Domain
import Files
import Synchronization

/// The data folder's database: what is in it was committed, and what was committed is in it.
///
/// One connection writes and empties the log, under a lock; readers have connections of their own and see the last commit.
package final class Store: Sendable {
  /// Which line of messages the offsets count in.
  package let epoch: String
  let folder: DataFolder
  let readers: Readers
  /// The kinds of topics whose messages are stored here.
  let topicKinds: TopicTable
  /// Nil once the store is closed.
  private let writer: Mutex<Writer?>
  private let totals: Mutex<Writer.Totals>
  private let unreadableThrough = Atomic(0)

  /// Opens the store of a folder, or makes both.
  /// - Parameters:
  ///   - address: the URL at which the folder is served, named to a second server that finds the folder in use.
  ///   - features: the tables that features keep here.
  ///   - topicKinds: the kinds of topics whose messages are stored here.
  ///   - makeEpoch: names a new line of messages, if the store is new or can't prove that nothing is missing from it.
  /// - Throws: ``StoreError``; what can't be used is left as it is.
  package init(
    folder path: String, address: String? = nil, features: [FeatureTables] = [], topicKinds: TopicTable = .core,
    makeEpoch: () -> String
  ) throws(StoreError) {
    let folder = DataFolder(path: path)
    try folder.make()
    let lock = try FolderLock(folder: path, address: address)
    let opening = try Opening.open(folder, after: lock.previousEnd, features: features)
    lock.markChecked()
    let (database, totals) = (opening.database, opening.totals)
    let epoch = opening.epoch ?? makeEpoch()
    if opening.epoch == nil { try database.run("UPDATE line SET epoch = ?", .text(epoch)) }
    // Behind the epoch: one that names another is as good as none.
    let position = try PositionFile(
      folder.position,
      PositionFile.Content(epoch: epoch, offset: totals.newestOffset, commit: totals.commits))
    self.folder = folder
    self.epoch = epoch
    self.topicKinds = topicKinds
    self.totals = Mutex(totals)
    writer = Mutex(Writer(database, epoch: epoch, totals: totals, position: position, lock: lock))
    readers = Readers(folder.database, count: 4)
  }

  /// The offset of the newest message, as of the last commit. Never goes down.
  package var newestOffset: Int { totals.withLock { $0.newestOffset } }

  /// The number of the newest job that there ever was.
  package var newestJobNumber: Int { totals.withLock { $0.newestJobNumber } }

  /// The highest offset of what retention removed.
  package var prunedThrough: Int { totals.withLock { $0.prunedThrough } }

  /// The highest offset of what was removed or has been found damaged: whoever asks for what came after an earlier one
  /// misses something.
  package var readableAfter: Int { max(prunedThrough, unreadableThrough.load(ordering: .relaxed)) }

  /// How many jobs have a status. Costs nothing.
  package func count(_ status: JobStatus) -> Int { totals.withLock { $0.counts[status] ?? 0 } }

  /// Bytes of the log: what is committed and not yet in the database's own file, and room that it keeps.
  package var walBytes: Int { FileKind(folder.log).byteCount ?? 0 }

  /// Commits all of a batch, or nothing. When it returns, all is on the disk.
  package func write(_ batch: StoreBatch) throws(StoreError) {
    guard !batch.isEmpty else { return }
    try commit { writer, totals throws(StoreError) in try writer.write(batch, &totals) }
  }

  /// The seq of a topic's newest message; 0 before its first.
  package func lastSequence(of topic: Topic) throws(StoreError) -> Int {
    try withWriter { writer throws(StoreError) in try writer.lastSequence(of: topic) }
  }

  /// Ends cleanly: nothing is left to recover, and the folder is free. What is asked of the store from now on fails.
  package func close() {
    readers.close()
    writer.withLock { writer in
      writer?.finish()
      writer = nil
    }
  }

  /// Lets askers know of what is about to be removed.
  func announce(prunedThrough offset: Int) {
    totals.withLock { $0.prunedThrough = max($0.prunedThrough, offset) }
  }

  /// A message turned out not to be as it was written.
  func announce(unreadableThrough offset: Int) { unreadableThrough.max(offset, ordering: .relaxed) }

  /// Runs a transaction of the writer's, and tells what stands then.
  func commit<Result: Sendable>(
    _ body: @Sendable (Writer, inout Writer.Totals) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try withWriter { writer throws(StoreError) in
      let result = try writer.commit(body)
      let committed = writer.totals
      totals.withLock { $0 = committed }
      return result
    }
  }

  private func withWriter<Result: Sendable>(
    _ body: @Sendable (Writer) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try writer.withLock { writer throws(StoreError) in
      guard let writer else { throw .inaccessible(path: folder.database, reason: "it was closed") }
      return try body(writer)
    }
  }
}
