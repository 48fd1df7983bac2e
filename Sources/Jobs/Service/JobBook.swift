import Domain
import JSONValues
import Store
import Synchronization

/// Every job, as a projection of the messages. Queued and running jobs are held in memory; the others are read from the
/// store.
///
/// A batch is folded into copies first and stored with them; only after the commit does the book show them. So memory
/// never shows what could still be lost.
package final class JobBook: Projection {
  private struct Contents {
    var active: [String: Job] = [:]
    /// How far each active job's row lags behind the job.
    var lags: [String: Lag] = [:]
    /// Everything through this offset is folded.
    var foldedOffset: Int
  }

  private struct Lag {
    /// The offset as of which the row was written.
    var offset: Int
    /// Messages of the job since then.
    var messages = 0

    /// Whether the row has to be written. Of many jobs that are reported at once, each has few of the line's messages,
    /// and rows cost more than messages.
    func isDue(at newest: Int) -> Bool {
      newest - offset >= JobBook.messagesBetweenRows && messages >= JobBook.ownMessagesBetweenRows
    }
  }

  /// What a batch of publications changes.
  private struct Changes {
    /// Every job that the batch has a message for, as of its last message.
    var jobs: [String: Job] = [:]
    /// Jobs whose row has to be written.
    var due: Set<String> = []
    var lags: [String: Lag] = [:]
    var removed: [String] = []
    var keys: [IdempotencyKey] = []
    var lastOffset: Int?
    var plugins = InspectorService.Changes()

    var rows: [Job] { due.compactMap { jobs[$0] } }
  }

  let store: Store
  /// What is known of plugins, as of the same messages.
  package let inspector = InspectorService()
  private let contents: Mutex<Contents>

  /// How far the line may be ahead of a row: after a crash a job's messages since then are folded again, at some
  /// microseconds each.
  static let messagesBetweenRows = 1000
  /// How many messages of its own a row may lag behind all the same.
  static let ownMessagesBetweenRows = 100

  /// Reads the jobs that were queued or running when the last process ended, as of their last message.
  /// - Throws: ``StoreError``
  package init(_ store: Store) throws(StoreError) {
    self.store = store
    var contents = Contents(foldedOffset: store.newestOffset)
    for var job in try store.activeJobs() {
      contents.lags[job.id] = Lag(offset: job.offset)
      contents.lags[job.id]?.messages = try Self.catchUp(&job, store)
      contents.active[job.id] = job
    }
    self.contents = Mutex(contents)
  }

  /// Folds the stored messages of a job that its row does not have yet. A damaged message is skipped, and noted in
  /// ``Store/readableAfter``.
  /// - Returns: how many were folded.
  private static func catchUp(_ job: inout Job, _ store: Store) throws(StoreError) -> Int {
    var damaged: Int?
    var count = 0
    while true {
      let messages: [StoredMessage]
      do throws(StoreError) {
        messages = try store.messages(
          of: .topic(job.topic), after: job.offset, through: damaged.map { $0 - 1 } ?? .max, types: nil,
          limit: messagesBetweenRows
        ).messages
      } catch {
        guard case .damagedMessage(_, let offset) = error else { throw error }
        damaged = offset
        continue
      }
      count += messages.count
      for stored in messages {
        if let message = try? RealtimeMessage(parsing: stored.json) { job.apply(message) }
        job.offset = stored.offset
      }
      guard messages.isEmpty else { continue }
      guard let offset = damaged else { return count }
      (job.offset, damaged) = (offset, nil)
    }
  }

  // MARK: Reading

  /// Everything through this position is in what the book returns from now on.
  var position: StreamPosition { StreamPosition(epoch: store.epoch, offset: contents.withLock { $0.foldedOffset }) }

  /// The queued and running jobs, oldest first.
  package var active: [Job] { contents.withLock { $0.active.values.sorted { $0.number < $1.number } } }

  /// A queued or running job; nil for any other.
  func active(_ id: String) -> Job? { contents.withLock { $0.active[id] } }

  /// A job and the position as of which its values are complete; nil if there is no such job.
  /// - Throws: ``StoreError``
  func snapshot(_ id: String) throws(StoreError) -> (job: Job, position: StreamPosition)? {
    if let active = activeSnapshot(id) { return active }
    // No message follows a finished job's last one, so a position that is read later is correct too.
    return try store.job(id).map { ($0, position) }
  }

  private func activeSnapshot(_ id: String) -> (job: Job, position: StreamPosition)? {
    contents.withLock { contents in
      contents.active[id].map { ($0, StreamPosition(epoch: store.epoch, offset: contents.foldedOffset)) }
    }
  }

  /// Nil if there is no such job.
  /// - Throws: ``StoreError``
  package func job(_ id: String) throws(StoreError) -> Job? {
    if let job = active(id) { return job }
    return try store.job(id)
  }

  /// A page of jobs, newest first. Active jobs are as of their newest message.
  /// - Throws: ``StoreError``
  package func list(_ query: JobQuery) throws(StoreError) -> JobListPage {
    var page = try store.jobs(query)
    contents.withLock { contents in
      for index in page.jobs.indices { page.jobs[index] = contents.active[page.jobs[index].id] ?? page.jobs[index] }
    }
    return page
  }

  // MARK: Projection

  package var topics: Set<TopicKind> { [.job] }

  package func exists(_ topic: Topic) -> Bool {
    // If the store can't be read now, there may be such a job.
    active(topic.id) != nil || ((try? store.hasJob(topic.id)) ?? true)
  }

  package func snapshotInMemory(of topic: Topic) -> TopicSnapshot? {
    activeSnapshot(topic.id).map { TopicSnapshot(messages: $0.job.snapshot, position: $0.position) }
  }

  package func snapshot(of topic: Topic) throws(StoreError) -> TopicSnapshot? {
    try snapshot(topic.id).map { TopicSnapshot(messages: $0.job.snapshot, position: $0.position) }
  }

  package func fold(_ batch: [NumberedPublication], into rows: inout StoreBatch) -> @Sendable () -> Void {
    let changes = changes(of: batch)
    rows.jobs += changes.rows
    rows.removedJobs += changes.removed
    rows.keys += changes.keys
    for record in batch.lazy.flatMap(\.publication.records) {
      if let frame = StoredFrame(record) { rows.frames.append(frame) }
    }
    return { [self] in apply(changes) }
  }

  private func changes(of batch: [NumberedPublication]) -> Changes {
    let before = contents.withLock { $0 }
    var changes = Changes()
    changes.jobs.reserveCapacity(batch.count)
    for numbered in batch {
      for (item, offset) in zip(numbered.publication.items, numbered.offsets) {
        changes.lastOffset = offset
        if let id = item.topic.jobID { fold(item.message, of: id, at: offset, before: before, into: &changes) }
      }
    }
    return changes
  }

  private func fold(
    _ message: RealtimeMessage, of id: String, at offset: Int, before: Contents, into changes: inout Changes
  ) {
    switch message.type {
    case .jobCreated:
      guard var job = message.payload["job"]?.objectValue.flatMap({ Job($0) }) else { return }
      job.offset = offset
      changes.jobs[id] = job
      changes.due.insert(id)
    case .jobRemoved:
      changes.removed.append(id)
      changes.jobs[id] = nil
    case .requestAccepted:
      if let key = IdempotencyKey(message.payload) { changes.keys.append(key) }
    default:
      // Taken out, so that the copy is changed in place.
      guard var job = changes.jobs.removeValue(forKey: id) ?? before.active[id] else { return }
      let status = job.status
      job.apply(message)
      job.offset = offset
      changes.plugins.add(message, of: job)
      var lag = changes.lags[id] ?? before.lags[id] ?? Lag(offset: offset)
      lag.messages += 1
      changes.lags[id] = lag
      if job.status != status || lag.isDue(at: offset) { changes.due.insert(id) }
      changes.jobs[id] = job
    }
  }

  /// The changes are committed: the book shows them from now on.
  private func apply(_ changes: Changes) {
    contents.withLock { contents in
      for (id, job) in changes.jobs { contents.active[id] = job.status.isFinal ? nil : job }
      contents.lags.merge(changes.lags) { $1 }
      for job in changes.rows { contents.lags[job.id] = job.status.isFinal ? nil : Lag(offset: job.offset) }
      for id in changes.removed {
        contents.active[id] = nil
        contents.lags[id] = nil
      }
      contents.foldedOffset = changes.lastOffset ?? contents.foldedOffset
    }
    inspector.add(changes.plugins)
  }
}

extension StoredFrame {
  /// The row of a frame that was sent; nil for any other message.
  fileprivate init?(_ record: Publication.Record) {
    guard record.message.type == .frame, let job = record.topic.jobID,
      let frame = record.message.payload["frame_id"]?.intValue,
      let plugin = record.message.payload["plugin"]?.stringValue
    else { return nil }
    self.init(job: job, frame: frame, plugin: plugin, json: record.json)
  }
}
