import Dispatch
import Domain
import Jobs
import Metrics
import Net
import Realtime
import Store
import Synchronization

/// The one thread on which what is published is stored, and then told. Between two batches it removes what is over.
final class StoreThread: Sendable {
  /// What was stored and told, and what waits for it.
  let journal: Journal
  private let store: Store
  private let log: Log
  private let news: DispatchSemaphore
  private let state = Guarded(State())

  private struct State {
    /// Turns so far: whoever found the journal full tries again after the next.
    var turns = 0
    /// Monotonic milliseconds after which nobody waits for the rest; nil while the server runs.
    var deadline: Int?
    var isOver = false
  }

  private let health: Health

  /// Milliseconds between two looks at what is over.
  private static let pruningInterval = 60_000

  /// - Parameter told: called for each publication when it is stored and told.
  init(
    store: Store, hub: EventHub, book: JobBook, log: Log, told: @escaping @Sendable (Publication) -> Void
  ) {
    self.store = store
    self.log = log
    let health = Health(log)
    self.health = health
    let news = DispatchSemaphore(value: 0)
    self.news = news
    journal = Journal(
      hub: hub, line: MessageLine(epoch: store.epoch, after: store.newestOffset),
      lastSequence: { topic in try health.watchReading { () throws(StoreError) in try store.lastSequence(of: topic) } },
      commit: { entries in
        let changes = book.changes(
          of: entries.lazy.map { ($0.publication, offsets: $0.messages.map { $0.position?.offset }) })
        let batch = StoreBatch(entries.lazy.flatMap(\.messages), changes)
        if !batch.isEmpty { try health.watch { () throws(StoreError) in try store.write(batch) } }
        return {
          book.note(changes)
          for entry in entries { told(entry.publication) }
        }
      },
      wake: { news.signal() })
  }

  /// Begins to store.
  /// - Parameters:
  ///   - retention: milliseconds for which jobs that are done are kept.
  ///   - forget: removes the files of a job that is gone.
  ///   - tidy: ends what should have ended. Called now and then, must not wait for anything to be stored.
  func start(
    retention: Int64, forget: @escaping @Sendable (_ job: String) -> Void, tidy: @escaping @Sendable () -> Void
  ) {
    Thread(name: "store") { [self] in run(retention, forget, tidy) }.detach()
  }

  /// Stores what waits, for as long as the patience lasts, and closes the store. To be called when nobody publishes any
  /// more.
  /// - Parameter patience: milliseconds.
  func stop(patience: Int) {
    state.withLock { $0.deadline = Milliseconds.monotonic() + patience }
    news.signal()
    state.wait { $0.isOver ? () : nil }
  }

  /// Whether the last attempt to store something failed.
  var isFailing: Bool { health.isFailing }

  // MARK: Publishing

  var publisher: Publisher {
    Publisher(
      publish: { [self] publication in
        var turns = state.withLock { $0.turns }
        while !journal.publish(publication) {
          let isOver = state.wait { state -> Bool? in
            guard state.turns != turns || state.isOver else { return nil }
            turns = state.turns
            return state.isOver
          }
          if isOver { return }
        }
      },
      submit: { [self] publication, completion in
        let isTaken = journal.publish(publication) { result in completion(result.mapError(Self.appError)) }
        guard !isTaken else { return }
        completion(
          .failure(AppError(.unavailable, "More is being published than can be stored. Send it again in a second.")))
      })
  }

  private static func appError(_ error: any Error) -> AppError {
    switch error {
    case let error as StoreError: error.appError
    case let error as AppError: error
    default: AppError(.internal, "It could not be stored: \(error).")
    }
  }

  // MARK: The thread

  private func run(_ retention: Int64, _ forget: (String) -> Void, _ tidy: () -> Void) {
    var nextLook = Milliseconds.monotonic()
    while true {
      let now = Milliseconds.monotonic()
      let pause = journal.step(now: now)
      let deadline = state.withLock { state in
        state.turns += 1
        return state.deadline
      }
      if let deadline {
        let waiting = journal.statistics.waiting
        if waiting == 0 { break }
        if now >= deadline {
          log(.error, "stopped with publications that could not be stored", ["count": .int(waiting)])
          break
        }
      } else if now >= nextLook {
        if prune(retention, forget) { continue }
        tidy()
        nextLook = now + Self.pruningInterval
      }
      let wait = min(pause ?? .max, (deadline ?? nextLook) - now)
      if wait > 0 { _ = news.wait(timeout: .now() + .milliseconds(wait)) }
    }
    store.close()
    state.withLock { $0.isOver = true }
  }

  /// Removes a portion of what is over.
  /// - Returns: whether there is more.
  private func prune(_ retention: Int64, _ forget: (String) -> Void) -> Bool {
    let now = Timestamp.now()
    do {
      let pruning = try store.prune(
        finishedBefore: Timestamp(milliseconds: now.milliseconds - retention), now: now)
      for job in pruning.removedJobs { forget(job) }
      return pruning.hasMore
    } catch {
      log(.warning, "nothing can be removed from the store", ["cause": .string("\(error)")])
      return false
    }
  }
}

/// Whether the store takes what it is given. Said in the log once when it begins to fail, and once when it works again.
private final class Health: Sendable {
  private let log: Log
  private let failing = Mutex(false)

  init(_ log: Log) { self.log = log }

  var isFailing: Bool { failing.withLock { $0 } }

  func watch(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    do {
      try body()
      note(nil)
    } catch {
      note(error)
      throw error
    }
  }

  /// What can be read is no sign that anything can be stored.
  func watchReading<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    do {
      return try body()
    } catch {
      note(error)
      throw error
    }
  }

  private func note(_ error: StoreError?) {
    let wasFailing = failing.withLock { failing in
      defer { failing = error != nil }
      return failing
    }
    switch (error, wasFailing) {
    case (let error?, false): log(.error, "nothing can be stored", ["cause": .string("\(error)")])
    case (nil, true): log(.info, "storing again")
    default: break
    }
  }
}

extension StoreBatch {
  /// - Parameter messages: as they are told; those without a number are not stored.
  fileprivate init(_ messages: some Sequence<PublishedMessage>, _ changes: JobBook.Changes) {
    let now = Timestamp.now()
    self.init()
    self.messages = messages.compactMap { message in
      message.position.map { position in
        StoredMessage(
          offset: position.offset, topic: message.topic, sequence: message.sequence, type: message.type, at: now,
          json: message.json)
      }
    }
    add(changes)
  }
}
