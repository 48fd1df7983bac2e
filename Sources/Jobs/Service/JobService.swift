import Domain
import JSONValues
import Net

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

    package init(
      maximumRunning: Int, maximumQueued: Int = 1000, dataFolder: String, maximumPictureBytes: Int = 256 << 20
    ) {
      self.maximumRunning = max(maximumRunning, 1)
      self.maximumQueued = maximumQueued
      self.dataFolder = dataFolder
      self.maximumPictureBytes = maximumPictureBytes
    }
  }

  private struct State {
    var queue: [String] = []
    var running: [String: CancelFlag] = [:]
    var keys = IdempotencyKeys()
    var isStopping = false
  }

  package let catalogue: PluginCatalogue
  package let inspector = InspectorService()
  package let devices: DeviceInventory
  private let configuration: Configuration
  private let sources: SourceRoot
  private let book: JobBook
  private let publish: Publish
  private let now: @Sendable () -> Timestamp
  private let state = Guarded(State())

  package init(
    configuration: Configuration, sources: SourceRoot, catalogue: PluginCatalogue = .builtIn,
    devices: DeviceInventory = .ofThisMachine(), now: @escaping @Sendable () -> Timestamp = Timestamp.now,
    publish: @escaping Publish
  ) {
    self.configuration = configuration
    self.sources = sources
    self.catalogue = catalogue
    self.devices = devices
    self.now = now
    self.publish = publish
    book = JobBook(startedAt: now())
  }

  // MARK: Asking

  package func list(_ query: JobQuery) -> JobPage { book.list(query) }

  /// How many jobs stand there.
  package func count(_ status: JobStatus) -> Int { book.count(status) }

  /// - Throws: ``AppError`` with the code `notFound`.
  package func job(_ id: String) throws(AppError) -> Job {
    guard let job = book.job(id) else { throw Self.notFound(id) }
    return job
  }

  /// The job, and the position of the newest message that its values tell already: what comes after it is news.
  package func snapshot(_ id: String) -> (job: Job, position: StreamPosition?)? { book.snapshot(id) }

  /// The file of a frame's picture; whether it still exists is for the reader to find out.
  package func picturePath(job: String, frame: Int) -> String {
    FramePictures.path(folder: picturesFolder(job), frame: frame)
  }

  // MARK: Doing

  /// Checks what was asked for, and queues a job for it.
  /// - Parameter idempotencyKey: The same key and request give the same job for 24 hours.
  /// - Throws: ``AppError`` that names the field and what is wrong with it.
  package func create(_ request: JobRequest, idempotencyKey: String? = nil) throws(AppError) -> Job {
    guard let idempotencyKey else { return try create(request, retryOf: nil) }
    let now = now()
    // Under one lock, so that two requests at once with the same key give one job.
    let (job, isNew) = try locked { (state: inout State) throws(AppError) in
      if let known = try state.keys.job(idempotencyKey, for: request, now: now), let job = book.job(known) {
        return (job, false)
      }
      let job = try enqueue(request, retryOf: nil, in: &state)
      state.keys.remember(idempotencyKey, job: job.id, request: request, now: now)
      return (job, true)
    }
    if isNew { announce(job.id) }
    return job
  }

  /// A new job that does the same again, and names the old one.
  /// - Throws: ``AppError`` with the code `conflict` while the old one is not done.
  package func retry(_ id: String) throws(AppError) -> Job {
    let old = try job(id)
    guard old.status.isFinal else {
      throw AppError(.conflict, "Job \(id) is \(old.status.rawValue). Cancel it before you retry it.")
    }
    let request = JobRequest(
      source: old.source, plugins: old.plugins, deviceRequested: old.deviceRequested, options: old.options,
      name: old.name)
    return try create(request, retryOf: id)
  }

  /// Takes a waiting job out of the queue, or tells a running one to end: it does before its next plugin's turn.
  /// - Throws: ``AppError`` with the code `conflict` where it is done already.
  package func cancel(_ id: String) throws(AppError) {
    let status = try job(id).status
    let wasQueued = try locked { (state: inout State) throws(AppError) in
      if let flag = state.running[id] {
        flag.raise()
        return false
      }
      guard let place = state.queue.firstIndex(of: id) else {
        throw AppError(.conflict, "Job \(id) is already \(status.rawValue).")
      }
      state.queue.remove(at: place)
      return true
    }
    if wasQueued { end(id, .cancelled) }
  }

  /// Forgets a job and removes its pictures.
  /// - Throws: ``AppError`` with the code `conflict` while it is not done.
  package func delete(_ id: String) throws(AppError) {
    let status = try job(id).status
    guard status.isFinal else {
      throw AppError(.conflict, "Job \(id) is \(status.rawValue). Cancel it before you delete it.")
    }
    book.remove(id)
    inspector.forget(job: id)
    state.withLock { $0.keys.forget(job: id) }
    Files.removeFolder(picturesFolder(id))
  }

  /// Starts no job any more, cancels those that run and waits for them. Those that wait stay queued.
  package func shutDown() {
    state.withLock { state in
      state.isStopping = true
      for flag in state.running.values { flag.raise() }
    }
    state.wait { $0.running.isEmpty ? () : nil }
  }

  /// Blocks until no job waits or runs.
  package func waitUntilIdle() {
    state.wait { $0.running.isEmpty && ($0.queue.isEmpty || $0.isStopping) ? () : nil }
  }

  // MARK: Starting

  private func create(_ request: JobRequest, retryOf: String?) throws(AppError) -> Job {
    let job = try locked { (state: inout State) throws(AppError) in
      try enqueue(request, retryOf: retryOf, in: &state)
    }
    announce(job.id)
    return job
  }

  private func announce(_ id: String) {
    JobReporter(job: id, book: book, publish: publish).status()
    startNext()
  }

  private func enqueue(_ request: JobRequest, retryOf: String?, in state: inout State) throws(AppError) -> Job {
    try check(request)
    guard !state.isStopping else { throw AppError(.unavailable, "The server is shutting down. Try again shortly.") }
    guard state.queue.count < configuration.maximumQueued else {
      throw AppError(.unavailable, "\(configuration.maximumQueued) jobs are waiting already. Try again later.")
    }
    let job = book.insert { id in
      Job(
        id: id, name: Self.name(request), source: request.source, plugins: request.plugins, options: request.options,
        deviceRequested: request.deviceRequested, retryOf: retryOf, createdAt: now())
    }
    state.queue.append(job.id)
    return job
  }

  private func check(_ request: JobRequest) throws(AppError) {
    do {
      let source = try sources.resolve(request.source)
      if case .ffmpeg = source.kind, Files.program("ffmpeg") == nil {
        throw SourceError.programMissing("ffmpeg", source: request.source)
      }
    } catch {
      let code: AppError.Code = if case SourceError.outsideRoot = error { .forbidden } else { .unprocessable }
      throw AppError(code, "The field \"source\": \(error)")
    }
    guard !request.plugins.isEmpty, Set(request.plugins).count == request.plugins.count else {
      throw JobRequest.refusal("plugins", "must name at least one plugin, and none twice")
    }
    if let unknown = request.plugins.first(where: { catalogue.plugin(named: $0) == nil }) {
      let known = catalogue.names.joined(separator: ", ")
      throw JobRequest.refusal("plugins", "names \"\(unknown)\", which does not exist; there are \(known)")
    }
    if let name = request.name, name.utf8.count > 200 {
      throw JobRequest.refusal("name", "has more than 200 bytes")
    }
    _ = try JobOptions(request.options, plugins: request.plugins)
  }

  /// The name that was given, or the last part of the source.
  private static func name(_ request: JobRequest) -> String {
    if let name = request.name, !name.isEmpty { return name }
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
    let started = now()
    let runs = book.update(id, position: nil) { job in
      job.status = .running
      job.startedAt = started
    }
    if let job = runs {
      let reporter = JobReporter(job: id, book: book, publish: publish)
      reporter.status()
      let runner = ToolRunner(
        catalogue: catalogue, inspector: inspector, devices: devices, sources: sources,
        picturesFolder: picturesFolder(id), maximumPictureBytes: configuration.maximumPictureBytes)
      end(id, runner.run(job, reporter: reporter, cancel: flag))
    }
    state.withLock { _ = $0.running.removeValue(forKey: id) }
    if let oldest = book.oneTooMany { try? delete(oldest) }
    startNext()
  }

  private func end(_ id: String, _ ending: JobEnding) {
    let finished = now()
    book.update(id, position: nil) { job in
      job.status = ending.status
      job.finishedAt = finished
      if ending != .succeeded { job.stage = nil }
      if case .failed(let reason) = ending { job.error = reason }
    }
    JobReporter(job: id, book: book, publish: publish).status()
  }

  private func picturesFolder(_ id: String) -> String { "\(configuration.dataFolder)/frames/\(id)" }

  private static func notFound(_ id: String) -> AppError { AppError(.notFound, "Job \(id) not found.") }

  /// ``Guarded/withLock(_:)`` for bodies that throw ``AppError``: `rethrows` forgets the type.
  private func locked<Result>(_ body: (inout State) throws(AppError) -> Result) throws(AppError) -> Result {
    let result = state.withLock { state in
      Swift.Result { () throws(AppError) in try body(&state) }
    }
    return try result.get()
  }
}
