import Domain
import JSONValues
import Store
import Synchronization

/// Every job there is. Those that wait or run are held in memory, where each message changes them; the others lie in the
/// store.
///
/// What is held is what is stored: a batch of publications is folded into copies first, those are stored with it, and
/// only after that does the book show them.
package final class JobBook: Sendable {
  private struct Contents {
    var active: [String: Job] = [:]
    /// The offset as of which each job's row was written.
    var rows: [String: Int] = [:]
    /// The offset through which everything is noted.
    var noted: Int
  }

  /// What a batch of publications means for jobs: what is stored with it, and noted when it is.
  package struct Changes: Sendable {
    /// Jobs whose row is due, as they stand after the batch.
    fileprivate var rows: [Job] = []
    fileprivate var frames: [StoredFrame] = []
    fileprivate var removed: [String] = []
    fileprivate var keys: [IdempotencyKey] = []
    /// Every job that the batch tells of.
    fileprivate var jobs: [String: Job] = [:]
    fileprivate var lastOffset: Int?
    fileprivate var plugins = InspectorService.Changes()
  }

  let store: Store
  /// What is known of plugins, as of the same messages.
  package let inspector = InspectorService()
  private let contents: Mutex<Contents>

  /// A row may be so many messages behind: after a crash they are folded again, and each takes some microseconds.
  static let messagesBetweenRows = 1000

  /// Reads the jobs that waited or ran when the last process ended, as they stood by their last message.
  /// - Throws: ``StoreError``
  package init(_ store: Store) throws(StoreError) {
    self.store = store
    var contents = Contents(noted: store.newestOffset)
    for var job in try store.activeJobs() {
      contents.rows[job.id] = job.offset
      try Self.catchUp(&job, store)
      contents.active[job.id] = job
    }
    self.contents = Mutex(contents)
  }

  /// Folds what the store has of a job beyond its row. A message that is damaged is passed over: ``Store/readableAfter``
  /// says so then.
  private static func catchUp(_ job: inout Job, _ store: Store) throws(StoreError) {
    var damaged: Int?
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
      for stored in messages {
        if let message = try? RealtimeMessage(parsing: stored.json) { job.apply(message) }
        job.offset = stored.offset
      }
      guard messages.isEmpty else { continue }
      guard let offset = damaged else { return }
      (job.offset, damaged) = (offset, nil)
    }
  }

  // MARK: Asking

  /// Every message up to here is in what the book tells from now on.
  var position: StreamPosition { StreamPosition(epoch: store.epoch, offset: contents.withLock { $0.noted }) }

  /// Those that wait or run, the oldest first.
  package var active: [Job] { contents.withLock { $0.active.values.sorted { $0.number < $1.number } } }

  /// A job that waits or runs.
  func active(_ id: String) -> Job? { contents.withLock { $0.active[id] } }

  /// A job that waits or runs, and the position as of which it is shown.
  func activeSnapshot(_ id: String) -> (job: Job, position: StreamPosition)? {
    contents.withLock { contents in
      contents.active[id].map { ($0, StreamPosition(epoch: store.epoch, offset: contents.noted)) }
    }
  }

  /// As ``activeSnapshot(_:)``, of any job; nil where there is none.
  /// - Throws: ``StoreError``
  func snapshot(_ id: String) throws(StoreError) -> (job: Job, position: StreamPosition)? {
    if let active = activeSnapshot(id) { return active }
    // Behind a job that is done comes nothing more: a position taken later is its own as well.
    return try store.job(id).map { ($0, position) }
  }

  /// Nil where there is no such job.
  /// - Throws: ``StoreError``
  package func job(_ id: String) throws(StoreError) -> Job? {
    if let job = active(id) { return job }
    return try store.job(id)
  }

  /// A page of jobs, newest first. What runs is shown as of its newest message.
  /// - Throws: ``StoreError``
  package func list(_ query: JobQuery) throws(StoreError) -> JobPage {
    var page = try store.jobs(query)
    contents.withLock { contents in
      for index in page.jobs.indices { page.jobs[index] = contents.active[page.jobs[index].id] ?? page.jobs[index] }
    }
    return page
  }

  // MARK: Storing

  /// - Parameter batch: publications, each with the offsets that its messages got; nil for those without a number.
  package func changes(of batch: some Sequence<(publication: Publication, offsets: [Int?])>) -> Changes {
    let before = contents.withLock { $0 }
    var changes = Changes()
    var due: Set<String> = []
    for (publication, offsets) in batch {
      for change in publication.changes {
        switch change {
        case .newJob(let job):
          changes.jobs[job.id] = job
          due.insert(job.id)
        case .removedJob(let id):
          changes.removed.append(id)
          changes.jobs[id] = nil
        case .key(let key): changes.keys.append(key)
        }
      }
      for (item, offset) in zip(publication.items, offsets) {
        changes.lastOffset = offset ?? changes.lastOffset
        guard case .job(let id) = item.topic else { continue }
        if item.message.type == .frame, let frame = StoredFrame(item.message, job: id) { changes.frames.append(frame) }
        guard let offset, var job = changes.jobs.removeValue(forKey: id) ?? before.active[id] else { continue }
        let status = job.status
        job.apply(item.message)
        job.offset = offset
        changes.plugins.add(item.message, of: job)
        if job.status != status || offset - before.rows[id, default: offset] >= Self.messagesBetweenRows {
          due.insert(id)
        }
        changes.jobs[id] = job
      }
    }
    changes.rows = due.compactMap { changes.jobs[$0] }
    return changes
  }

  /// The changes are stored, and told: the book shows them from now on.
  package func note(_ changes: Changes) {
    contents.withLock { contents in
      for (id, job) in changes.jobs { contents.active[id] = job.status.isFinal ? nil : job }
      for job in changes.rows { contents.rows[job.id] = job.status.isFinal ? nil : job.offset }
      for id in changes.removed { contents.active[id] = nil }
      contents.noted = changes.lastOffset ?? contents.noted
    }
    inspector.add(changes.plugins)
  }
}

extension StoreBatch {
  /// Stores along with its messages what they mean for jobs.
  package mutating func add(_ changes: JobBook.Changes) {
    frames += changes.frames
    jobs += changes.rows
    removedJobs += changes.removed
    keys += changes.keys
  }
}

extension StoredFrame {
  /// What a `frame` message of a job says; nil where it lacks the frame or the plugin.
  fileprivate init?(_ message: RealtimeMessage, job: String) {
    guard let frame = message.payload["frame_id"]?.intValue, let plugin = message.payload["plugin"]?.stringValue else {
      return nil
    }
    self.init(job: job, frame: frame, plugin: plugin, json: JSON.object(message.payload).encoded())
  }
}
