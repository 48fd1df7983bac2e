import Domain
import JSONValues
import Net
import Store
import Synchronization

/// Takes in what others report of jobs that they run, in the order in which it comes.
///
/// Of each job it knows how the job will stand once everything that was taken is stored: whether more may be said of it,
/// and what a list is told. Nobody waits here for another's commit.
package final class ExternalReports: Sendable {
  /// Told the position of the last message once all is stored and told, or why nothing was taken.
  package typealias Done = @Sendable (Result<StreamPosition?, AppError>) -> Void

  private let book: JobBook
  private let publisher: Publisher
  /// Milliseconds of a clock that stands still while the machine sleeps.
  private let uptime: @Sendable () -> Int
  private let state = Mutex(State())

  private struct State {
    /// Jobs with reports that are not yet stored.
    var pending: [String: Pending] = [:]
    /// When each job was last reported about, or first looked at, by ``uptime``.
    var heardAt: [String: Int] = [:]
    var lastReport = 0
  }

  private struct Pending {
    /// As it will stand.
    var job: Job
    /// What was submitted and is not yet stored, in that order.
    var reports: [(number: Int, items: [Publication.Item])] = []
  }

  /// Plugins that one job may name, in whatever kind of message: each is a part of its state.
  static let maxPlugins = 100

  init(book: JobBook, publisher: Publisher, uptime: @escaping @Sendable () -> Int) {
    self.book = book
    self.publisher = publisher
    self.uptime = uptime
  }

  /// The position of what is stored of a job; nil where it is gone.
  func position(_ id: String) throws(AppError) -> StreamPosition? {
    let job = try read { () throws(StoreError) in try book.job(id) }
    return job.map { StreamPosition(epoch: book.store.epoch, offset: $0.offset) }
  }

  /// - Parameter done: called once, on any thread; with `conflict` where the job is done, `storageFull` where it can't be
  ///   stored now.
  func report(
    _ messages: [ReportedMessage], into id: String, key: IdempotencyKey?, now: Timestamp, done: @escaping Done
  ) {
    state.withLock { $0.heardAt[id] = uptime() }
    take(id, done) { job throws(AppError) in
      guard !messages.isEmpty else { throw AppError(.unprocessable, "There is no message in the request.") }
      var items: [Publication.Item] = []
      for reported in messages {
        guard !job.status.isFinal else { throw Self.isDone(job) }
        items += try Self.items(reported.message, &job, now)
      }
      return Publication(items, changes: key.map { [.key($0)] } ?? [], isRefusable: true)
    }
  }

  /// A person has had enough of the job: whoever reports it is told so with the next report. Waits until it is stored.
  func cancel(_ job: Job, now: Timestamp) throws(AppError) {
    let answer = Guarded<Result<StreamPosition?, AppError>?>(nil)
    end(job.id, .cancelled, now) { result in answer.withLock { $0 = result } }
    _ = try answer.wait { $0 }.get()
  }

  /// Jobs of which nobody has said anything for so long have failed: whoever ran them is gone. Time in which nobody could
  /// report, because the server or its machine stood still, does not count.
  /// - Parameter timeout: milliseconds.
  func endAbandoned(after timeout: Int64, now: Timestamp) {
    let ids = book.active.filter { $0.kind == .external }.map(\.id)
    let latest = uptime() - Int(timeout)
    let silent = state.withLock { state in
      let known = state.heardAt
      state.heardAt = Dictionary(uniqueKeysWithValues: ids.map { ($0, known[$0] ?? uptime()) })
      return ids.filter { state.heardAt[$0, default: .max] < latest }
    }
    // The next look takes the next ones, and those that can't be stored now.
    for id in silent.prefix(Self.maxEndedAtOnce) {
      let reason = "Nothing was reported about the job for \(Self.words(for: timeout)), so it counts as abandoned."
      end(id, .failed, because: reason, ifSilentSince: latest, now) { _ in }
    }
  }

  private static let maxEndedAtOnce = 100

  private func end(
    _ id: String, _ status: JobStatus, because reason: String? = nil, ifSilentSince latest: Int = .max,
    _ now: Timestamp, done: @escaping Done
  ) {
    take(id, ifSilentSince: latest, done) { job throws(AppError) in
      guard !job.status.isFinal else { throw Self.isDone(job) }
      var ended = job
      if let reason { ended.error = reason }
      ended.end(status, now)
      return Publication(Self.items(status: ended, &job), isRefusable: true)
    }
  }

  private static func words(for milliseconds: Int64) -> String {
    let minutes = milliseconds / 60_000
    return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes) min"
  }

  // MARK: One after another

  /// Makes a publication from how the job will stand, and says when it is stored.
  private func take(
    _ id: String, ifSilentSince latest: Int = .max, _ done: @escaping Done,
    _ make: (inout Job) throws(AppError) -> Publication
  ) {
    let word = Word()
    let taken = state.withLock { state -> Result<Int?, AppError> in
      do throws(AppError) {
        guard var entry = state.pending[id] ?? book.active(id).map({ Pending(job: $0) }) else { return .success(nil) }
        guard state.heardAt[id, default: 0] < latest else { throw AppError(.conflict, "Job \(id) is reported again.") }
        let publication = try make(&entry.job)
        state.lastReport += 1
        let number = state.lastReport
        entry.reports.append((number, publication.items))
        state.pending[id] = entry
        // Under the lock, so that what comes first is stored first.
        publisher.submit(publication) { [self] result in
          if word.came(result) { settle(number, of: id, result, done) }
        }
        return .success(number)
      } catch {
        return .failure(error)
      }
    }
    switch taken {
    case .success(nil): done(.failure(isOver(id)))
    case .success(let number?): if let result = word.release() { settle(number, of: id, result, done) }
    case .failure(let error): done(.failure(error))
    }
  }

  private func settle(_ number: Int, of id: String, _ result: Result<StreamPosition?, AppError>, _ done: Done) {
    state.withLock { state in
      guard var entry = state.pending[id] else { return }
      entry.reports.removeAll { $0.number == number }
      // What was refused is not how the job will stand, but what is still under way is.
      if case .failure = result, let stored = book.active(id) {
        entry.job = stored
        for item in entry.reports.flatMap(\.items) where item.topic == stored.topic { entry.job.apply(item.message) }
      }
      state.pending[id] = entry.reports.isEmpty ? nil : entry
    }
    done(result)
  }

  /// The word on a publication, which may come while whoever submits it still holds the lock.
  private final class Word: Sendable {
    private enum State {
      case awaited
      case early(Result<StreamPosition?, AppError>)
      case released
    }
    private let state = Mutex(State.awaited)

    /// - Returns: whether it can be passed on at once.
    func came(_ result: Result<StreamPosition?, AppError>) -> Bool {
      state.withLock { state in
        if case .released = state { return true }
        state = .early(result)
        return false
      }
    }

    /// From now on it can be.
    /// - Returns: the word, where it came before.
    func release() -> Result<StreamPosition?, AppError>? {
      state.withLock { state in
        defer { state = .released }
        if case .early(let result) = state { return result }
        return nil
      }
    }
  }

  /// The job no longer waits or runs.
  private func isOver(_ id: String) -> AppError {
    guard let job = try? book.job(id) else { return AppError(.notFound, "Job \(id) not found.") }
    return Self.isDone(job)
  }

  private static func isDone(_ job: Job) -> AppError {
    let end = job.status == .cancelled ? "was cancelled" : "has \(job.status.rawValue)"
    return AppError(.conflict, "Job \(job.id) \(end): nothing more can be reported.")
  }

  // MARK: What is published

  private static func items(
    _ message: RealtimeMessage, _ job: inout Job, _ now: Timestamp
  ) throws(AppError) -> [Publication.Item] {
    if let plugin = message.payload["plugin"]?.stringValue, job.isFull(without: plugin, most: maxPlugins) {
      throw AppError(.unprocessable, "The job has \(maxPlugins) plugins already, and \"\(plugin)\" is none of them.")
    }
    guard message.type != .jobStatus else {
      var changed = job
      // Nothing else of it is the reporter's to say.
      var said = JSONObject()
      for field in ["status", "name", "error"] { said[field] = message.payload[field] }
      changed.apply(RealtimeMessage(.jobStatus, said))
      guard changed.status.isFinal else { return items(status: changed, &job, at: message.timestamp) }
      let rest = changed.status == .succeeded ? completion(of: &job, at: message.timestamp) : []
      (changed.progress, changed.stage) = (job.progress, job.stage)
      changed.end(changed.status, now)
      return rest + items(status: changed, &job, at: message.timestamp)
    }
    let percent = job.progress
    job.apply(message)
    let item = Publication.Item(message, to: job.topic)
    let isNews = message.type == .progress && job.progress?.rounded(.down) != percent?.rounded(.down)
    return isNews ? [item, .init(message.digest(of: job), to: .jobs)] : [item]
  }

  /// What the success of a job says without words: all of it is done, and so is every plugin that was at work.
  private static func completion(of job: inout Job, at time: Timestamp) -> [Publication.Item] {
    var messages: [RealtimeMessage] = []
    for var state in job.pluginStates where state.status == .started || state.status == .running {
      state.status = .completed
      messages.append(.pluginStatus(job: job, state))
    }
    if job.progress != 100 {
      messages.append(.progress(job: job, progress: 100, stage: "Done"))
    }
    return messages.map { message in
      var message = message
      message.timestamp = time
      job.apply(message)
      return .init(message, to: job.topic)
    }
  }

  /// The whole state of the job, as lists need it: the reporter named only what changed.
  private static func items(status changed: Job, _ job: inout Job, at time: Timestamp = .now()) -> [Publication.Item] {
    var message = RealtimeMessage.jobStatus(changed)
    message.timestamp = time
    job.apply(message)
    return [.init(message, to: job.topic), .init(message, to: .jobs)]
  }
}

extension Job {
  /// Whether the job's state tells of so many plugins already, and this is none of them.
  fileprivate func isFull(without plugin: String, most: Int) -> Bool {
    guard pluginStates.count + results.count >= most, results[plugin] == nil,
      !pluginStates.contains(where: { $0.plugin == plugin })
    else { return false }
    return Set(pluginStates.map(\.plugin)).union(results.members.map(\.key)).count >= most
  }

  fileprivate mutating func end(_ status: JobStatus, _ now: Timestamp) {
    self.status = status
    finishedAt = now
  }
}
