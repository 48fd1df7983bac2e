import Domain
import Imaging
import JSONValues
import Jobs
import Net
import Store
import Synchronization
import TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A grey picture painted by a closure.
func plane(_ width: Int, _ height: Int, level: (_ x: Int, _ y: Int) -> UInt8) -> Plane {
  Plane(width: width, height: height, bytes: (0..<width * height).map { level($0 % width, $0 / width) })
}

func frame(_ id: Int, _ luma: Plane) -> SourceFrame {
  let picture = Picture(width: luma.width, height: luma.height, format: .grey, bytes: luma.bytes)
  return SourceFrame(id: id, .picture(picture))
}

/// A y4m video of grey pictures, one for each level.
func video(levels: [UInt8], width: Int = 8, height: Int = 8) -> [UInt8] {
  let header = PlanarPicture.y4mHeader(width: width, height: height, format: .mono, frameRate: 30)
  return levels.reduce(header) { bytes, level in
    bytes + Array("FRAME\n".utf8) + [UInt8](repeating: level, count: width * height)
  }
}

/// Stores what is published, at once and on the publisher's thread, and records it. It has no subscribers.
final class Recorder: Sendable {
  private struct State {
    var all: [(topic: Topic, message: RealtimeMessage)] = []
    var offset = 0
    var sequences: [Topic: Int] = [:]
    var failure: StoreError?
    var isFull = false
    /// Publications that wait; nil if they are stored at once.
    var held: [Held]?
  }

  private typealias Held = (publication: Publication, completion: Publisher.Completion?)

  let store: Store
  let book: JobBook
  private let published: Guarded<State>

  init(folder: String, readClock: @escaping @Sendable () -> ClockReading = ClockReading.now) throws {
    store = try Store(folder: folder, readClock: readClock) { "test" }
    book = try JobBook(store)
    published = Guarded(State(offset: store.newestOffset))
  }

  /// Makes every store fail from now on; nil ends that.
  func fail(with failure: StoreError?) {
    published.withLock { state in
      state.failure = failure
      if failure == nil { state.isFull = false }
    }
  }

  /// Makes publications wait for room until ``fail(with:)`` is called with nil.
  func fill() { published.withLock { $0.isFull = true } }

  var publisher: Publisher {
    Publisher(
      enqueue: { [self] publication, isAbandoned in
        while published.withLock(\.isFull) {
          if isAbandoned() { return }
          usleep(1_000)
        }
        if !hold(publication) { record(publication) }
      },
      submit: { [self] publication, completion in
        guard !hold(publication, completion) else { return }
        // On another thread, as the journal does: the publisher may hold a lock that its completion needs.
        let result = record(publication)
        Thread(name: "journal") { completion(result) }.detach()
      },
      tell: { [self] message, topic in published.withLock { $0.all.append((topic, message)) } })
  }

  /// Makes publications wait from now on, as a slow disk does.
  func hold() { published.withLock { $0.held = [] } }

  /// - Returns: Whether publications wait.
  private func hold(_ publication: Publication, _ completion: Publisher.Completion? = nil) -> Bool {
    published.withLock { state in
      state.held?.append((publication, completion))
      return state.held != nil
    }
  }

  /// Stores the oldest publication that waits, or refuses it.
  func settleOldest(refusing failure: StoreError? = nil) {
    let oldest = published.withLock { $0.held?.removeFirst() }
    guard let oldest else { return }
    oldest.completion?(failure.map { .failure($0.appError) } ?? record(oldest.publication))
  }

  /// Stores the oldest publication that waits, but answers only when the returned function is called.
  func storeOldest() -> @Sendable () -> Void {
    guard let oldest = published.withLock({ $0.held?.removeFirst() }) else { return {} }
    let result = record(oldest.publication)
    return { oldest.completion?(result) }
  }

  /// Stores everything that waits, and from now on at once.
  func release() {
    func next() -> Held? {
      published.withLock { state in
        guard state.held?.isEmpty == false else {
          state.held = nil
          return nil
        }
        return state.held?.removeFirst()
      }
    }
    while let held = next() {
      let result = record(held.publication)
      held.completion?(result)
    }
  }

  /// Returns once so many publications wait.
  func waitUntilHeld(_ count: Int) async { await wait { $0.held?.count == count } }

  /// Returns once there is such a message.
  func waitUntilSent(_ topic: Topic, _ matches: @escaping @Sendable (RealtimeMessage) -> Bool) async {
    await wait { state in state.all.contains { $0.topic == topic && matches($0.message) } }
  }

  /// Holds no thread of the pool, which the tasks that are waited for need.
  private func wait(until isTrue: @escaping @Sendable (State) -> Bool) async {
    await withCheckedContinuation { continuation in
      Thread(name: "wait") { [self] in
        published.wait { isTrue($0) ? () : nil }
        continuation.resume()
      }.detach()
    }
  }

