import Assets
import Delivery
import Dispatch
import Domain
import JSONValues
import Jobs
import Net
import Processes
import Publishing
import Realtime
import Server
import Store
import Synchronization
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The product, wired together.
package final class Application: Sendable {
  package static let version = "0.1.0"

  let configuration: Configuration
  package let log: Log
  /// Nil if the caller passed a log.
  let logWriter: LogWriter?
  /// Numbered messages and the rows that they change are stored here before they are sent.
  let store: Store
  let storeThread: StoreThread
  let hub: EventHub
  let uploads: UploadStore
  let jobs: JobService
  let realtime: RealtimeService
  /// Every message type of the product and its features.
  let messageTable: MessageTable
  private let featureParts: [Feature.Parts]
  /// The current round of housekeeping, if one is running.
  private let tidying = Mutex<Task<Void, Never>?>(nil)
  /// Removes files on a separate queue, so that no commit waits until a thousand folders are removed.
  private let files = DispatchQueue(label: "files")
  let assets: AssetSource
  /// The maximum number of open sockets.
  private let maxSockets: Int
  let startedAt = Milliseconds.monotonic()
  let startTime = Timestamp.now()
  let jobMetrics: JobMetrics
  let census = LoopCensus()
  private let serving = Mutex(Serving())

  /// - Parameters:
  ///   - address: its URL, for the error of a second server that finds the data folder in use.
  ///   - features: the features besides jobs.
  /// - Throws: ``AppError`` if a folder can't be used.
  package init(
    _ configuration: Configuration, features: [Feature] = [], log: Log? = nil, address: String? = nil
  ) throws {
    self.configuration = configuration
    assets = try AssetSource(webRoot: configuration.webRoot, adding: features.flatMap(\.assets))
    let writer = log == nil ? LogWriter(descriptor: STDERR_FILENO, format: configuration.logFormat) : nil
    let log =
      log ?? Log(level: configuration.logLevel, format: configuration.logFormat) { line in writer?.append(line) }
    self.log = log
    logWriter = writer
    var generator = SystemRandomNumberGenerator()
    let topicKinds = TopicTable.core.adding(features.flatMap(\.topics))
    let store = try Store(
      folder: configuration.data, address: address, features: features.map(\.tables), topicKinds: topicKinds,
      clockPatience: min(configuration.retention, Self.longestClockPatience),
      migrating: MigrationLog(log).note
    ) {
      StreamPosition.randomEpoch(using: &generator)
    }
    let book = try JobBook(store)
    let parts = try features.map { try $0.makeParts(store) }
    let projections: [any Projection] = [book] + parts.map(\.projection)
    if store.readableAfter > store.prunedThrough {
      log(.error, "stored messages are damaged", values: ["newest": .int(store.readableAfter)])
    }
    let hub = EventHub(epoch: store.epoch, after: store.newestOffset, history: History(store, log: log))
    let uploads = UploadStore(
      folder: "\(configuration.data)/uploads", latestTime: { store.latestTime },
      checkFolder: { () throws(AppError) in
        do throws(StoreError) { try store.checkFiles() } catch { throw error.appError }
      })
    let jobMetrics = JobMetrics(plugins: PluginCatalogue.builtIn.names)
    let storeThread = StoreThread(store: store, hub: hub, projections: projections, log: log) { publication in
      // The digest repeats messages of the job's topic.
      for item in publication.items where item.topic != .jobs {
        if item.message.type == .jobStatus { log(.info, "job", values: Self.logValues(item.message)) }
        jobMetrics.observe(item.message)
      }
      for record in publication.records { jobMetrics.observe(record.message) }
    }
    let jobs = JobService(
      configuration: .init(
        maximumRunning: configuration.jobs, dataFolder: configuration.data, reportTimeout: configuration.reportTimeout),
      sources: SourceRoot(root: configuration.sourceRoot, uploads: uploads), book: book,
      publisher: storeThread.publisher)
    files.async { jobs.removeOrphans() }
    self.store = store
    self.storeThread = storeThread
    self.hub = hub
    self.uploads = uploads
    self.jobs = jobs
    self.jobMetrics = jobMetrics
    maxSockets = configuration.maxSockets(openFiles: OwnProcess.raiseOpenFileLimit())
    realtime = RealtimeService(
      hub: hub,
      connectionLimits: .init(
        total: Configuration.maxStreams(sockets: maxSockets), perSession: configuration.maxConnectionsPerSession),
      sessionLimits: .init(
        pingInterval: configuration.heartbeatInterval, silence: configuration.heartbeatTimeout),
      topicKinds: topicKinds, storage: { storeThread.failure }, metadata: jobs.catalogue.metadata.map { .metadata($0) },
      snapshots: Snapshots(projections))
    messageTable = MessageTable.core.adding(features.flatMap(\.messages))
    featureParts = parts
    storeThread.start(
      .init(
        retention: configuration.retention,
        removeFiles: { [files] job in files.async { jobs.forget(job) } },
        tidy: { [weak self] in self?.tidy() }))
    jobs.failWhatRan()
  }

  /// The longest time until a clock that jumped is believed, in milliseconds: one day.
  private static let longestClockPatience: Int64 = 86_400_000

  /// Fails abandoned jobs, stores cancellations that could not be stored, and removes uploads that are no longer used.
  /// Called on the store's thread, which must not wait for a commit.
  private func tidy() {
    tidying.withLock { [jobs] running in
      running?.cancel()
      running = Task { await jobs.failAbandoned() }
    }
    files.async { [self] in removeExpiredUploads() }
  }

  private func removeExpiredUploads() {
    let names = uploads.removeExpired(
      now: store.earliestTime, retention: configuration.retention, inUse: jobs.sourcesInUse)
    if !names.isEmpty {
      log(
        .info, "unused uploads removed",
        values: ["count": .int(names.count), "names": .array(names.prefix(10).map(JSON.string))])
    }
  }

  /// Starts the server.
  /// - Parameters:
  ///   - socket: from ``Configuration/listen()``, called before the folder was opened; nil to listen now.
  ///   - extra: routes besides those of the product.
  ///   - clock: for deadlines and heartbeats.
  ///   - identify: names the caller of a request that the access policy lets pass, or refuses it by throwing. Without
  ///     accounts every caller is the local admin.
  /// - Throws: ``NetError`` if the server can't listen there.
  package func serve(
    on socket: ListeningSocket? = nil, _ extra: ExtraRoutes? = nil, clock: LoopClock = .monotonic,
    identify: @escaping @Sendable (RequestHead) throws -> Caller = { _ in .localAdmin }
  ) throws -> HTTPServer {
    var limits = ServerLimits()
    limits.maxConnections = maxSockets
    let realtime = realtime
    let server = try HTTPServer(
      socket: try socket ?? ListeningSocket(host: configuration.host, port: configuration.port),
      threads: configuration.threads,
      router: Router(routes + (extra?.routes ?? [])), limits: limits, hooks: hooks(identify: identify), clock: clock,
      makeStreams: { waker in
        let loop = RealtimeLoop(service: realtime, waker: waker)
        return extra.map { ExtraStreams(loop, $0) { [self] message, topic in publish(message, to: topic) } } ?? loop
      })
    serving.withLock { $0.server = server }
    jobs.runWhatWaited()
    return server
  }

  /// The running server; nil before it starts and after it stopped.
  var server: HTTPServer? { serving.withLock { $0.server } }

  private struct Serving {
    /// Weak, because the server holds the routes, which hold the application.
    weak var server: HTTPServer?
  }

  /// The routes of the features.
  var featureRoutes: [Route] {
    let host = FeatureHost(publisher: storeThread.publisher, pageContext: { [self] in pageContext })
    return featureParts.flatMap { $0.routes(host) }
  }

  /// Starts a job with the sample clip, slow enough to be watched. Blocks until it is stored.
  package func startSampleJob() throws {
    guard let source = SampleClip.install(in: uploads) else {
      throw AppError(
        .storageFull, "The sample clip could not be written to \(uploads.folder). Pass another --data folder.")
    }
    let request = JobRequest(
      .pipeline(PipelineWork(source: source, plugins: jobs.catalogue.names, options: ["pace": "realtime"])),
      name: "Sample: harbour")
    let outcome = Guarded<Result<Void, any Error>?>(nil)
    Task { [jobs] in
      let result: Result<Void, any Error>
      do {
        _ = try await jobs.create(request)
        result = .success(())
      } catch {
        result = .failure(error)
      }
      outcome.withLock { $0 = result }
    }
    try outcome.wait { $0 }.get()
  }

  /// Ends running work.
  package func stop() {
    tidying.withLock { $0?.cancel() }
    jobs.shutDown()
  }

  /// Stores what still waits, and closes the store. To be called last, when nothing is published any more.
  /// - Parameter patience: how many milliseconds to wait for a full disk.
  package func close(patience: Int = 10_000) { storeThread.stop(patience: patience) }

  /// Publishes a message to every subscriber of the topic: a numbered one when it has been stored, in the order of the
  /// calls, any other one at once.
  package func publish(_ message: RealtimeMessage, to topic: Topic) {
    let publisher = storeThread.publisher
    if message.type.hasPosition {
      publisher.publish(Publication([.init(message, to: topic)]))
    } else {
      publisher.tell(message, topic)
    }
  }

  /// Writes the rest of the log. Call it last, before the process exits.
  package func finishLog() { logWriter?.finish(patience: 1_000) }

  var uptimeSeconds: Int { (Milliseconds.monotonic() - startedAt) / 1000 }

  private static func logValues(_ message: RealtimeMessage) -> JSONObject {
    var values = JSONObject()
    for key in ["job_id", "status", "error"] {
      if let value = message.payload[key], value != .null { values[key] = value }
    }
    return values
  }
}
