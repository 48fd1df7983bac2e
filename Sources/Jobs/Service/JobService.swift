import Domain
import Files
import JSONValues
import Net
import Store
import Synchronization

/// Creates, runs, cancels, retries and deletes jobs of every kind. What is particular to a kind of work is its
/// ``JobRunner``'s.
///
/// Callable from any thread. Each job in a slot has a thread of its own; only ``shutDown()`` and ``waitUntilIdle()`` wait
/// for it.
package final class JobService: Sendable {
  package struct Configuration: Sendable {
    /// Jobs that run at once.
    package var maximumRunning: Int
    /// Jobs that may wait; more are refused.
    package var maximumQueued: Int
    /// Pictures of frames go into its `frames/JOB/FRAME.png`.
    package var dataFolder: String
    /// Bytes of the pictures of one job.
    package var maximumPictureBytes: Int
    /// Milliseconds without a report after which a job that is reported from outside counts as abandoned.
    package var reportTimeout: Int64

    package init(
      maximumRunning: Int, maximumQueued: Int = 1000, dataFolder: String, maximumPictureBytes: Int = 256 << 20,
      reportTimeout: Int64 = 86_400_000
    ) {
      self.maximumRunning = max(maximumRunning, 1)
      self.maximumQueued = maximumQueued
      self.dataFolder = dataFolder
      self.maximumPictureBytes = maximumPictureBytes
      self.reportTimeout = reportTimeout
    }
  }

  package let catalogue: PluginCatalogue
  package let devices: DeviceInventory
  private let configuration: Configuration
  private let book: JobBook
  private let publisher: Publisher
  private let keys: IdempotencyKeys
  private let reports: ExternalReports
  private let runners: JobRunners
  private let queue: JobQueue
  private let newestNumber: Atomic<Int>
  private let now: @Sendable () -> Timestamp
  private let sinceBoot: @Sendable () -> Int

  /// - Parameters:
  ///   - now: the time of day, for people to read.
  ///   - sinceBoot: milliseconds since boot, including sleep, for durations. This clock can't be set.
  ///   - uptime: milliseconds of a clock that stops while the machine sleeps; for timeouts.
  package init(
    configuration: Configuration, sources: SourceRoot, catalogue: PluginCatalogue = .builtIn,
    devices: DeviceInventory = .ofThisMachine(), book: JobBook,
    now: @escaping @Sendable () -> Timestamp = Timestamp.now,
    sinceBoot: @escaping @Sendable () -> Int = ClockReading.sinceBoot,
    uptime: @escaping @Sendable () -> Int = Milliseconds.monotonic, publisher: Publisher
  ) {
    self.configuration = configuration
    self.catalogue = catalogue
    self.devices = devices
    self.book = book
    self.now = now
    self.sinceBoot = sinceBoot
    self.publisher = publisher
    keys = IdempotencyKeys(book.store)
    reports = ExternalReports(book: book, publisher: publisher, uptime: uptime)
    runners = JobRunners(
      tools: ToolRunner.Tools(
        catalogue: catalogue, sources: sources, devices: devices, dataFolder: configuration.dataFolder,
        checks: BlockingWork(), maximumPictureBytes: configuration.maximumPictureBytes,
        checkFolder: { [store = book.store] () throws(AppError) in
          do throws(StoreError) { try store.checkFiles() } catch { throw error.appError }
        }),
      reports: reports)
    queue = JobQueue(
      waiting: book.active.filter { $0.status == .queued }.map(\.id), maximumRunning: configuration.maximumRunning,
      maximumWaiting: configuration.maximumQueued)
    newestNumber = Atomic(book.store.newestJobNumber)
  }

  /// Fails the jobs that ended with the last process, as of their last message. Blocks until readers see that, or until it
  /// turns out that nothing can be stored now; then the ends are stored when that works again.
  package func failWhatRan() {
    runners.tools.sources.releaseAll(except: Set(book.active.map(\.id)))
    let ended = book.active.filter { $0.status == .running && !runners.runner(for: $0.work).survivesRestart }
    let unanswered = Guarded(ended.count)
    for job in ended {
      let last = try? book.store.lastMessageTime(of: job.topic)
      let finished = max(last ?? now(), job.startedAt ?? job.createdAt)
      end(job, .failed(Self.serverEnded), queue.addEnding(job.id), at: finished) { unanswered.withLock { $0 -= 1 } }
    }
    unanswered.wait { $0 == 0 ? () : nil }
  }

  /// Runs the jobs that waited when the last process ended.
  package func runWhatWaited() { startNext() }

  /// Jobs that wait or run, whatever their kind: each is held in memory.
  private static let maxActive = 10_000

  /// Removes the files of deleted jobs: a crash may have come between the deletion of a job and of its files. Files of
  /// jobs newer than any in the store stay: an older database was restored, and the newer one may come back.
  package func removeOrphans() {
    for name in (try? FileSystem.names(in: "\(configuration.dataFolder)/frames")) ?? [] {
      if let number = Int(name), number <= book.store.newestJobNumber, !book.exists(.job(name)) { forget(name) }
    }
  }

  private static let serverEnded = "The server ended while the job ran, and the job with it. Retry it to run it again."

  // MARK: Reading

  /// A position that every job's values include. A caller that reads it first, then reads jobs and resumes from it misses
  /// nothing.
  package var position: StreamPosition { book.position }

  /// - Throws: ``AppError`` if the store can't be read.
  package func list(_ query: JobQuery) throws(AppError) -> JobListPage {
    try read { () throws(StoreError) in try book.list(query) }
  }

  /// The sources of the jobs that wait or run.
  package var sourcesInUse: Set<String> { Set(book.active.map(\.source)) }

  /// How many jobs have the status.
  package func count(_ status: JobStatus) -> Int { book.store.count(status) }

  /// A job, and the position of the newest message that its values include.
  /// - Throws: ``AppError`` with the code `notFound`.
  package func snapshot(_ id: String, frames: Int = 0) throws(AppError) -> (job: Job, position: StreamPosition) {
    guard var snapshot = try read({ () throws(StoreError) in try book.snapshot(id) }) else {
      throw AppError(.notFound, "Job \(id) not found.")
    }
    if frames > 0 {
      snapshot.job.frames = try read { () throws(StoreError) in
        try book.store.frames(ofJob: id, newest: frames)
      }
    }
    return snapshot
  }

  /// A job, without its frames.
  /// - Throws: ``AppError`` with the code `notFound`.
  package func job(_ id: String) throws(AppError) -> Job {
    guard let job = try read({ () throws(StoreError) in try book.job(id) }) else {
      throw AppError(.notFound, "Job \(id) not found.")
    }
    return job
  }

  /// A job with its newest frames, at most so many.
  /// - Throws: ``AppError`` with the code `notFound`.
  package func job(_ id: String, frames: Int) throws(AppError) -> Job {
    var job = try job(id)
    job.frames = try read { () throws(StoreError) in try book.store.frames(ofJob: id, newest: frames) }
    return job
  }

  /// The file of a frame's picture, which may have been removed.
  package func picturePath(job: String, frame: Int) -> String {
    FramePictures.path(folder: picturesFolder(job), frame: frame)
  }

  /// The plugins of a job that have started, in execution order.
  package func inspections(of job: Job) -> [PluginInspection] {
    book.inspector.inspections(of: job, catalogue: catalogue)
  }

  /// How a plugin did in its newest job; nil if it hasn't run since the server started.
  package func health(ofPlugin name: String) -> PluginHealth? { book.inspector.newest(plugin: name)?.health }

  // MARK: Changing

  /// Checks the request and creates a job for it, which waits for a slot if its work needs one and runs otherwise. The job
  /// is stored when this returns.
  /// - Parameter idempotencyKey: The same key and request give the same job for 24 hours.
  /// - Throws: ``AppError`` that names the field and what is wrong with it.
  package func create(_ request: JobRequest, idempotencyKey: String? = nil) async throws(AppError) -> Job {
    guard let idempotencyKey else { return try await create(request, retryOf: nil) }
    return try await keys.once(
      idempotencyKey, scope: "jobs", digest: request.digest,
      repeated: { id throws(AppError) in try read { () throws(StoreError) in try book.job(id) } },
      work: { key throws(AppError) in try await create(request, retryOf: nil, key: key) })
  }

  /// A new job that does the same work again, and names the old one.
  /// - Throws: ``AppError`` with the code `conflict` until the old one has ended, or if its work can't be retried here.
  package func retry(_ id: String) async throws(AppError) -> Job {
    let old = try job(id)
    if let refusal = old.work.traits.retryRefusal { throw AppError(.conflict, "Job \(id) \(refusal)") }
    guard old.status.isFinal else { throw notEnded(old, for: "retry") }
    return try await create(JobRequest(old.work, name: old.name), retryOf: id)
  }

  /// Publishes messages about a job that is reported from outside, all or none. They are stored and sent when this returns.
  /// - Returns: the last message's position.
  /// - Throws: ``AppError`` with the code `conflict` if the job has ended.
  package func report(
    _ messages: [ReportedMessage], into id: String, idempotencyKey: String? = nil
  ) async throws(AppError) -> StreamPosition? {
    let now = now()
    guard let idempotencyKey else { return try await reports.report(messages, into: id, key: nil, now: now) }
    return try await keys.once(
      idempotencyKey, scope: "job:\(id)", digest: ReportedMessage.digest(messages),
      repeated: { _ throws(AppError) in try reports.position(id) },
      work: { key throws(AppError) in try await reports.report(messages, into: id, key: key(id), now: now) })
  }

  /// Publishes messages about a job that is reported from outside, all or none, for a caller that doesn't await. Reads at
  /// most one row if ``isReportedInMemory(_:)`` was true just before, and blocks on nothing else.
  /// - Parameter completion: called once, on the caller's thread before this returns or on another one later.
  package func report(_ messages: [ReportedMessage], into id: String, completion: @escaping Publisher.Completion) {
    reports.report(messages, into: id, key: nil, now: now(), completion: completion)
  }

  /// Whether a report about the job needs nothing but what is in memory.
  package func isReportedInMemory(_ id: String) -> Bool { reports.isInMemory(id) }

  /// Fails external jobs whose reports have stopped, and stores the cancellations of external jobs that could not be stored
  /// at the time. Call this regularly, and when writes work again.
  package func failAbandoned() async { await reports.failAbandoned(after: configuration.reportTimeout, now: now()) }

  /// Takes a waiting job out of the queue, or asks a running one to end, which it does before its next plugin's turn. The
  /// reporter of an external job learns of it from the answer to its next report.
  ///
  /// This works even if nothing can be stored: the job ends, and its end is stored as soon as that is possible, unless the
  /// server ends first.
  /// - Throws: ``AppError`` with the code `conflict` if it has already ended.
  package func cancel(_ id: String) async throws(AppError) {
    let job = try job(id)
    guard !job.status.isFinal else {
      throw AppError(.conflict, "Job \(id) is already \(job.status.rawValue).")
    }
    switch queue.cancel(id) {
    case .raised: break
    case .dequeued(let flag): await cancelWaiting(job, flag)
    case .unknown: try await runners.runner(for: job.work).cancel(job, at: now())
    }
  }

  /// Returns when the end is stored, or refused because nothing can be stored.
  private func cancelWaiting(_ job: Job, _ flag: CancelFlag) async {
    let finished = max(now(), job.createdAt)
    await withCheckedContinuation { continuation in
      end(job, .cancelled, flag, at: finished) { continuation.resume() }
    }
  }

  /// Ends a job that has no slot, on a thread of its own.
  /// - Parameter answered: called once, when the end is stored, or refused because nothing can be stored. In that case it
  ///   is stored later.
  private func end(
    _ job: Job, _ ending: JobEnding, _ flag: CancelFlag, at finished: Timestamp,
    answered: @escaping @Sendable () -> Void
  ) {
    Net.Thread(name: "job") { [self] in
      let end = JobEnd(
        reporter: JobReporter(job, publisher: publisher), flag: flag, ending: ending, finishedAt: finished,
        stopReason: Self.serverEnded)
      var isAnswered = false
      let isStored = end.store(
        isStopping: { queue.isStopping },
        refused: {
          answered()
          isAnswered = true
        })
      finish(job.id, runners.runner(for: job.work), isStored: isStored)
      if !isAnswered { answered() }
    }.detach()
  }

  /// Releases what a job held, and forgets it. If the server ends before a waiting job's end is stored, the job waits again
  /// at the next start and needs what it held.
  private func finish(_ id: String, _ runner: any JobRunner, isStored: Bool) {
    if isStored { runner.release(job: id) }
    queue.finish(id)
  }

  /// The error for what is only possible when a job has ended.
  private func notEnded(_ job: Job, for verb: String) -> AppError {
    guard queue.isCancelled(job.id) || reports.isCancelled(job.id) else {
      return AppError(.conflict, "Job \(job.id) is \(job.status.rawValue). Cancel it before you \(verb) it.")
    }
    return AppError(
      .conflict,
      "Job \(job.id) was cancelled, and its end is not stored yet. \(verb.prefix(1).uppercased() + verb.dropFirst()) it "
        + "when it has ended.")
  }

  /// Deletes a job and its pictures.
  /// - Throws: ``AppError`` with the code `conflict` until it has ended.
  package func delete(_ id: String) async throws(AppError) {
    let job = try job(id)
    guard job.status.isFinal else { throw notEnded(job, for: "delete") }
    try await publisher.store(Publication([.init(.jobRemoved(id), to: .job(id))], isRefusable: true))
    forget(id)
  }

  /// Removes the files of a job that is no longer in the store.
  package func forget(_ id: String) {
    book.inspector.forget(job: id)
    // Another server may own what is in the folder's place now.
    guard book.store.isInPlace else { return }
    runners.tools.sources.release(job: id)
    try? FileSystem.remove(picturesFolder(id))
  }

  /// Starts no more jobs, ends those in a slot and blocks until they have ended. Those that wait stay queued.
  package func shutDown() { queue.stop() }

  /// Blocks until no job waits for a slot or has one.
  package func waitUntilIdle() { queue.waitUntilIdle() }

  // MARK: Starting

  private func create(
    _ request: JobRequest, retryOf: String?, key: (@Sendable (_ job: String) -> IdempotencyKey)? = nil
  ) async throws(AppError) -> Job {
    let runner = runners.runner(for: request.work)
    try request.checkName()
    try await runner.check()
    let id = try reserve(needsSlot: runner.needsSlot)
    let job: Job
    do {
      let work = try await runner.accept(job: id)
      job = try await store(request, id: id, work: work, runner: runner, retryOf: retryOf, key: key)
    } catch {
      runner.release(job: id)
      if runner.needsSlot { queue.release(id) }
      throw error
    }
    // Once it is stored, it may have been cancelled already.
    if runner.needsSlot, let flag = queue.enqueue(id) { await cancelWaiting(job, flag) }
    startNext()
    return job
  }

  private func store(
    _ request: JobRequest, id: String, work: JobWork, runner: any JobRunner, retryOf: String?,
    key: (@Sendable (_ job: String) -> IdempotencyKey)?
  ) async throws(AppError) -> Job {
    // A file's name may hold escape sequences too.
    let names = [request.name, work.traits.defaultName].map { PlainText.line($0 ?? "") }
    var job = Job(
      id: id, name: names.first { !$0.allSatisfy(\.isWhitespace) } ?? "Job \(id)", work: work, retryOf: retryOf,
      createdAt: now())
    job.number = Int(id) ?? 0
    if !runner.needsSlot {
      job.status = .running
      job.startedAt = job.createdAt
    }
    var publication = Publication([.init(.jobCreated(job), to: job.topic)], isRefusable: true)
    if let key { publication.items.append(.init(.requestAccepted(key(job.id)), to: job.topic)) }
    var published = job
    published.publish(.jobStatus(job), in: &publication)
    try await publisher.store(publication)
    return job
  }

  /// The id of a new job, which is its number, and a place in the queue if it needs one.
  private func reserve(needsSlot: Bool) throws(AppError) -> String {
    func nextID() -> String { "\(newestNumber.add(1, ordering: .relaxed).newValue)" }
    if needsSlot { return try queue.reserve(nextID) }
    try queue.checkIsOpen()
    guard book.activeCount < Self.maxActive else {
      throw AppError(
        .unavailable, "\(Self.maxActive) jobs wait or run already. End those that are no longer reported.")
    }
    return nextID()
  }

  private func startNext() {
    while let (id, flag) = queue.startNext() {
      Net.Thread(name: "job") { self.run(id, flag) }.detach()
    }
  }

  /// On the job's own thread.
  private func run(_ id: String, _ flag: CancelFlag) {
    defer { startNext() }
    guard let job = book.active(id), let runner = runners.slotRunner(for: job.work) else { return queue.finish(id) }
    let reporter = JobReporter(job, publisher: publisher, cancel: flag)
    let started = max(now(), job.createdAt)
    let startedSinceBoot = sinceBoot()
    reporter.publishStatus { job in
      job.status = .running
      job.startedAt = started
      job.deviceUsed = runner.device
    }
    let ending = runner.run(reporter, cancel: flag)
    // Measured with the clock that can't be set: the time of day may have been changed in between.
    let finished = Timestamp(milliseconds: started.milliseconds + Int64(sinceBoot() - startedSinceBoot))
    let end = JobEnd(
      reporter: reporter, flag: flag, ending: ending, finishedAt: finished, stopReason: Self.serverEnded)
    let isStored = end.store(
      isStopping: { queue.isStopping },
      submitted: {
        queue.freeSlot(id)
        startNext()
      })
    finish(id, runner, isStored: isStored)
  }

  private func picturesFolder(_ id: String) -> String {
    FramePictures.folder(ofJob: id, dataFolder: configuration.dataFolder)
  }
}
