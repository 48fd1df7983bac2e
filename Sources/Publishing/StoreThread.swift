import Dispatch
import Domain
import JSONValues
import Net
import Realtime
import Store

/// The one thread that stores what is published and then broadcasts it. Between batches it removes what retention no
/// longer keeps.
package final class StoreThread: Sendable {
  private let journal: Journal
  private let hub: EventHub
  private let store: Store
  private let log: Log
  private let health: StoreHealth
  private let wakes: DispatchSemaphore
  private let state = Guarded(State())

  private struct State {
    /// Turns so far: a publisher that found the journal full tries again after the next one.
    var turns = 0
    /// Monotonic milliseconds after which the thread ends, whatever still waits; nil while the server runs.
    var deadline: Int?
    var hasEnded = false
  }

  /// Work that the thread does between batches.
  package struct Housekeeping: Sendable {
    /// Milliseconds for which finished jobs are kept.
    package var retention: Int64
    /// Removes the files of a job that retention removed.
    package var removeFiles: @Sendable (_ job: String) -> Void
    /// Called about once a minute; must not wait for anything to be stored.
    package var tidy: @Sendable () -> Void

    package init(
      retention: Int64, removeFiles: @escaping @Sendable (String) -> Void, tidy: @escaping @Sendable () -> Void
    ) {
      self.retention = retention
      self.removeFiles = removeFiles
      self.tidy = tidy
    }
  }

  /// Milliseconds between two rounds of housekeeping.
  private static let housekeepingInterval = 60_000

  /// - Parameters:
  ///   - projections: fold what is published into rows and state of their own.
  ///   - published: called for each publication when it is stored and broadcast.
  package init(
    store: Store, hub: EventHub, projections: [any Projection], log: Log,
    published: @escaping @Sendable (Publication) -> Void
  ) {
    self.store = store
    self.hub = hub
    self.log = log
    let health = StoreHealth(log)
    self.health = health
    let wakes = DispatchSemaphore(value: 0)
    self.wakes = wakes
    let sequencer = LocalSequencer(MessageLine(epoch: store.epoch, after: store.newestOffset)) { topic in
      try health.observeRead { () throws(StoreError) in try store.lastSequence(of: topic) }
    }
    journal = Journal(
      hub: hub, sequencer: sequencer,
      commit: { entries in
        var rows = StoreBatch(entries)
        let batch = entries.map { entry in
          NumberedPublication(entry.publication, offsets: entry.messages.map { $0.position?.offset ?? 0 })
        }
        let committed = projections.map { $0.fold(batch, into: &rows) }
        if !rows.isEmpty { try health.observeWrite { () throws(StoreError) in try store.write(rows) } }
        return {
          committed.forEach { $0() }
          for entry in entries { published(entry.publication) }
        }
      },
      wake: { wakes.signal() })
  }

  /// Starts the thread.
  package func start(_ housekeeping: Housekeeping) {
    Thread(name: "store") { [self] in run(housekeeping) }.detach()
  }

  /// Stores what still waits, and closes the store. To be called when nothing publishes any more.
  /// - Parameter patience: milliseconds after which it gives up.
  package func stop(patience: Int) {
    state.withLock { $0.deadline = Milliseconds.monotonic() + patience }
    wakes.signal()
    state.wait { $0.hasEnded ? () : nil }
  }

  /// Whether the last attempt to store something failed.
  package var isFailing: Bool { health.isFailing }

  package var journalStatistics: Journal.Statistics { journal.statistics }

  // MARK: Publishing

  package var publisher: Publisher {
    Publisher(
      publish: { [self] publication in
        var turns = state.withLock { $0.turns }
        while case .full = journal.publish(publication) {
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
      } else if now >= nextRound {
        if prune(housekeeping) { continue }
        housekeeping.tidy()
        nextRound = now + Self.housekeepingInterval
      }
      let wait = min(pause ?? .max, (deadline ?? nextRound) - now)
      if wait > 0 { _ = wakes.wait(timeout: .now() + .milliseconds(wait)) }
    }
    store.close()
    state.withLock { $0.hasEnded = true }
  }

  /// Removes a portion of what retention no longer keeps.
  /// - Returns: whether there is more.
  private func prune(_ housekeeping: Housekeeping) -> Bool {
    let now = Timestamp.now()
    do {
      let pruning = try store.prune(
        finishedBefore: Timestamp(milliseconds: now.milliseconds - housekeeping.retention), now: now)
      for job in pruning.removedJobs { housekeeping.removeFiles(job) }
      return pruning.hasMore
    } catch {
      log(.warning, "nothing can be removed from the store", ["cause": .string("\(error)")])
      return false
    }
  }
}

extension StoreBatch {
  /// The rows of the messages.
  fileprivate init(_ entries: [NumberedBatch.Entry]) {
    let now = Timestamp.now()
    self.init()
    messages = entries.flatMap { entry in
      entry.messages.compactMap { message in
        message.position.map { position in
          StoredMessage(
            offset: position.offset, topic: message.topic, sequence: message.sequence, type: message.type, at: now,
            json: message.json)
        }
      }
    }
  }
}
