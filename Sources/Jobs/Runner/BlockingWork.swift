import Domain
import Net

/// Runs blocking work on a few threads of its own, because it must not block the cooperative pool.
final class BlockingWork: Sendable {
  private struct State {
    var threads = 0
    var waiting: [@Sendable () -> Void] = []
  }

  private let state = Guarded(State())
  private let maximumThreads: Int
  private let maximumWaiting: Int

  /// The defaults are for ffmpeg: each thread may run one.
  init(maximumThreads: Int = 4, maximumWaiting: Int = 100) {
    self.maximumThreads = maximumThreads
    self.maximumWaiting = maximumWaiting
  }

  /// - Throws: ``AppError`` with the code `unavailable` if the queue is full.
  func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async throws(AppError) -> Value {
    let value: Value? = await withCheckedContinuation { continuation in
      if !enqueue({ continuation.resume(returning: work()) }) { continuation.resume(returning: nil) }
    }
    guard let value else {
      throw AppError(.unavailable, "Too many sources are being checked at once. Try again in a few seconds.")
    }
    return value
  }

  /// - Returns: False if the queue is full.
  private func enqueue(_ work: @escaping @Sendable () -> Void) -> Bool {
    let needsThread: Bool? = state.withLock { state in
      guard state.waiting.count < maximumWaiting else { return nil }
      state.waiting.append(work)
      guard state.threads < maximumThreads else { return false }
      state.threads += 1
      return true
    }
    guard let needsThread else { return false }
    if needsThread { Net.Thread(name: "check") { self.drain() }.detach() }
    return true
  }

  private func drain() {
    while let work = next() { work() }
  }

  /// Removes the next work from the queue. Nil if there is none; the calling thread then no longer counts and must end.
  private func next() -> (@Sendable () -> Void)? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.threads -= 1
        return nil
      }
      return state.waiting.removeFirst()
    }
  }
}
