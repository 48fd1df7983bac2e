import Domain
import JSONValues
import Net
import Store
import Synchronization

/// Accepts reports about jobs that run elsewhere, in the order in which they come.
///
/// It knows the state that each job will have once everything submitted is stored: whether more may be reported, and what
/// a list of jobs shows. No report waits for another's commit.
package final class ExternalReports: Sendable {
  private let book: JobBook
  private let publisher: Publisher
  /// Milliseconds of a clock that stops while the machine sleeps.
  private let uptime: @Sendable () -> Int
  private let state = Mutex(State())

  private struct State {
    /// Jobs with reports that are not stored yet.
    var pending: [String: Pending] = [:]
    /// When each job was last reported about, or first checked, by ``uptime``.
    var lastReports: [String: Int] = [:]
    /// Cancelled jobs whose end is not stored yet, with the time of the cancellation. Further reports about them are refused.
    var cancelled: [String: Timestamp] = [:]
    var lastNumber = 0
  }

  private struct Pending {
    /// The job as it will be.
    var job: Job
    /// What was submitted and is not stored yet, in that order.
    var reports: [(number: Int, items: [Publication.Item])] = []
  }

  /// The most plugins that one job may name, in any kind of message: each is a part of its state.
  static let maxPlugins = 100

  init(book: JobBook, publisher: Publisher, uptime: @escaping @Sendable () -> Int) {
    self.book = book
    self.publisher = publisher
    self.uptime = uptime
  }

  /// The position of a job's newest stored message; nil if the job is gone.
  func position(_ id: String) throws(AppError) -> StreamPosition? {
    let job = try read { () throws(StoreError) in try book.job(id) }
    return job.map { StreamPosition(epoch: book.store.epoch, offset: $0.offset) }
  }

  /// Publishes reports, all or none, and returns when they are stored and sent.
  /// - Returns: the position of the last one.
  /// - Throws: ``AppError``: `conflict` if the job has ended, `storageFull` if it can't be stored now.
  func report(
    _ messages: [ReportedMessage], into id: String, key: IdempotencyKey?, now: Timestamp
  ) async throws(AppError) -> StreamPosition? {
    let isCancelled = state.withLock { state in
      state.lastReports[id] = uptime()
      return state.cancelled[id] != nil
    }
    if isCancelled { throw AppError(.conflict, "Job \(id) was cancelled: nothing more can be reported.") }
    return try await submit(id) { job throws(AppError) in
      guard !messages.isEmpty else { throw AppError(.unprocessable, "There is no message in the request.") }
      var publication = Publication([], isRefusable: true)
      if let key { publication.items.append(.init(.requestAccepted(key), to: job.topic)) }
      for reported in messages {
        guard !job.status.isFinal else { throw Self.hasEnded(job) }
        try Self.add(reported.message, to: &publication, of: &job, now: now)
      }
      return publication
    }
  }

  /// Cancels a job. The answer to its reporter's next report says so. Returns when the end is stored; if that fails,
  /// ``failAbandoned(after:now:)`` retries.
  func cancel(_ id: String, now: Timestamp) async throws(AppError) {
    do throws(AppError) {
      try await end(id, .cancelled, now: now)
    } catch {
      // A job that has ended, or is gone, can't be cancelled. Every other error comes from the store.
      guard error.code != .conflict, error.code != .notFound else { throw error }
      state.withLock { $0.cancelled[id] = now }
    }
  }

  /// Whether a job was cancelled and its end is not stored yet.
  func isCancelled(_ id: String) -> Bool { state.withLock { $0.cancelled[id] != nil } }

  /// Stores the ends of jobs that were cancelled while nothing could be stored.
  private func storeCancellations() async {
    for (id, time) in state.withLock({ $0.cancelled }) {
      do throws(AppError) {
        try await end(id, .cancelled, now: time)
      } catch {
        guard error.code == .conflict || error.code == .notFound else { continue }
      }
      state.withLock { _ = $0.cancelled.removeValue(forKey: id) }
    }
  }

  /// Stores the ends of cancelled jobs that could not be stored at the time, and fails the jobs that have been silent for
  /// too long: their reporters are gone. Time in which the server or its machine stood still, so that nothing could be
  /// reported, does not count.
  /// - Parameter timeout: milliseconds.
  func failAbandoned(after timeout: Int64, now: Timestamp) async {
    await storeCancellations()
    let ids = book.active.filter(\.work.traits.isReported).map(\.id)
    let latest = uptime() - Int(timeout)
    let silent = state.withLock { state in
      let known = state.lastReports
      state.lastReports = Dictionary(uniqueKeysWithValues: ids.map { ($0, known[$0] ?? uptime()) })
      return ids.filter { state.lastReports[$0, default: .max] < latest }
    }
    // The next round ends the rest, and those that can't be stored now.
    for id in silent.prefix(Self.maxFailedAtOnce) {
      let reason = "Nothing was reported about the job for \(Self.words(for: timeout)), so it counts as abandoned."
      try? await end(id, .failed, because: reason, ifSilentSince: latest, now: now)
    }
  }

  private static let maxFailedAtOnce = 100

  private func end(
    _ id: String, _ status: JobStatus, because reason: String? = nil, ifSilentSince latest: Int = .max, now: Timestamp
  ) async throws(AppError) {
    try await submit(id, ifSilentSince: latest) { job throws(AppError) in
      guard !job.status.isFinal else { throw Self.hasEnded(job) }
      var ended = job
      if let reason { ended.error = reason }
      ended.end(status, at: now)
      var publication = Publication([], isRefusable: true)
      Self.add(status: ended, to: &publication, of: &job)
      return publication
    }
  }

  private static func words(for milliseconds: Int64) -> String {
    let minutes = milliseconds / 60_000
    return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes) min"
  }

  // MARK: In order

  /// Makes a publication from the job as it will be, and returns when it is stored.
  @discardableResult
  private func submit(
    _ id: String, ifSilentSince latest: Int = .max, _ make: (inout Job) throws(AppError) -> Publication
  ) async throws(AppError) -> StreamPosition? {
    let result = await withCheckedContinuation { continuation in
      do throws(AppError) {
        try enqueue(id, ifSilentSince: latest, make) { continuation.resume(returning: $0) }
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
    return try result.get()
  }

  private func enqueue(
    _ id: String, ifSilentSince latest: Int, _ make: (inout Job) throws(AppError) -> Publication,
    completion: @escaping Publisher.Completion
  ) throws(AppError) {
    let outcome = state.withLock { state in
      Result { () throws(AppError) in
        guard var entry = state.pending[id] ?? book.active(id).map({ Pending(job: $0) }) else { throw hasEnded(id) }
        guard state.lastReports[id, default: 0] < latest else {
          throw AppError(.conflict, "Job \(id) is reported again.")
        }
        let publication = try make(&entry.job)
        state.lastNumber += 1
        let number = state.lastNumber
        // Under the lock, so that reports are stored in the order in which they were folded.
        try publisher.submit(publication) { [self] result in
          settle(number, of: id, result)
          completion(result)
        }
        // A frame is not delayed by the commit, which only its row waits for.
        for record in publication.records { publisher.tell(record.message, record.topic) }
        entry.reports.append((number, publication.items))
        state.pending[id] = entry
      }
    }
    try outcome.get()
  }

  private func settle(_ number: Int, of id: String, _ result: Result<StreamPosition?, AppError>) {
    state.withLock { state in
      guard var entry = state.pending.removeValue(forKey: id) else { return }
      entry.reports.removeAll { $0.number == number }
      // A report that was not stored changes nothing; the ones behind it are folded again without it.
      if case .failure = result, let stored = book.active(id) {
        entry.job = stored
        for item in entry.reports.flatMap(\.items) where item.topic == stored.topic { entry.job.apply(item.message) }
      }
      if !entry.reports.isEmpty { state.pending[id] = entry }
    }
  }

  /// The error for a job that is neither queued nor running.
  private func hasEnded(_ id: String) -> AppError {
    guard let job = try? book.job(id) else { return AppError(.notFound, "Job \(id) not found.") }
    return Self.hasEnded(job)
  }

  private static func hasEnded(_ job: Job) -> AppError {
    let end = job.status == .cancelled ? "was cancelled" : "has \(job.status.rawValue)"
    return AppError(.conflict, "Job \(job.id) \(end): nothing more can be reported.")
  }

  // MARK: Publications

  private static func add(
    _ message: RealtimeMessage, to publication: inout Publication, of job: inout Job, now: Timestamp
  ) throws(AppError) {
    if let plugin = message.payload["plugin"]?.stringValue, job.isFull(without: plugin, most: maxPlugins) {
      throw AppError(.unprocessable, "The job has \(maxPlugins) plugins already, and \"\(plugin)\" is none of them.")
    }
    switch message.type {
    case .frame: publication.records.append(.init(message, to: job.topic))
    case .jobStatus: add(reportedStatus: message, to: &publication, of: &job, now: now)
    case .error:
      var numbered = message
      numbered.payload["error_id"] = .int(job.errorsCount + 1)
      publication.items += job.publish(numbered)
    default: publication.items += job.publish(message)
    }
  }

  private static func add(
    reportedStatus message: RealtimeMessage, to publication: inout Publication, of job: inout Job, now: Timestamp
  ) {
    var changed = job
    // The reporter decides nothing else about the job.
    var reported = JSONObject()
    for field in ["status", "name", "error"] { reported[field] = message.payload[field] }
    changed.apply(RealtimeMessage(.jobStatus, reported))
    if changed.status.isFinal {
      if changed.status == .succeeded { addCompletion(to: &publication, of: &job, at: message.timestamp) }
      (changed.progress, changed.stage) = (job.progress, job.stage)
      changed.end(changed.status, at: now)
    }
    add(status: changed, to: &publication, of: &job, at: message.timestamp)
  }

  /// What the success of a job implies: its progress is complete, and so is every plugin that was at work.
  private static func addCompletion(to publication: inout Publication, of job: inout Job, at time: Timestamp) {
    var messages: [RealtimeMessage] = []
    for var state in job.pluginStates where state.status == .started || state.status == .running {
      state.status = .completed
      messages.append(.pluginStatus(job: job, state))
    }
    if job.progress != 100 { messages.append(.progress(job: job, progress: 100, stage: "Done")) }
    for var message in messages {
      message.timestamp = time
      job.apply(message)
      publication.items.append(.init(message, to: job.topic))
    }
  }

  /// The whole state of the job, which lists need: the reporter named only what changed.
  private static func add(
    status changed: Job, to publication: inout Publication, of job: inout Job, at time: Timestamp = .now()
  ) {
    var message = RealtimeMessage.jobStatus(changed)
    message.timestamp = time
    publication.items += job.publish(message)
  }
}

extension Job {
  /// Whether the job's state has so many plugins already, and this is none of them.
  fileprivate func isFull(without plugin: String, most: Int) -> Bool {
    guard pluginStates.count + results.count >= most, results[plugin] == nil,
      !pluginStates.contains(where: { $0.plugin == plugin })
    else { return false }
    return Set(pluginStates.map(\.plugin)).union(results.members.map(\.key)).count >= most
  }

  fileprivate mutating func end(_ status: JobStatus, at time: Timestamp) {
    self.status = status
    // The time of day may have been set back.
    finishedAt = max(time, startedAt ?? createdAt)
  }
}
