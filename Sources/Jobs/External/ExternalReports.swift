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
  /// The jobs that are reported about, by id.
  private let jobs = Mutex<[String: ReportedJob]>([:])

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
    let result = await withCheckedContinuation { continuation in
      report(messages, into: id, key: key, now: now) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  /// The same, for a caller that doesn't await.
  /// - Parameter completion: called once, on the caller's thread before this returns or on another one later.
  func report(
    _ messages: [ReportedMessage], into id: String, key: IdempotencyKey?, now: Timestamp,
    completion: @escaping Publisher.Completion
  ) {
    submit(to: id, as: .report, completion: completion) { job throws(AppError) in
      guard !messages.isEmpty else { throw AppError(.unprocessable, "There is no message in the request.") }
      var publication = Publication([], isRefusable: true)
      publication.items.reserveCapacity(messages.count + 1)
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
      // Under the outer lock too, so that the job can't be forgotten at the same time.
      jobs.withLock { jobs in
        jobs[id, default: ReportedJob(lastReport: uptime())].state.withLock { $0.cancelled = now }
      }
    }
  }

  /// Whether a job was cancelled and its end is not stored yet.
  func isCancelled(_ id: String) -> Bool { known(id)?.state.withLock { $0.cancelled != nil } ?? false }

  /// Whether a report about the job needs nothing but what is in memory, as it seems now.
  func isInMemory(_ id: String) -> Bool { known(id) != nil || book.isActive(id) }

  private func known(_ id: String) -> ReportedJob? { jobs.withLock { $0[id] } }

  private func job(_ id: String) -> ReportedJob {
    jobs.withLock { jobs in
      if let known = jobs[id] { return known }
      let made = ReportedJob(lastReport: uptime())
      jobs[id] = made
      return made
    }
  }

  /// Forgets what the book shows, of jobs that are not active.
  private func forget(except active: Set<String>) {
    jobs.withLock { jobs in
      jobs = jobs.filter { id, job in active.contains(id) || !job.state.withLock { $0.forgetIfSettled() } }
    }
  }

  private func forget(_ id: String) {
    jobs.withLock { jobs in
      if jobs[id]?.state.withLock({ $0.forgetIfSettled() }) ?? false { jobs[id] = nil }
    }
  }

  /// Stores the ends of jobs that were cancelled while nothing could be stored.
  private func storeCancellations() async {
    let cancelled = jobs.withLock { jobs in
      jobs.compactMap { id, job in job.state.withLock { $0.cancelled.map { (id: id, time: $0) } } }
    }
    for (id, time) in cancelled {
      do throws(AppError) {
        try await end(id, .cancelled, now: time)
      } catch {
        guard error.code == .conflict || error.code == .notFound else { continue }
      }
      known(id)?.state.withLock { $0.cancelled = nil }
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
    forget(except: Set(ids))
    let silent = ids.filter { id in job(id).state.withLock { $0.lastReport < latest } }
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
    let result = await withCheckedContinuation { continuation in
      submit(to: id, as: .end(ifSilentSince: latest), completion: { continuation.resume(returning: $0) }) {
        job throws(AppError) in
        guard !job.status.isFinal else { throw Self.hasEnded(job) }
        var ended = job
        if let reason { ended.error = reason }
        ended.end(status, at: now)
        var publication = Publication([], isRefusable: true)
        Self.add(status: ended, to: &publication, of: &job)
        return publication
      }
    }
    _ = try result.get()
  }

  private static func words(for milliseconds: Int64) -> String {
    let minutes = milliseconds / 60_000
    return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes) min"
  }

  // MARK: In order

  /// Why something is submitted about a job.
  private enum Cause {
    /// Its reporter asks for it.
    case report
    /// The job ends, unless it was reported about at this time or later.
    case end(ifSilentSince: Int)
  }

  /// Makes a publication from the job as it will be, and submits it.
  /// - Parameter completion: called once: on this thread if nothing is submitted, otherwise on another one.
  private func submit(
    to id: String, as cause: Cause, completion: @escaping Publisher.Completion,
    make: (inout Job) throws(AppError) -> Publication
  ) {
    do throws(AppError) {
      while try !submitOnce(to: id, as: cause, completion: completion, make: make) {}
    } catch {
      completion(.failure(error))
    }
  }

  /// - Returns: false if the job was found just before it was forgotten: it has ended, or is found again.
  /// - Throws: ``AppError`` if nothing is submitted.
  private func submitOnce(
    to id: String, as cause: Cause, completion: @escaping Publisher.Completion,
    make: (inout Job) throws(AppError) -> Publication
  ) throws(AppError) -> Bool {
    let reported = try find(id)
    let outcome = reported.state.withLock { state in
      Result { () throws(AppError) in
        guard !state.isForgotten else { return false }
        var job = if let known = state.job { known } else { try startingPoint(id) }
        switch cause {
        case .report:
          state.lastReport = uptime()
          guard state.cancelled == nil else { throw Self.wasCancelled(id) }
        case .end(let latest) where state.lastReport >= latest:
          throw AppError(.conflict, "Job \(id) is reported again.")
        case .end: break
        }
        let publication = try make(&job)
        let number = state.nextNumber()
        // Under the lock, so that the job's reports are stored in the order in which they were folded.
        try publisher.submit(publication) { [self] result in
          settle(number, of: reported, id: id, result: result)
          completion(result)
        }
        // A frame is not delayed by the commit, which only its row waits for.
        for record in publication.records { publisher.tell(record.message, record.topic) }
        state.add(number, publication.items, of: job)
        return true
      }
    }
    return try outcome.get()
  }

  /// - Throws: ``AppError`` for a job that is neither queued nor running.
  private func find(_ id: String) throws(AppError) -> ReportedJob {
    if let known = known(id) { return known }
    guard book.isActive(id) else { throw try hasEnded(id) }
    return job(id)
  }

  /// A job as it is before its first report. To be read under the job's lock: everything that was submitted before has
  /// been forgotten then, so the book shows it.
  /// - Throws: ``AppError`` if it has ended or is not reported from outside.
  private func startingPoint(_ id: String) throws(AppError) -> Job {
    guard let job = book.active(id) else { throw try hasEnded(id) }
    guard job.work.traits.isReported else { throw Self.isNotReported(id) }
    return job
  }

  private func settle(
    _ number: Int, of reported: ReportedJob, id: String, result: Result<StreamPosition?, AppError>
  ) {
    let isOver = reported.state.withLock { state in
      switch result {
      case .success: state.settle(number)
      case .failure: state.withdraw(number, from: book.active(id))
      }
      return state.isOver
    }
    if isOver { forget(id) }
  }

  /// The error for a job that is neither queued nor running.
  /// - Throws: ``AppError`` if the store can't be read.
  private func hasEnded(_ id: String) throws(AppError) -> AppError {
    guard let job = try read({ () throws(StoreError) in try book.job(id) }) else {
      return AppError(.notFound, "Job \(id) not found.")
    }
    return job.work.traits.isReported ? Self.hasEnded(job) : Self.isNotReported(id)
  }

  private static func isNotReported(_ id: String) -> AppError {
    AppError(.conflict, "Job \(id) is run by this server and can't be reported from outside.")
  }

  private static func wasCancelled(_ id: String) -> AppError {
    AppError(.conflict, "Job \(id) was cancelled: nothing more can be reported.")
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
      job.publish(numbered, in: &publication)
    default: job.publish(message, in: &publication)
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
    job.publish(message, in: &publication)
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
