import Domain
import Net

/// The jobs that wait for a slot, in order, and those that have one. Callable from any thread.
final class JobQueue: Sendable {
  private struct State {
    var waiting: [String]
    var running: [String: CancelFlag] = [:]
    /// Places for jobs that are not stored yet.
    var reserved = 0
    var isStopping = false
  }

  /// What became of a request to cancel a job.
  enum Cancellation {
    /// Its runner ends it soon.
    case raised
    /// It no longer waits; it was at this place in the queue.
    case dequeued(place: Int)
    case unknown
  }

  private let maximumRunning: Int
  private let maximumWaiting: Int
  private let state: Guarded<State>

  init(waiting: [String], maximumRunning: Int, maximumWaiting: Int) {
    self.maximumRunning = maximumRunning
    self.maximumWaiting = maximumWaiting
    state = Guarded(State(waiting: waiting))
  }

  // MARK: New jobs

  /// - Throws: ``AppError`` with the code `unavailable` after ``stop()``.
  func checkIsOpen() throws(AppError) {
    guard !state.withLock(\.isStopping) else { throw Self.isStopping }
  }

  /// Reserves a place for a job that is about to be stored. ``enqueue(_:)`` or ``release()`` must follow.
  /// - Throws: ``AppError`` with the code `unavailable` if the queue is full or the server is shutting down.
  func reserve() throws(AppError) {
    let refusal = state.withLock { state -> AppError? in
      guard !state.isStopping else { return Self.isStopping }
      guard state.waiting.count + state.reserved < maximumWaiting else {
        return AppError(.unavailable, "\(maximumWaiting) jobs are waiting already. Try again later.")
      }
      state.reserved += 1
      return nil
    }
    if let refusal { throw refusal }
  }

  /// Puts a job in the place that was reserved for it.
  func enqueue(_ id: String) {
    state.withLock { state in
      state.reserved -= 1
      state.waiting.append(id)
    }
  }

  /// Gives up a reserved place.
  func release() { state.withLock { $0.reserved -= 1 } }

  private static let isStopping = AppError(.unavailable, "The server is shutting down. Try again shortly.")

  // MARK: Slots

  /// Gives the next job a slot; nil if none waits or no slot is free.
  func startNext() -> (id: String, flag: CancelFlag)? {
    state.withLock { state in
      guard !state.isStopping, state.running.count < maximumRunning, !state.waiting.isEmpty else { return nil }
      let id = state.waiting.removeFirst()
      let flag = CancelFlag()
      state.running[id] = flag
      return (id, flag)
    }
  }

  /// Frees the job's slot.
  func finish(_ id: String) { state.withLock { _ = $0.running.removeValue(forKey: id) } }

  // MARK: Cancelling

  func cancel(_ id: String) -> Cancellation {
    state.withLock { state in
      if let flag = state.running[id] {
        flag.raise()
        return .raised
      }
      guard let place = state.waiting.firstIndex(of: id) else { return .unknown }
      state.waiting.remove(at: place)
      return .dequeued(place: place)
    }
  }

  /// Puts back a job whose cancellation could not be stored.
  func requeue(_ id: String, at place: Int) {
    state.withLock { $0.waiting.insert(id, at: min(place, $0.waiting.count)) }
  }

  // MARK: Stopping

  /// Starts no more jobs and cancels those that run. Blocks until they have ended; those that wait stay queued.
  func stop() {
    state.withLock { state in
      state.isStopping = true
      for flag in state.running.values { flag.raise(isStop: true) }
    }
    state.wait { $0.running.isEmpty ? () : nil }
  }

  /// Blocks until no job waits or runs.
  func waitUntilIdle() {
    state.wait { $0.running.isEmpty && $0.reserved == 0 && ($0.waiting.isEmpty || $0.isStopping) ? () : nil }
  }
}
