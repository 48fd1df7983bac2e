import Domain
import JSONValues
import Net
import Store

/// Starts jobs, runs them in order, and answers for them.
///
/// Callable from any thread. Each job that runs has a thread of its own; nothing here waits for it save ``shutDown()``.
package final class JobService: Sendable {
  package struct Configuration: Sendable {
    /// Jobs that run at once.
    package var maximumRunning: Int
    /// Jobs that may wait; more are refused.
    package var maximumQueued: Int
    /// Where pictures of frames go: `frames/JOB/FRAME.png`.
    package var dataFolder: String
    /// Bytes of the pictures of one job.
    package var maximumPictureBytes: Int
    /// Milliseconds of silence after which a job that is reported from outside counts as abandoned.
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

  private struct State {
    var queue: [String] = []
    var running: [String: CancelFlag] = [:]
    /// Jobs that are being stored, and wait in the queue after that.
    var arriving = 0
    var nextNumber: Int
    var isStopping = false
  }

  package let catalogue: PluginCatalogue
  package let inspector = InspectorService()
  package let devices: DeviceInventory
  private let configuration: Configuration
  private let sources: SourceRoot
  private let book: JobBook
  private let publisher: Publisher
  private let keys: IdempotencyKeys
  private let reports: ExternalReports
  private let now: @Sendable () -> Timestamp
  private let state: Guarded<State>

  package init(
    configuration: Configuration, sources: SourceRoot, catalogue: PluginCatalogue = .builtIn,
    devices: DeviceInventory = .ofThisMachine(), book: JobBook,
    now: @escaping @Sendable () -> Timestamp = Timestamp.now,
    uptime: @escaping @Sendable () -> Int = Milliseconds.monotonic, publisher: Publisher
  ) {
    self.configuration = configuration
    self.sources = sources
    self.catalogue = catalogue
    self.devices = devices
    self.book = book
    self.now = now
    self.publisher = publisher
    keys = IdempotencyKeys(book.store)
    reports = ExternalReports(book: book, publisher: publisher, uptime: uptime)
    let waiting = book.active.filter { $0.kind == .pipeline && $0.status == .queued }
    state = Guarded(State(queue: waiting.map(\.id), nextNumber: book.store.newestJobNumber + 1))
  }

  /// What the last process ran ended with it, when last was heard of it: says so, and waits until everybody who asks is
  /// told so. Jobs that are reported from outside go on by themselves.
  package func failWhatRan() {
    for job in book.active where job.kind == .pipeline && job.status == .running {
      let last = try? book.store.lastMessageTime(of: job.topic)
      end(JobReporter(job, publisher), .failed(Self.serverEnded), at: last.map { max($0, job.startedAt ?? $0) })
    }
    // Comes behind all of those. Where nothing can be stored now they are told as soon as something can.
    _ = try? publisher.store(Publication([], isRefusable: true))
  }

  /// Lets run what waited when the last process ended.
  package func runWhatWaited() { startNext() }

  /// Jobs that wait or run, those reported from outside among them: each is held in memory.
  private static let maxActive = 10_000

  /// Removes the files of jobs that are gone: a crash may have come between a job's end in the store and theirs. Those of
  /// jobs that never were stay: somebody put an older database back, and may change their mind.
  package func removeOrphans() {
    for name in Files.names(in: "\(configuration.dataFolder)/frames") {
      if let number = Int(name), number <= book.store.newestJobNumber, !isKnown(name) { forget(name) }
    }
  }

  private static let serverEnded = "The server ended while the job ran, and the job with it. Retry it to run it again."

  // MARK: Asking

  /// A position that every job's values tell by now: whoever takes it first, asks for jobs then and goes on from it misses
  /// nothing.
  package var position: StreamPosition { book.position }

  /// - Throws: ``AppError`` where the store can't be read.
  package func list(_ query: JobQuery) throws(AppError) -> JobPage {
    try read { () throws(StoreError) in try book.list(query) }
  }

  /// How many jobs stand there.
  package func count(_ status: JobStatus) -> Int { book.store.count(status) }

  /// As ``snapshot(_:frames:)``, of a job that waits or runs; nil for any other. Costs nothing.
  package func activeSnapshot(_ id: String) -> (job: Job, position: StreamPosition)? { book.activeSnapshot(id) }

  /// Whether there is such a job. Where the store can't be read just now there may be.
  package func isKnown(_ id: String) -> Bool { book.active(id) != nil || ((try? book.store.hasJob(id)) ?? true) }

  /// A job and the position as of which its values tell everything, and nothing behind it.
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

  /// A job with so many of its newest frames.
  /// - Throws: ``AppError`` with the code `notFound`.
  package func job(_ id: String, frames: Int) throws(AppError) -> Job {
    var job = try job(id)
    job.frames = try read { () throws(StoreError) in try book.store.frames(ofJob: id, newest: frames) }
    return job
  }

  /// The file of a frame's picture; whether it still exists is for the reader to find out.
  package func picturePath(job: String, frame: Int) -> String {
    FramePictures.path(folder: picturesFolder(job), frame: frame)
  }

  // MARK: Doing

  /// Checks what was asked for, and queues a job for it; a job that is reported from outside runs from now on. When this
  /// returns the job is stored.
  /// - Parameter idempotencyKey: The same key and request give the same job for 24 hours.
  /// - Throws: ``AppError`` that names the field and what is wrong with it.
  package func create(_ request: JobRequest, idempotencyKey: String? = nil) throws(AppError) -> Job {
    guard let idempotencyKey else { return try create(request, retryOf: nil) }
    return try keys.once(
      idempotencyKey, scope: "jobs", digest: request.digest, now: now(),
      known: { id throws(AppError) in try read { () throws(StoreError) in try book.job(id) } }
    ) { key throws(AppError) in try create(request, retryOf: nil, key: key) }
  }

  /// A new job that does the same again, and names the old one.
  /// - Throws: ``AppError`` with the code `conflict` while the old one is not done.
  package func retry(_ id: String) throws(AppError) -> Job {
    let old = try job(id)
    guard old.kind == .pipeline else {
      throw AppError(.conflict, "Job \(id) is reported from outside. Run it again where it ran.")
    }
    guard old.status.isFinal else {
      throw AppError(.conflict, "Job \(id) is \(old.status.rawValue). Cancel it before you retry it.")
    }
    let request = JobRequest(
      source: old.source, plugins: old.plugins, deviceRequested: old.deviceRequested, options: old.options,
      name: old.name)
    return try create(request, retryOf: id)
  }

  /// Takes in messages about a job that is reported from outside. They are taken all or none.
  /// - Parameter done: called once, on any thread: with the last one's position when they are stored and told, or with
  ///   why they were refused; `conflict` where the job is done.
  package func report(
    _ messages: [ReportedMessage], into id: String, idempotencyKey: String? = nil,
    done: @escaping ExternalReports.Done
  ) {
    do throws(AppError) {
      guard try job(id).kind == .external else {
        throw AppError(.conflict, "Job \(id) is run by this server and can't be reported from outside.")
      }
    } catch {
      return done(.failure(error))
    }
    let now = now()
    guard let idempotencyKey else { return reports.report(messages, into: id, key: nil, now: now, done: done) }
    keys.onceLater(
      idempotencyKey, scope: "job:\(id)", digest: ReportedMessage.digest(messages), now: now,
      known: { [reports] _ throws(AppError) in try reports.position(id) }, done: done
    ) { [reports] key, done in reports.report(messages, into: id, key: key(id), now: now, done: done) }
  }

  /// Lets fail what is reported from outside and has been silent for too long. To be called now and then.
  package func endAbandoned() { reports.endAbandoned(after: configuration.reportTimeout, now: now()) }

  /// Takes a waiting job out of the queue, or tells a running one to end: it does before its next plugin's turn. Who
  /// reports a job from outside learns of it from the answer to the next report.
  /// - Throws: ``AppError`` with the code `conflict` where it is done already.
  package func cancel(_ id: String) throws(AppError) {
    let job = try job(id)
    guard !job.status.isFinal else {
      throw AppError(.conflict, "Job \(id) is already \(job.status.rawValue).")
    }
    if job.kind == .external { return try reports.cancel(job, now: now()) }
    let place = try locked { (state: inout State) throws(AppError) -> Int? in
      if let flag = state.running[id] {
        flag.raise()
        return nil
      }
      guard let place = state.queue.firstIndex(of: id) else {
        throw AppError(.conflict, "Job \(id) is already \(job.status.rawValue).")
      }
      state.queue.remove(at: place)
      return place
    }
    guard let place else { return }
    let finished = now()
    do {
      try JobReporter(job, publisher).statusStored { job in
        job.status = .cancelled
        job.finishedAt = finished
      }
    } catch {
      state.withLock { $0.queue.insert(id, at: min(place, $0.queue.count)) }
      // Its turn may have come and gone meanwhile.
      startNext()
      throw error
    }
  }

  /// Forgets a job and removes its pictures.
  /// - Throws: ``AppError`` with the code `conflict` while it is not done.
  package func delete(_ id: String) throws(AppError) {
    let status = try job(id).status
    guard status.isFinal else {
      throw AppError(.conflict, "Job \(id) is \(status.rawValue). Cancel it before you delete it.")
    }
    try publisher.store(Publication([], changes: [.removedJob(id: id)], isRefusable: true))
    forget(id)
  }

  /// A job is no longer in the store: its files go.
  package func forget(_ id: String) {
    inspector.forget(job: id)
    Files.removeFolder(picturesFolder(id))
  }

  /// Starts no job any more, ends those that run and waits for them. Those that wait stay queued.
  package func shutDown() {
    state.withLock { state in
      state.isStopping = true
      for flag in state.running.values { flag.raise(isStop: true) }
    }
    state.wait { $0.running.isEmpty ? () : nil }
  }

  /// Blocks until no job waits or runs.
  package func waitUntilIdle() {
    state.wait { $0.running.isEmpty && $0.arriving == 0 && ($0.queue.isEmpty || $0.isStopping) ? () : nil }
  }

  // MARK: Starting

  private func create(
    _ request: JobRequest, retryOf: String?, key: ((_ job: String) -> IdempotencyKey)? = nil
  ) throws(AppError) -> Job {
    try check(request)
    let number = try reserve(request.kind)
    var job = Job(
      id: "\(number)", name: Self.name(request), source: request.source, plugins: request.plugins,
      options: request.options, deviceRequested: request.deviceRequested, retryOf: retryOf, createdAt: now())
    job.number = number
    job.kind = request.kind
    if job.kind == .external {
      job.status = .running
      job.startedAt = job.createdAt
    }
    let status = RealtimeMessage.jobStatus(job)
    var publication = Publication(
      [.init(status, to: job.topic), .init(status, to: .jobs)], changes: [.newJob(job)], isRefusable: true)
    if let key { publication.changes.append(.key(key(job.id))) }
    let stored = Result { () throws(AppError) in try publisher.store(publication) }
    if job.kind == .pipeline {
      state.withLock { state in
        state.arriving -= 1
        if case .success = stored { state.queue.append(job.id) }
      }
    }
    _ = try stored.get()
    startNext()
    return job
  }

  /// The number of a new job, and a place for it in the queue.
  private func reserve(_ kind: JobKind) throws(AppError) -> Int {
    try locked { (state: inout State) throws(AppError) in
      guard !state.isStopping else { throw AppError(.unavailable, "The server is shutting down. Try again shortly.") }
      if kind == .pipeline {
        guard state.queue.count + state.arriving < configuration.maximumQueued else {
          throw AppError(.unavailable, "\(configuration.maximumQueued) jobs are waiting already. Try again later.")
        }
        state.arriving += 1
      } else if book.active.count >= Self.maxActive {
        throw AppError(
          .unavailable, "\(Self.maxActive) jobs wait or run already. End those that nobody reports any more.")
      }
      defer { state.nextNumber += 1 }
      return state.nextNumber
    }
  }

  private func check(_ request: JobRequest) throws(AppError) {
    if let name = request.name, name.utf8.count > 200 {
      throw JobRequest.refusal("name", "The name has more than 200 bytes.")
    }
    guard request.kind == .pipeline else { return }
    do {
      let source = try sources.resolve(request.source)
      if case .ffmpeg = source.kind, Files.program("ffmpeg") == nil {
        throw SourceError.programMissing("ffmpeg", source: request.source)
      }
    } catch {
      let code: AppError.Code = if case SourceError.outsideRoot = error { .forbidden } else { .unprocessable }
      throw AppError(code, "\(error)", field: "source")
    }
    guard !request.plugins.isEmpty else { throw JobRequest.refusal("plugins", "Choose at least one plugin.") }
    guard Set(request.plugins).count == request.plugins.count else {
      throw JobRequest.refusal("plugins", "Name each plugin only once.")
    }
    if let unknown = request.plugins.first(where: { catalogue.plugin(named: $0) == nil }) {
      let known = catalogue.names.joined(separator: ", ")
      throw JobRequest.refusal("plugins", "There is no plugin \"\(unknown)\". Choose from \(known).")
    }
    _ = try JobOptions(request.options, plugins: request.plugins)
  }

  /// The name that was given, or the last part of the source.
  private static func name(_ request: JobRequest) -> String {
    if let name = request.name, !name.isEmpty { return name }
    if request.kind == .external { return "External job" }
    let source = request.source.split(separator: ":").last ?? ""
    return source.split(separator: "/").last.map(String.init) ?? request.source
  }

  private func startNext() {
    while let (id, flag) = takeNext() {
      Net.Thread(name: "job") { self.run(id, flag) }.detach()
    }
  }

  private func takeNext() -> (String, CancelFlag)? {
    state.withLock { state in
      guard !state.isStopping, state.running.count < configuration.maximumRunning, !state.queue.isEmpty else {
        return nil
      }
      let id = state.queue.removeFirst()
      let flag = CancelFlag()
      state.running[id] = flag
      return (id, flag)
    }
  }

  /// On the job's own thread.
  private func run(_ id: String, _ flag: CancelFlag) {
    if let job = book.active(id) {
      // The number may have been another job's, before an older database was put back.
      Files.removeFolder(picturesFolder(id))
      let (device, reason) = devices.choose(job.deviceRequested)
      let reporter = JobReporter(job, publisher)
      let started = now()
      reporter.status { job in
        job.status = .running
        job.startedAt = started
        job.deviceUsed = device
      }
      let runner = ToolRunner(
        catalogue: catalogue, inspector: inspector, sources: sources, picturesFolder: picturesFolder(id),
        maximumPictureBytes: configuration.maximumPictureBytes)
      let ending = runner.run((device, reason), reporter: reporter, cancel: flag)
      end(reporter, ending == .cancelled && flag.isRaisedToStop ? .failed(Self.serverEnded) : ending)
    }
    state.withLock { _ = $0.running.removeValue(forKey: id) }
    startNext()
  }

  /// - Parameter finished: nil for now.
  private func end(_ reporter: JobReporter, _ ending: JobEnding, at finished: Timestamp? = nil) {
    let finished = finished ?? now()
    reporter.status { job in
      job.status = ending.status
      job.finishedAt = finished
      if case .failed(let reason) = ending { job.error = reason }
    }
  }

  private func picturesFolder(_ id: String) -> String { "\(configuration.dataFolder)/frames/\(id)" }

  /// ``Guarded/withLock(_:)`` for bodies that throw ``AppError``: `rethrows` forgets the type.
  private func locked<Result>(_ body: (inout State) throws(AppError) -> Result) throws(AppError) -> Result {
    let result = state.withLock { state in
      Swift.Result { () throws(AppError) in try body(&state) }
    }
    return try result.get()
  }
}
