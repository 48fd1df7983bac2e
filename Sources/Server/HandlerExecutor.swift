import Dispatch

/// Runs the tasks of deferred handlers on threads that may block.
///
/// Swift's own pool has one thread a core: a handler that waited there for a disk or a lock would hold up other tasks. A
/// concurrent queue gets more threads when those that it has are blocked, and a suspended task holds none.
final class HandlerExecutor: TaskExecutor {
  private let queue = DispatchQueue(label: "handlers", attributes: .concurrent)

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
