import Domain
import JSONValues
import Net
import Realtime
import Store

/// The thread that stores publications and then broadcasts them. Between batches it removes expired jobs and messages.
package final class StoreThread: Sendable {
  private let journal: Journal
  private let hub: EventHub
  private let store: Store
  private let log: Log
  private let health: StoreHealth
  private let upkeep: StoreUpkeep
  private let signal = ThreadSignal()
  private let state = Guarded(State())

  private struct State {
    /// The number of turns. A publisher that found the journal full tries again after the next one.
    var turns = 0
    /// The monotonic time in milliseconds at which the thread ends even if publications wait; nil while the server runs.
    var deadline: Int?
    var hasEnded = false
  }

  /// Work that the thread does between batches.
  package struct Housekeeping: Sendable {
    /// How long finished jobs are kept, in milliseconds.
    package var retention: Int64
    /// Removes the files of a job that retention removed.
    package var removeFiles: @Sendable (_ job: String) -> Void
    /// Called about once a minute, and when writes work again after they failed. Must not wait for a commit.
    package var tidy: @Sendable () -> Void

    package init(
      retention: Int64, removeFiles: @escaping @Sendable (String) -> Void, tidy: @escaping @Sendable () -> Void
    ) {
      self.retention = retention
      self.removeFiles = removeFiles
      self.tidy = tidy
    }
  }

  /// Milliseconds between two rounds of housekeeping, and between two looks at the files.
  private static let housekeepingInterval = 60_000
  private static let upkeepInterval = 1_000

  /// - Parameters:
  ///   - projections: fold the publications into their rows and state.
  ///   - published: called for each publication after it was stored and broadcast.
  package init(
    store: Store, hub: EventHub, projections: [any Projection], log: Log,
    published: @escaping @Sendable (Publication) -> Void
  ) {
    self.store = store
    self.hub = hub
    self.log = log
    let health = StoreHealth(log) { failure in hub.tell(.storage(failure), to: .server) }
    self.health = health
    upkeep = StoreUpkeep(store: store, health: health, log: log)
    let sequencer = LocalSequencer(MessageLine(epoch: store.epoch, after: store.newestOffset)) { topic in
      try health.observe { () throws(StoreError) in try store.lastSequence(of: topic) }
    }
    journal = Journal(
      hub: hub, sequencer: sequencer,
      commit: { entries in
        var rows = StoreBatch(entries, at: store.latestTime)
        let batch = entries.map { NumberedPublication($0.publication, offsets: $0.offsets) }
        let committed = projections.map { $0.fold(batch, into: &rows) }
        if !rows.isEmpty {
          try health.observeWrite { () throws(StoreError) in
            try store.write(rows)
            return store.isShortOfRoom
          }
        }
        return {
          committed.forEach { $0() }
          for entry in entries { published(entry.publication) }
        }
      },
      wake: { [signal] in signal.wake() })
  }

  /// Starts the thread.
  package func start(_ housekeeping: Housekeeping) {
    Thread(name: "store") { [self] in run(housekeeping) }.detach()
  }

  /// Stores the waiting publications, and closes the store. Call it when nothing publishes any more.
  /// - Parameter patience: how many milliseconds to wait.
  package func stop(patience: Int) {
    state.withLock { $0.deadline = Milliseconds.monotonic() + patience }
    signal.wake()
    state.wait { $0.hasEnded ? () : nil }
  }

  /// Why nothing can be stored; nil if the last attempt succeeded, and one as large as any that was refused.
  package var failure: StorageFailure? { health.failure }

  /// Checks the files of the data folder, and returns why nothing can be stored; nil if no failure is known.
  package func examine() -> StorageFailure? {
    upkeep.checkFiles()
    return health.failure
  }

  package var journalStatistics: Journal.Statistics { journal.statistics }

  // MARK: Publishing

  package var publisher: Publisher {
    Publisher(
      enqueue: { [self] publication, isAbandoned in
        var turns = state.withLock { $0.turns }
        while case .full = journal.publish(publication), !isAbandoned() {
          let hasEnded = state.wait { state -> Bool? in
            guard state.turns != turns || state.hasEnded else { return nil }
            turns = state.turns
            return state.hasEnded
          }
          if hasEnded { return }
        }
      },
      submit: { [self] publication, completion throws(AppError) in
        let admission = journal.publish(publication) { result in completion(result.mapError(Self.appError)) }
        switch admission {
        case .accepted: break
        case .refused(let cause): throw Self.appError(cause)
        case .full:
          throw AppError(.unavailable, "More is being published than can be stored. Send it again in a second.")
        }
      },
      tell: { [hub] message, topic in hub.tell(message, to: topic) })
  }

  private static func appError(_ error: any Error) -> AppError {
    switch error {
    case let error as StoreError: error.appError
    case let error as AppError: error
    default: AppError(.internal, "It could not be stored: \(error).")
    }
  }

  // MARK: The thread

  private func run(_ housekeeping: Housekeeping) {
    var nextRound = Milliseconds.monotonic()
    var nextUpkeep = nextRound
    var wasFailing = false
    while true {
      let now = Milliseconds.monotonic()
      let pause = CollectedWakes.during { journal.step(now: now) }
      let isFailing = health.failure != nil
      if wasFailing, !isFailing { housekeeping.tidy() }
      wasFailing = isFailing
      let deadline = state.withLock { state in
        state.turns += 1
        return state.deadline
      }
      if let deadline {
        let waiting = journal.statistics.waiting
        if waiting == 0 { break }
        if now >= deadline {
          log(.error, "stopped with publications that could not be stored", values: ["count": .int(waiting)])
          break
        }
      } else {
        if now >= nextUpkeep {
          upkeep.run()
          nextUpkeep = now + Self.upkeepInterval
        }
        if now >= nextRound {
          if prune(housekeeping) { continue }
          housekeeping.tidy()
          nextRound = now + Self.housekeepingInterval
        }
      }
      let wait = min(pause ?? .max, (deadline ?? min(nextRound, nextUpkeep)) - now)
      if wait > 0 { signal.wait(milliseconds: wait) }
    }
    store.close()
    state.withLock { $0.hasEnded = true }
  }

  /// Removes a portion of the expired jobs and messages.
  /// - Returns: whether there is more.
  private func prune(_ housekeeping: Housekeeping) -> Bool {
    do {
      let pruning = try store.prune(keeping: housekeeping.retention)
      for job in pruning.removedJobs { housekeeping.removeFiles(job) }
      return pruning.hasMore
    } catch {
      // On a full disk too, what can be removed makes room. A failure that is known is already in the log.
      if health.failure == nil {
        log(.warning, "nothing can be removed from the store", values: ["cause": .string("\(error)")])
      }
      return false
    }
  }
}

extension StoreBatch {
  /// The rows of messages.
  fileprivate init(_ entries: [NumberedBatch.Entry], at now: Timestamp) {
    self.init()
    messages.reserveCapacity(entries.reduce(0) { $0 + $1.messages.count })
    for entry in entries {
      for (message, offset) in zip(entry.messages, entry.offsets) {
        messages.append(
          StoredMessage(
            offset: offset, topic: message.topic, sequence: message.sequence, type: message.type, at: now,
            json: message.json))
      }
    }
  }
}
