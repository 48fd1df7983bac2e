import Dispatch
import Domain
import Jobs
import Realtime

/// Jobs as somebody starts from who watches one.
struct JobSnapshots: Sendable {
  private let jobs: JobService
  private let queue = DispatchQueue(label: "snapshots", attributes: .concurrent)

  init(_ jobs: JobService) { self.jobs = jobs }

  /// Whether there is such a job. Asks the store where it neither waits nor runs: one row by its key, microseconds.
  func isKnown(_ id: String) -> Bool { jobs.isKnown(id) }

  /// A job that waits or runs; nil for any other.
  func active(_ id: String) -> Arrival.Snapshot? {
    jobs.activeSnapshot(id).map { .init(messages: $0.job.snapshot, position: $0.position) }
  }

  /// Any job, read from the disk where it is done. Nil where there is none, or the store can't be read.
  func stored(_ id: String) -> Arrival.Snapshot? {
    (try? jobs.snapshot(id)).map { .init(messages: $0.job.snapshot, position: $0.position) }
  }

  /// As ``stored(_:)``, elsewhere.
  func read(_ id: String, _ done: @escaping @Sendable (Arrival.Snapshot?) -> Void) {
    queue.async { done(stored(id)) }
  }
}
