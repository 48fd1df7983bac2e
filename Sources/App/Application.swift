import Assets
import Dispatch
import Domain
import JSONValues
import Jobs
import Net
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

/// The whole product, wired: who publishes to whom, which address is answered by what.
package final class Application: Sendable {
  package static let version = "0.1.0"

  let configuration: Configuration
  package let log: Log
  /// Nil where the log goes elsewhere.
  let logWriter: LogWriter?
  /// What was said and done: all of it is here before anybody hears of it.
  let store: Store
  let storeThread: StoreThread
  let hub: EventHub
  let uploads: UploadStore
  let jobs: JobService
  let realtime: RealtimeService
  let assets: AssetSource
  /// How many sockets may be open at once.
  private let maxSockets: Int
  let startedAt = Milliseconds.monotonic()
  let startTime = Timestamp.now()
  let jobMetrics: JobMetrics
  let census = LoopCensus()
  private let serving = Mutex(Serving())

  /// - Parameter address: the URL at which it will serve, for whoever finds its data folder taken.
  /// - Throws: ``AppError`` where a folder can't be used.
  package init(_ configuration: Configuration, log: Log? = nil, address: String? = nil) throws {
    self.configuration = configuration
    assets = try AssetSource(webRoot: configuration.webRoot)
    let writer = log == nil ? LogWriter(descriptor: STDERR_FILENO, format: configuration.logFormat) : nil
    let log =
      log ?? Log(level: configuration.logLevel, format: configuration.logFormat) { line in writer?.append(line) }
    self.log = log
    logWriter = writer
    var generator = SystemRandomNumberGenerator()
    let store = try Store(folder: configuration.data, address: address) {
      StreamPosition.randomEpoch(using: &generator)
    }
    let book = try JobBook(store)
    if store.readableAfter > store.prunedThrough {
      log(.error, "messages of a job that goes on are damaged", ["newest": .int(store.readableAfter)])
    }
    let hub = EventHub(epoch: store.epoch, after: store.newestOffset, history: History(store, log))
    let uploads = UploadStore(folder: "\(configuration.data)/uploads")
    let jobMetrics = JobMetrics(plugins: PluginCatalogue.builtIn.names)
    let storeThread = StoreThread(store: store, hub: hub, book: book, log: log) { publication in
      for item in publication.items {
        if item.message.type == .jobStatus, item.topic != .jobs { log(.info, "job", Self.logValues(item.message)) }
        jobMetrics.note(item.message, item.topic)
      }
    }
    let jobs = JobService(
      configuration: .init(
        maximumRunning: configuration.jobs, dataFolder: configuration.data, reportTimeout: configuration.reportTimeout),
      sources: SourceRoot(root: configuration.sourceRoot, uploads: uploads.folder), book: book,
      publisher: storeThread.publisher)
    // Elsewhere: nobody's commit waits for the removal of a thousand folders.
    let files = DispatchQueue(label: "files")
    files.async { jobs.removeOrphans() }
    storeThread.start(
      retention: configuration.retention, forget: { job in files.async { jobs.forget(job) } },
      tidy: { jobs.endAbandoned() })
    jobs.failWhatRan()
    self.store = store
    self.storeThread = storeThread
    self.hub = hub
    self.uploads = uploads
    self.jobs = jobs
    self.jobMetrics = jobMetrics
    maxSockets = configuration.maxSockets(openFiles: Configuration.raiseOpenFileLimit())
    realtime = RealtimeService(
      hub: hub,
      connectionLimits: .init(
        total: Configuration.maxStreams(sockets: maxSockets), perSession: configuration.maxConnectionsPerSession),
      sessionLimits: .init(
        pingInterval: configuration.heartbeatInterval, silence: configuration.heartbeatTimeout),
      metadata: jobs.catalogue.metadata.map { .metadata($0) },
      jobs: JobSnapshots(jobs))
  }

  /// Starts to serve.
  /// - Parameters:
  ///   - socket: from ``Configuration/listen()``, before the folder was opened; nil to listen only now.
  ///   - extra: addresses beside the product's.
  ///   - clock: what deadlines and heartbeats go by.
  /// - Throws: ``NetError`` where the address can't be had.
  package func serve(
    on socket: ListeningSocket? = nil, _ extra: ExtraRoutes? = nil, clock: LoopClock = .monotonic
  ) throws -> HTTPServer {
    var limits = ServerLimits()
    limits.maxConnections = maxSockets
    let realtime = realtime
    let server = try HTTPServer(
      socket: try socket ?? ListeningSocket(host: configuration.host, port: configuration.port),
      threads: configuration.threads,
      router: Router(routes + (extra?.routes ?? [])), limits: limits, hooks: hooks, clock: clock,
      makeStreams: { waker in
        let loop = RealtimeLoop(service: realtime, waker: waker)
        return extra.map { ExtraStreams(loop, $0) { [self] message, topic in publish(message, to: topic) } } ?? loop
      })
    serving.withLock { $0.server = server }
    jobs.runWhatWaited()
    return server
  }

  /// The server that serves this application, while there is one.
  var server: HTTPServer? { serving.withLock { $0.server } }

  private struct Serving {
    /// Not held: the server holds the routes, and the routes the application.
    weak var server: HTTPServer?
  }

  /// Takes the sample clip as a job, slow enough to be watched.
  package func startSampleJob() throws {
    guard let source = SampleClip.install(in: uploads) else {
      throw AppError(
        .storageFull, "The sample clip could not be written to \(uploads.folder). Pass another --data folder.")
    }
    _ = try jobs.create(
      JobRequest(source: source, plugins: jobs.catalogue.names, options: ["pace": "realtime"], name: "Sample: harbour"))
  }

  /// Lets running work end.
  package func stop() { jobs.shutDown() }

  /// Stores what still waits for it and closes the store: the last thing to happen, when nothing is published any more.
  /// - Parameter patience: milliseconds, where the disk takes nothing.
  package func close(patience: Int = 10_000) { storeThread.stop(patience: patience) }

  /// Stores a message and makes it visible to every subscriber of the topic, in the order of the calls.
  package func publish(_ message: RealtimeMessage, to topic: Topic) {
    storeThread.publisher.publish(Publication([.init(message, to: topic)]))
  }

  /// Writes what the log still holds, as the last thing before the process ends.
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
