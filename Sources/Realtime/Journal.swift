import Domain
import Metrics
import Synchronization

/// What is published waits here until it is stored, in order; then it is broadcast, and its publisher is told.
///
/// Publishers are on any thread and never wait. One thread drives it with ``step(now:)``: it alone decides on the order,
/// and gathers what came within a few milliseconds into one commit.
package final class Journal: Sendable {
  /// A publication as it is about to be stored.
  package struct Entry: Sendable {
    package let publication: Publication
    /// Its messages, encoded, the numbered ones numbered.
    package let messages: [PublishedMessage]
  }

  /// Stores a batch, all or nothing. Gives back what is to be done between the broadcast and the completions.
  package typealias Commit = @Sendable ([Entry]) throws -> @Sendable () -> Void
  /// Told the position of the publication's last numbered message once everybody may know of it, or why it was refused.
  /// Called on the thread that drives the journal; on the publisher's, before ``publish(_:completion:)`` returns, where a
  /// refusable publication comes while nothing can be stored.
  package typealias Completion = @Sendable (Result<StreamPosition?, any Error>) -> Void

  package struct Limits: Sendable {
    /// What may wait, in publications and in bytes of their messages.
    package var publications = 10_000
    package var bytes = 16 << 20
    /// Rows that are enough for a commit; a single publication may have more.
    package var batchRows = 256
    /// Milliseconds from the beginning of one commit to that of the next, unless there are rows enough.
    package var gathering = 5
    /// Milliseconds until a failed commit is tried again.
    package var retryPause = 1000

    package init() {}
  }

  package struct Statistics: Sendable {
    /// Publications that are not stored yet.
    package var waiting = 0
    /// Publications for which there was no room.
    package var overflows = 0
    /// How long commits took that succeeded.
    package var commitTimes = Histogram.waits
    package var failedCommits = 0
  }

  private struct Waiting {
    let publication: Publication
    let encodings: [MessageEncoding]
    let completion: Completion?

    var byteCount: Int { encodings.reduce(0) { $0 + $1.byteCount } }
    var rowCount: Int { max(publication.items.count + publication.changes.count, 1) }
  }

  private struct State {
    var queue: [Waiting] = []
    var queuedRows = 0
    /// Publications and bytes in the queue and in the batch that is being stored.
    var held = 0
    var heldBytes = 0
    /// Nil while a batch is being stored.
    var line: MessageLine?
    var lastBegin: Int?
    /// When what can't be refused is tried again, and why it has to be.
    var retry: (at: Int, cause: any Error)?
    var statistics = Statistics()

    /// A batch is through, and these are off our hands.
    mutating func end(_ line: MessageLine, done: [Waiting]) {
      self.line = line
      held -= done.count
      heldBytes -= done.reduce(0) { $0 + $1.byteCount }
    }
  }

  /// What became of a publication that somebody brought.
  private enum Reception {
    case taken(wakes: Bool)
    case refused(any Error)
    case noRoom
  }

  private let hub: EventHub
  private let limits: Limits
  private let lastSequence: @Sendable (Topic) throws -> Int
  private let commit: Commit
  private let wake: @Sendable () -> Void
  private let state: Mutex<State>

  /// - Parameters:
  ///   - hub: one that nobody else broadcasts numbered messages through.
  ///   - line: goes on where the store and the hub are.
  ///   - lastSequence: that of a topic's stored messages, 0 where there is none. Called by ``step(now:)``.
  ///   - commit: called by ``step(now:)``, where it may wait for a disk.
  ///   - wake: called on a publisher's thread when ``step(now:)`` is wanted earlier than it asked for.
  package init(
    hub: EventHub, line: MessageLine, limits: Limits = Limits(),
    lastSequence: @escaping @Sendable (Topic) throws -> Int, commit: @escaping Commit,
    wake: @escaping @Sendable () -> Void
  ) {
    self.hub = hub
    self.limits = limits
    self.lastSequence = lastSequence
    self.commit = commit
    self.wake = wake
    state = Mutex(State(line: line))
  }

  package var statistics: Statistics {
    state.withLock { state in
      var statistics = state.statistics
      statistics.waiting = state.held
      return statistics
    }
  }

  /// Takes a publication in. Safe to call from any thread; the messages are encoded on the caller's.
  ///
  /// A refusable one is refused at once where the last commit failed and is still to be repeated.
  /// - Returns: false where too much waits already. Nothing was taken then, and the completion is not called.
  package func publish(_ publication: Publication, completion: Completion? = nil) -> Bool {
    let waiting = Waiting(
      publication: publication, encodings: publication.items.map { MessageEncoding($0.message) },
      completion: completion)
    let (byteCount, rowCount) = (waiting.byteCount, waiting.rowCount)
    let reception = state.withLock { state -> Reception in
      if publication.isRefusable, let retry = state.retry { return .refused(retry.cause) }
      // What is larger than all that may wait is taken alone.
      guard state.held == 0 || state.held < limits.publications && state.heldBytes + byteCount <= limits.bytes else {
        state.statistics.overflows += 1
        return .noRoom
      }
      let rowsBefore = state.queuedRows
      state.queue.append(waiting)
      state.queuedRows += rowCount
      state.held += 1
      state.heldBytes += byteCount
      return .taken(
        wakes: rowsBefore == 0 || rowsBefore < limits.batchRows && state.queuedRows >= limits.batchRows)
    }
    switch reception {
    case .taken(let wakes): if wakes { wake() }
    case .refused(let cause): completion?(.failure(cause))
    case .noRoom: return false
    }
    return true
  }

  // MARK: The writer

  /// One turn of the thread that drives the journal: at most one commit and all that follows from it.
  /// - Parameter now: milliseconds of a monotonic clock.
  /// - Returns: in how many milliseconds it wants to be called again; nil where it waits to be woken.
  /// - Precondition: no other call is under way.
  package func step(now: Int) -> Int? {
    switch begin(now) {
    case .wait(let milliseconds): return milliseconds
    case .store(let batch, var line):
      let start = monotonicMicroseconds()
      do {
        let entries = try batch.map { try entry($0, &line) }
        let afterwards = try commit(entries)
        line.settle()
        let duration = monotonicMicroseconds() - start
        hub.broadcast(entries.flatMap(\.messages))
        afterwards()
        let isMore = state.withLock { state in
          state.end(line, done: batch)
          state.statistics.commitTimes.observe(microseconds: duration)
          return !state.queue.isEmpty
        }
        for (waiting, entry) in zip(batch, entries) {
          waiting.completion?(.success(entry.messages.last { $0.position != nil }?.position))
        }
        return isMore ? 0 : nil
      } catch {
        line.takeBack()
        return fail(batch, line, error, now: now)
      }
    }
  }

  private enum Beginning {
    case wait(Int?)
    case store([Waiting], MessageLine)
  }

  private func begin(_ now: Int) -> Beginning {
    state.withLock { state in
      guard !state.queue.isEmpty else { return .wait(nil) }
      if let retry = state.retry, retry.at > now { return .wait(retry.at - now) }
      if state.queuedRows < limits.batchRows, let last = state.lastBegin, now < last + limits.gathering {
        return .wait(last + limits.gathering - now)
      }
      guard let line = state.line.take() else { preconditionFailure("the journal is driven by two threads") }
      var (count, rows) = (0, 0)
      for waiting in state.queue {
        guard count == 0 || rows + waiting.rowCount <= limits.batchRows else { break }
        count += 1
        rows += waiting.rowCount
      }
      let batch = Array(state.queue[..<count])
      state.queue.removeFirst(count)
      state.queuedRows -= rows
      state.lastBegin = now
      state.retry = nil
      return .store(batch, line)
    }
  }

  private func entry(_ waiting: Waiting, _ line: inout MessageLine) throws -> Entry {
    var messages: [PublishedMessage] = []
    messages.reserveCapacity(waiting.encodings.count)
    for (item, encoding) in zip(waiting.publication.items, waiting.encodings) {
      messages.append(try line.number(encoding, to: item.topic, lastSequence: lastSequence))
    }
    return Entry(publication: waiting.publication, messages: messages)
  }

  /// Whoever would rather know than wait is told; the others stay where they were.
  private func fail(_ batch: [Waiting], _ line: MessageLine, _ error: any Error, now: Int) -> Int? {
    let kept = batch.filter { !$0.publication.isRefusable }
    let (refused, isMore) = state.withLock { state in
      state.statistics.failedCommits += 1
      var refused = batch.filter(\.publication.isRefusable)
      if !kept.isEmpty {
        // Behind what is kept they might never get into a batch, and be told nothing for as long as this lasts.
        refused += state.queue.filter(\.publication.isRefusable)
        state.queue = kept + state.queue.filter { !$0.publication.isRefusable }
        state.queuedRows = state.queue.reduce(0) { $0 + $1.rowCount }
        state.retry = (now + limits.retryPause, error)
      }
      state.end(line, done: refused)
      return (refused, !state.queue.isEmpty)
    }
    for waiting in refused { waiting.completion?(.failure(error)) }
    return isMore ? 0 : nil
  }
}