  @discardableResult
  private func record(_ publication: Publication) -> Result<StreamPosition?, AppError> {
    published.withLock { state in
      if let failure = state.failure { return .failure(failure.appError) }
      var batch = StoreBatch()
      let offsets = state.offset + 1..<state.offset + 1 + publication.items.count
      for item in publication.items {
        state.offset += 1
        var sequence = 0
        if item.message.type.isNumbered {
          state.all.append((item.topic, item.message))
          state.sequences[item.topic, default: 0] += 1
          sequence = state.sequences[item.topic] ?? 0
        }
        batch.messages.append(
          StoredMessage(
            offset: state.offset, topic: item.topic, sequence: sequence, type: item.message.type,
            at: item.message.timestamp, json: JSON.object(item.message.json).encoded()))
      }
      let committed = book.fold([NumberedPublication(publication, offsets: offsets)], into: &batch)
      do throws(StoreError) { try store.write(batch) } catch { return .failure(error.appError) }
      committed()
      return .success(offsets.last.map { StreamPosition(epoch: "test", offset: $0) })
    }
  }

  func messages(_ topic: Topic) -> [RealtimeMessage] {
    published.withLock { state in state.all.filter { $0.topic == topic }.map(\.message) }
  }

  /// Blocks until there is such a message.
  func wait(_ topic: Topic, for matches: (RealtimeMessage) -> Bool) {
    published.wait { state in state.all.contains { $0.topic == topic && matches($0.message) } ? () : nil }
  }

  /// A line for each message of a job: its type, and the fields whose values a test can predict.
  func story(_ job: String) -> [String] {
    messages(.job(job)).map { message in
      let fields = ["plugin", "status", "frame_id", "progress", "severity"].compactMap { message.payload[$0] }
      return ([message.type.rawValue] + fields.map(Self.text)).joined(separator: " ")
    }
  }

  private static func text(_ value: JSON) -> String {
    value.stringValue ?? value.doubleValue.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" } ?? "-"
  }
}

/// The code of the ``AppError`` that `body` throws; nil if it throws none.
func errorCode(_ body: () throws -> some Any) -> AppError.Code? {
  do {
    _ = try body()
    return nil
  } catch {
    return (error as? AppError)?.code
  }
}

/// As above.
func errorCode(_ body: () async throws -> some Any) async -> AppError.Code? {
  do {
    _ = try await body()
    return nil
  } catch {
    return (error as? AppError)?.code
  }
}

/// A service with its own folder and store, and a clock that the test sets.
struct Bench {
  private static let count = Atomic<Int64>(0)

  let folder: TemporaryFolder
  let recorder: Recorder
  /// The time of day and, unless a test sets one of them alone, of every other clock.
  let clock = Guarded(Timestamp(milliseconds: 1_770_000_000_000))
  /// How far the time of day is wrong, in milliseconds.
  let clockError = Guarded<Int64>(0)
  let service: JobService
  let sources: SourceRoot
  let uploads: UploadStore

  init(
    plugins: [PluginFactory] = [], maximumRunning: Int = 1, maximumQueued: Int = 100,
    maximumPictureBytes: Int = 1 << 20, latestTime: @escaping @Sendable () -> Timestamp = Timestamp.now,
    after previous: Bench? = nil
  ) throws {
    folder = previous?.folder ?? TemporaryFolder()
    uploads = UploadStore(folder: "\(folder.path)/uploads", latestTime: latestTime)
    sources = SourceRoot(root: "\(folder.path)/root", uploads: uploads)
    let now: @Sendable () -> Timestamp = { [clock, clockError] in
      Timestamp(milliseconds: clock.withLock { $0.milliseconds } + clockError.withLock { $0 })
    }
    let steady: @Sendable () -> Int = { [clock] in clock.withLock { Int($0.milliseconds) } }
    recorder = try Recorder(
      folder: "\(folder.path)/data", readClock: { ClockReading(wall: now(), sinceBoot: steady()) })
    if previous == nil { try Self.skipNumbers(recorder.store) }
    service = JobService(
      configuration: JobService.Configuration(
        maximumRunning: maximumRunning, maximumQueued: maximumQueued, dataFolder: "\(folder.path)/data",
        maximumPictureBytes: maximumPictureBytes),
      sources: sources,
      catalogue: PluginCatalogue(PluginCatalogue.builtIn.factories + plugins),
      book: recorder.book, now: now, sinceBoot: steady, uptime: steady, publisher: recorder.publisher)
    mkdir("\(folder.path)/root", 0o755)
  }

  /// Jobs of each bench are numbered from another start, so that no two tests share a job's id.
  private static func skipNumbers(_ store: Store) throws {
    var last = Job(id: "last", name: "", work: .external, createdAt: Timestamp(milliseconds: 0))
    last.number = Int(Self.count.add(1, ordering: .relaxed).newValue) * 1000
    try Self.store(last, in: store)
    var batch = StoreBatch()
    batch.removedJobs = [last.id]
    try store.write(batch)
  }

  private static func store(_ job: Job, in store: Store) throws {
    var batch = StoreBatch()
    batch.jobs = [job]
    try store.write(batch)
  }

  /// Stores a job as an earlier server left it.
  func store(_ job: Job) throws { try Self.store(job, in: recorder.store) }

  func write(_ name: String, _ bytes: [UInt8]) { folder.write(bytes, to: "root/\(name)") }

  /// Creates a job and waits for its end.
  func run(_ request: JobRequest) async throws -> Job {
    let job = try await service.create(request)
    service.waitUntilIdle()
    return try service.job(job.id, frames: Job.maxFramesKept)
  }
}
