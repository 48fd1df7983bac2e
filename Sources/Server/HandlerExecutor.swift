import Dispatch
import Net
import Synchronization

/// Runs the tasks of deferred handlers on threads that may block.
///
/// Swift's own pool has one thread for each core: a handler that waited there for a disk or a lock would hold up other
/// tasks. A concurrent queue starts more threads while those that it has are blocked, and a suspended task holds none.
///
/// A handler starts on a thread of its own, since most block at first. Handlers resume in bursts, because a commit
/// resumes all that wait for its batch, and they have little left to do. Handlers that resume together share threads,
/// which saves waking a thread for each.
final class HandlerExecutor: TaskExecutor {
  private struct State {
    var resumed: [UnownedJob] = []
    /// Whether a run of the resumed jobs is scheduled.
    var isScheduled = false
  }

  private let queue = DispatchQueue(label: "handlers", attributes: .concurrent)
  private let state = Mutex(State())

  /// Resumed handlers that share a thread: one that blocks delays at most the others of its batch.
  private static let batchCount = 16

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // Event loops start handlers; other threads resume them.
    guard !EventLoopThread.isCurrent else {
      return queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
    let isFirst = state.withLock { state in
      state.resumed.append(job)
      defer { state.isScheduled = true }
      return !state.isScheduled
    }
    if isFirst { queue.async { self.runResumed() } }
  }

  private func runResumed() {
    let (batch, hasMore) = state.withLock { state in
      let batch = Array(state.resumed.prefix(Self.batchCount))
      state.resumed.removeFirst(batch.count)
      state.isScheduled = !state.resumed.isEmpty
      return (batch, state.isScheduled)
    }
    if hasMore { queue.async { self.runResumed() } }
    for job in batch { job.runSynchronously(on: asUnownedTaskExecutor()) }
  }
}
