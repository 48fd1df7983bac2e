import Domain
import Metrics
import Synchronization

/// The queue of everything that has to be stored before it is sent.
///
/// Publishers enqueue from any thread and don't wait. One thread drives the journal with ``step(now:)``: it takes the
/// publications that were enqueued while the last batch was committed, has the sequencer number them, commits them,
/// broadcasts them, and then calls the publishers back. So a publisher alone is answered as fast as the disk allows, and
/// the more publish at once, the more share a commit.
package final class Journal: Sendable {
  /// Commits a batch, all or nothing. Returns what is to be done between the broadcast and the completions.
  package typealias Commit = @Sendable ([NumberedBatch.Entry]) throws -> @Sendable () -> Void
  /// Called once on the thread that drives the journal: with the position of the publication's last message once every
  /// client may see it, or with why it could not be stored.
  package typealias Completion = @Sendable (Result<StreamPosition?, any Error>) -> Void

  package struct Limits: Sendable {
    /// How many publications, and bytes of them, may wait to be stored.
    package var publications = 10_000
    package var bytes = 16 << 20
    /// Rows that make a batch full. A single publication may have more.
    package var batchRows = 512
    /// Milliseconds until a failed commit is tried again.
    package var retryPause = 1000

    package init() {}
  }

  package struct Statistics: Sendable {
    /// Publications that are not stored yet.
    package var waiting = 0
    /// Publications that found no room.
    package var overflows = 0
    /// Durations of successful commits.
    package var commitTimes = Histogram.waits
    package var failedCommits = 0
  }

  private struct Waiting {
    let encoded: EncodedPublication
    let completion: Completion?

    var isRefusable: Bool { encoded.publication.isRefusable }
  }

  private struct State {
    var queue: [Waiting] = []
    /// Submitted batches that have not been committed, by id.
    var submitted: [Int: [Waiting]] = [:]
    var lastBatch = 0
    /// Publications that are queued or submitted, and their bytes.
    var held = 0
    var heldBytes = 0
    /// A numbered batch that could not be committed and has to be committed next.
    var uncommitted: NumberedBatch?
    /// When storing is tried again, and why it failed.
    var retry: (at: Int, cause: any Error)?
    var statistics = Statistics()

    mutating func release(_ waiting: [Waiting]) {
      held -= waiting.count
      heldBytes -= waiting.reduce(0) { $0 + $1.encoded.byteCount }
    }
  }

  /// What became of a publication that was handed to the journal.
  package enum Admission {
    /// It is enqueued, and its completion will be called.
    case accepted
    /// The last commit failed and is to be repeated. Nothing was enqueued.
    case refused(any Error)
    /// Too much waits already. Nothing was enqueued.
    case full
  }

  private let hub: EventHub
  private let limits: Limits
  private let sequencer: any Sequencer
  private let commit: Commit
  private let wake: @Sendable () -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - hub: nothing else broadcasts numbered messages through it.
  ///   - commit: called by ``step(now:)``; may wait for a disk.
  ///   - wake: called on a publisher's thread when ``step(now:)`` is due earlier than it asked for.
  package init(
    hub: EventHub, sequencer: any Sequencer, limits: Limits = Limits(), commit: @escaping Commit,
    wake: @escaping @Sendable () -> Void
  ) {
    self.hub = hub
    self.limits = limits
    self.sequencer = sequencer
    self.commit = commit
    self.wake = wake
  }

  package var statistics: Statistics {
    state.withLock { state in
      var statistics = state.statistics
      statistics.waiting = state.held
      return statistics
    }
  }

  /// Enqueues a publication. Safe to call from any thread; the messages are encoded on the caller's.
  ///
  /// While a failed commit waits to be repeated, a refusable publication is refused at once.
  @discardableResult
  package func publish(_ publication: Publication, completion: Completion? = nil) -> Admission {
    let waiting = Waiting(encoded: EncodedPublication(publication), completion: completion)
    let (admission, wakes) = enqueue(waiting)
    if wakes { wake() }
    return admission
  }

  private func enqueue(_ waiting: Waiting) -> (admission: Admission, wakes: Bool) {
    let byteCount = waiting.encoded.byteCount
    return state.withLock { state in
      if waiting.isRefusable, let retry = state.retry { return (.refused(retry.cause), false) }
      // A publication that is larger than the limit is accepted when nothing else waits.
      guard state.held == 0 || state.held < limits.publications && state.heldBytes + byteCount <= limits.bytes else {
        state.statistics.overflows += 1
        return (.full, false)
      }
      let wakes = state.queue.isEmpty
      state.queue.append(waiting)
      state.held += 1
      state.heldBytes += byteCount
      return (.accepted, wakes)
    }
  }

  // MARK: The driving thread

  /// One turn of the thread that drives the journal: at most one batch is submitted and at most one committed.
  /// - Parameter now: milliseconds of a monotonic clock.
  /// - Returns: in how many milliseconds to call it again; nil to wait for `wake`.
  /// - Precondition: no other call is running.
  package func step(now: Int) -> Int? {
    if let pause = state.withLock({ $0.retry.map { $0.at - now } }), pause > 0 { return pause }
    if let uncommitted = state.withLock({ $0.uncommitted }) { return store(uncommitted, now: now) }
    submitBatch()
    do throws(SequencerFailure) {
      guard let batch = try sequencer.receive() else { return state.withLock { $0.queue.isEmpty } ? nil : 0 }
      return store(batch, now: now)
    } catch {
      return fail(error.batch, cause: error.cause, now: now)
    }
  }

  /// Submits the next batch: what was enqueued while the last one was stored, as far as it fits.
  private func submitBatch() {
    let next = state.withLock { state -> SequencerBatch? in
      guard !state.queue.isEmpty else { return nil }
      var (count, rows) = (0, 0)
      for waiting in state.queue {
        guard count == 0 || rows + waiting.encoded.rowCount <= limits.batchRows else { break }
        count += 1
        rows += waiting.encoded.rowCount
      }
      let gathered = Array(state.queue[..<count])
      state.queue.removeFirst(count)
      state.lastBatch += 1
      state.submitted[state.lastBatch] = gathered
      state.retry = nil
      return SequencerBatch(id: state.lastBatch, gathered.map(\.encoded))
    }
    if let next { sequencer.submit(next) }
  }

  private func store(_ batch: NumberedBatch, now: Int) -> Int? {
    let start = monotonicMicroseconds()
    do {
      let afterwards = try commit(batch.entries)
      sequencer.settle()
      let duration = monotonicMicroseconds() - start
      hub.broadcast(batch.entries.flatMap(\.messages))
      afterwards()
      let (stored, isMore) = state.withLock { state in
        let stored = batch.id.flatMap { state.submitted.removeValue(forKey: $0) } ?? []
        state.release(stored)
        state.uncommitted = nil
        state.retry = nil
        state.statistics.commitTimes.observe(microseconds: duration)
        return (stored, !state.queue.isEmpty)
      }
      for (waiting, entry) in zip(stored, batch.entries) {
        waiting.completion?(.success(entry.messages.last?.position))
      }
      return isMore || !sequencer.isEmpty ? 0 : nil
    } catch {
      if sequencer.takeBack() { return fail(batch.id, cause: error, now: now) }
      return keep(batch, cause: error, now: now)
    }
  }

  /// A batch was not stored, and its numbers are free again: refuses what may be refused, and puts the rest back.
  private func fail(_ id: Int?, cause: any Error, now: Int) -> Int? {
    let (refused, isMore) = state.withLock { state in
      state.statistics.failedCommits += 1
      let batch = id.flatMap { state.submitted.removeValue(forKey: $0) } ?? []
      let kept = batch.filter { !$0.isRefusable }
      var refused = batch.filter(\.isRefusable)
      if !kept.isEmpty {
        refused += removeRefusable(&state)
        state.queue = kept + state.queue
        state.retry = (now + limits.retryPause, cause)
      }
      state.release(refused)
      return (refused, !state.queue.isEmpty)
    }
    for waiting in refused { waiting.completion?(.failure(cause)) }
    return isMore ? 0 : nil
  }

  /// A batch that has its place in the line could not be stored: it is tried again until it can.
  private func keep(_ batch: NumberedBatch, cause: any Error, now: Int) -> Int? {
    let refused = state.withLock { state in
      state.statistics.failedCommits += 1
      state.uncommitted = batch
      state.retry = (now + limits.retryPause, cause)
      let refused = removeRefusable(&state)
      state.release(refused)
      return refused
    }
    for waiting in refused { waiting.completion?(.failure(cause)) }
    return limits.retryPause
  }

  /// Takes the refusable publications out of the queue. Behind what is kept they might never get into a batch, and their
  /// callers would have no answer for as long as nothing can be stored.
  private func removeRefusable(_ state: inout State) -> [Waiting] {
    let refusable = state.queue.filter(\.isRefusable)
    state.queue.removeAll(where: \.isRefusable)
    return refusable
  }
}
