import Domain
import Net

/// The jobs that wait for a slot, in order, those that have one, and those whose end is not stored yet. Callable from any
/// thread.
final class JobQueue: Sendable {
  private struct State {
    var waiting: [String]
    var running: [String: CancelFlag] = [:]
    /// Jobs that have given back their slot but whose end is not stored yet.
    var ending: [String: CancelFlag] = [:]
    /// Places of jobs that are being stored.
    var arriving: [String: CancelFlag] = [:]
    var isStopping = false
  }

  /// What became of a request to cancel a job.
  enum Cancellation {
    /// Its runner ends it soon, or its end is about to be stored.
    case raised
    /// It no longer waits. Its end has to be stored, and ``finish(_:)`` must follow.
    case dequeued(CancelFlag)
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

  /// Reserves a place for a job that is about to be stored. ``enqueue(_:)`` or ``release(_:)`` must follow.
  /// - Parameter makeID: called if there is a place.
  /// - Returns: the id of the job.
  /// - Throws: ``AppError`` with the code `unavailable` if the queue is full or the server is shutting down.
  func reserve(_ makeID: () -> String) throws(AppError) -> String {
    let outcome = state.withLock { state -> Result<String, AppError> in
      guard !state.isStopping else { return .failure(Self.isStopping) }
      guard state.waiting.count + state.arriving.count < maximumWaiting else {
        return .failure(AppError(.unavailable, "\(maximumWaiting) jobs are waiting already. Try again later."))
      }
      let id = makeID()
      state.arriving[id] = CancelFlag()
      return .success(id)
    }
    return try outcome.get()
  }

  /// Puts a job that was stored in its place.
  /// - Returns: nil; or, if the job was cancelled since it was stored, its flag. Then it doesn't wait, its end has to be
  ///   stored, and ``finish(_:)`` must follow.
  func enqueue(_ id: String) -> CancelFlag? {
    state.withLock { state in
      if let flag = state.arriving.removeValue(forKey: id), flag.isRaised {
        state.ending[id] = flag
        return flag
      }
      state.waiting.append(id)
      return nil
    }
  }

  /// Gives up the place of a job that was not stored.
  func release(_ id: String) { state.withLock { $0.arriving[id] = nil } }

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

  /// Frees the job's slot. Until ``finish(_:)`` the job can still be cancelled.
  func freeSlot(_ id: String) { state.withLock { $0.ending[id] = $0.running.removeValue(forKey: id) } }

  /// Adds a job that ran when the last process ended. ``finish(_:)`` must follow when its end is stored.
  func addEnding(_ id: String) -> CancelFlag {
    let flag = CancelFlag()
    state.withLock { $0.ending[id] = flag }
    return flag
  }

  /// Forgets a job whose end is stored.
  func finish(_ id: String) {
    state.withLock { state in
      state.running[id] = nil
      state.ending[id] = nil
    }
  }

  // MARK: Cancelling

  func cancel(_ id: String) -> Cancellation {
    state.withLock { state in
      if let flag = state.running[id] ?? state.ending[id] ?? state.arriving[id] {
        flag.raise()
        return .raised
      }
      guard let place = state.waiting.firstIndex(of: id) else { return .unknown }
      state.waiting.remove(at: place)
      let flag = CancelFlag()
      flag.raise()
      state.ending[id] = flag
      return .dequeued(flag)
    }
  }

  /// Whether the job was cancelled and its end is not stored yet.
  func isCancelled(_ id: String) -> Bool {
    state.withLock { ($0.running[id] ?? $0.ending[id] ?? $0.arriving[id])?.isRaised ?? false }
  }

  // MARK: Stopping

  /// Whether ``stop()`` was called.
  var isStopping: Bool { state.withLock(\.isStopping) }

  /// Starts no more jobs and cancels those that run. Blocks until they have ended; those that wait stay queued.
  func stop() {
    state.withLock { state in
      state.isStopping = true
      for flag in state.running.values { flag.raise(isStop: true) }
    }
    state.wait { $0.running.isEmpty && $0.ending.isEmpty ? () : nil }
  }

  /// Blocks until no job waits or runs, and every end is stored.
  func waitUntilIdle() {
    state.wait { state in
      let isIdle = state.running.isEmpty && state.ending.isEmpty && state.arriving.isEmpty
      return isIdle && (state.waiting.isEmpty || state.isStopping) ? () : nil
    }
  }
}
