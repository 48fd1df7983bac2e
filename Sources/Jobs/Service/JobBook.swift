import Domain
import JSONValues
import Store
import Synchronization

/// Every job, as a projection of the messages. Queued and running jobs are held in memory; the others are read from the
/// store.
///
/// What a batch changes is stored with it; only after the commit does the book show it. So memory never shows what could
/// still be lost.
package final class JobBook: Projection {
  fileprivate struct Contents {
    var active: [String: ActiveJob] = [:]
    /// Jobs whose row has to be written with the next batch.
    var due: Set<String> = []
    /// Everything through this offset is folded.
    var foldedOffset: Int
  }

  /// A queued or running job, and how far its row lags behind it.
  fileprivate struct ActiveJob {
    var job: Job
    /// The offset as of which the row was written.
    var rowOffset: Int
    /// Messages of the job since then.
    var messagesSinceRow = 0

    init(_ job: Job) {
      self.job = job
      rowOffset = job.offset
    }

    mutating func apply(_ message: RealtimeMessage, at offset: Int) {
      job.apply(message)
      job.offset = offset
      messagesSinceRow += 1
    }

    mutating func rowWritten() {
      rowOffset = job.offset
      messagesSinceRow = 0
    }

    /// Whether the row has to be written, with the next batch. Of many jobs that are reported at once, each has few of the
    /// line's messages, and rows cost more than messages.
    func isDue(at newest: Int) -> Bool {
      newest - rowOffset >= JobBook.messagesBetweenRows && messagesSinceRow >= JobBook.ownMessagesBetweenRows
    }
  }

  let store: Store
  /// What is known of plugins, as of the same messages.
  package let inspector = InspectorService()
  private let contents: Mutex<Contents>

  /// How far the line may be ahead of a row, which is written with the next batch then: after a crash a job's messages
  /// since then are folded again, at some microseconds each.
  static let messagesBetweenRows = 1000
  /// How many messages of its own a row may lag behind all the same.
  static let ownMessagesBetweenRows = 100
  /// How many lagging rows a batch writes. Jobs that are reported at the same pace are due at the same time, and a commit
  /// with all of their rows would hold up everyone; a batch of so many messages makes far fewer rows due.
  static let rowsAtOnce = 32

  /// Reads the jobs that were queued or running when the last process ended, as of their last message.
  /// - Throws: ``StoreError``
  package init(_ store: Store) throws(StoreError) {
    self.store = store
    var contents = Contents(foldedOffset: store.newestOffset)
    for job in try store.activeJobs() {
      var active = ActiveJob(job)
      active.messagesSinceRow = try Self.catchUp(&active.job, store)
      contents.active[job.id] = active
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
  package var active: [Job] {
    contents.withLock { $0.active.values.map(\.job) }.sorted { $0.number < $1.number }
  }

  /// How many jobs are queued or running.
  var activeCount: Int { contents.withLock { $0.active.count } }

  /// A queued or running job; nil for any other.
  func active(_ id: String) -> Job? { contents.withLock { $0.active[id]?.job } }

  func isActive(_ id: String) -> Bool { contents.withLock { $0.active[id] != nil } }

  /// A job and the position as of which its values are complete; nil if there is no such job.
  /// - Throws: ``StoreError``
  func snapshot(_ id: String) throws(StoreError) -> (job: Job, position: StreamPosition)? {
    if let active = activeSnapshot(id) { return active }
    // No message follows a finished job's last one, so a position that is read later is correct too.
    return try store.job(id).map { ($0, position) }
  }

  private func activeSnapshot(_ id: String) -> (job: Job, position: StreamPosition)? {
    contents.withLock { contents in
      contents.active[id].map { ($0.job, StreamPosition(epoch: store.epoch, offset: contents.foldedOffset)) }
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
      for index in page.jobs.indices {
        page.jobs[index] = contents.active[page.jobs[index].id]?.job ?? page.jobs[index]
      }
    }
    return page
  }

  // MARK: Projection

  package var topics: Set<TopicKind> { [.job] }

  package func exists(_ topic: Topic) -> Bool {
    // If the store can't be read now, there may be such a job.
    isActive(topic.id) || ((try? store.hasJob(topic.id)) ?? true)
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
    for numbered in batch where !numbered.publication.records.isEmpty {
      rows.frames += numbered.publication.records.compactMap { StoredFrame($0) }
    }
    return { [self] in apply(batch, changes) }
  }

  /// What a batch changes. Most messages change only their job in memory, after the commit.
  fileprivate struct Changes {
    /// Jobs that the batch creates or removes, or whose status it may change: what they become is stored with it.
    var special: Set<String> = []
    /// What the special jobs become; nil for one that is removed.
    var folded: [String: ActiveJob] = [:]
    var rows: [Job] = []
    var removed: [String] = []
    var keys: [IdempotencyKey] = []
  }

  private func changes(of batch: [NumberedPublication]) -> Changes {
    var changes = Changes()
    for numbered in batch where numbered.publication.changesRows {
      for item in numbered.publication.items where item.message.type.changesRows {
        guard let id = item.topic.jobID else { continue }
        if item.message.type != .requestAccepted {
          changes.special.insert(id)
        } else if let key = IdempotencyKey(item.message.payload) {
          changes.keys.append(key)
        }
      }
    }
    contents.withLock { contents in
      for id in contents.due.prefix(Self.rowsAtOnce) where !changes.special.contains(id) {
        if let active = contents.active[id] { changes.rows.append(active.job) }
      }
      for id in changes.special { changes.folded[id] = contents.active[id] }
    }
    if !changes.special.isEmpty { foldSpecial(batch, into: &changes) }
    return changes
  }

  private func foldSpecial(_ batch: [NumberedPublication], into changes: inout Changes) {
    var due: Set<String> = []
    for numbered in batch {
      for (item, offset) in zip(numbered.publication.items, numbered.offsets) {
        guard let id = item.topic.jobID, changes.special.contains(id) else { continue }
        if changes.fold(item.message, of: id, at: offset) { due.insert(id) }
      }
    }
    for id in due {
      guard let job = changes.folded[id]?.job else { continue }
      changes.rows.append(job)
      changes.folded[id] = ActiveJob(job)
    }
  }

  /// The batch is committed: the book shows it from now on.
  private func apply(_ batch: [NumberedPublication], _ changes: Changes) {
    var plugins = InspectorService.Changes()
    contents.withLock { contents in
      contents.rowsWritten(changes.rows)
      for (id, active) in changes.folded { contents.active[id] = active.job.status.isFinal ? nil : active }
      for id in changes.removed { contents.active[id] = nil }
      for numbered in batch {
        for (item, offset) in zip(numbered.publication.items, numbered.offsets) {
          contents.foldedOffset = offset
          guard let id = item.topic.jobID, !item.message.type.isInternal else { continue }
          if changes.special.contains(id) {
            if let job = changes.folded[id]?.job { plugins.add(item.message, of: job) }
          } else {
            contents.fold(item.message, of: id, at: offset, plugins: &plugins)
          }
        }
      }
    }
    inspector.add(plugins)
  }
}

extension JobBook.Changes {
  /// Folds a message of a special job.
  /// - Returns: whether the job's row has to be written.
  fileprivate mutating func fold(_ message: RealtimeMessage, of id: String, at offset: Int) -> Bool {
    switch message.type {
    case .jobCreated:
      guard var job = message.payload["job"]?.objectValue.flatMap({ Job($0) }) else { return false }
      job.offset = offset
      folded[id] = JobBook.ActiveJob(job)
      return true
    case .jobRemoved:
      removed.append(id)
      folded[id] = nil
      return false
    case .requestAccepted: return false
    default:
      guard let status = folded[id]?.job.status else { return false }
      folded[id]?.apply(message, at: offset)
      return folded[id].map { $0.job.status != status || $0.isDue(at: offset) } ?? false
    }
  }
}

extension JobBook.Contents {
  fileprivate mutating func fold(
    _ message: RealtimeMessage, of id: String, at offset: Int, plugins: inout InspectorService.Changes
  ) {
    guard let index = active.index(forKey: id) else { return }
    active.values[index].apply(message, at: offset)
    if active.values[index].isDue(at: offset) { due.insert(id) }
    if InspectorService.Changes.concern(message.type) { plugins.add(message, of: active.values[index].job) }
  }

  /// Rows of jobs were committed.
  fileprivate mutating func rowsWritten(_ rows: [Job]) {
    for job in rows {
      due.remove(job.id)
      active[job.id]?.rowWritten()
    }
  }
}

extension Publication {
  /// Whether one of its messages changes a row besides its own, or may. Looks at the types without copying the messages.
  fileprivate var changesRows: Bool { items.indices.contains { items[$0].message.type.changesRows } }
}

extension MessageType {
  /// Whether a message of this type changes a row besides its own, or may.
  fileprivate var changesRows: Bool { isInternal || self == .jobStatus }
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
