import Domain
import Net

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Stores the end of a job, and retries for as long as nothing can be stored.
///
/// Until then clients see the job's previous status, so it can still be cancelled. Then it ends as cancelled, unless it
/// has failed.
struct JobEnd {
  let reporter: JobReporter
  let flag: CancelFlag
  let ending: JobEnding
  let finishedAt: Timestamp
  /// The reason given for a job that was stopped because the server stops.
  let stopReason: String

  /// Milliseconds between two attempts.
  private static let retryPause: UInt32 = 200

  /// Blocks until the end is stored. If the server is stopping, it only enqueues the end: the server stores it before it
  /// closes the store, unless nothing can be stored until then.
  ///
  /// Called on the job's own thread.
  /// - Parameters:
  ///   - isStopping: whether the server is stopping.
  ///   - submitted: called once, when the end was first submitted. What is published from then on is stored after it,
  ///     unless it is refused.
  ///   - refused: called once, if the end can't be stored at first.
  /// - Returns: whether the end is stored.
  func store(isStopping: () -> Bool, submitted: () -> Void = {}, refused: () -> Void = {}) -> Bool {
    let before = reporter.job
    var isFirst = true
    while true {
      let isLast = isStopping()
      let outcome = Guarded<Result<Void, AppError>?>(nil)
      // When the server stops, the status may wait in the queue for as long as the store takes to close.
      reporter.submitStatus(isRefusable: !isLast, apply) { result in outcome.withLock { $0 = result } }
      if isFirst { submitted() }
      if isLast { return false }
      if case .success = outcome.wait({ $0 }) { return true }
      if isFirst { refused() }
      isFirst = false
      reporter.reset(to: before)
      if !isStopping() { usleep(Self.retryPause * 1000) }
    }
  }

  private func apply(to job: inout Job) {
    let ending = current
    job.status = ending.status
    job.finishedAt = finishedAt
    if case .failed(let reason, let errorID) = ending {
      (job.error, job.errorID) = (PlainText.lines(reason), errorID)
    }
  }

  /// How the job ends, as of this moment.
  private var current: JobEnding {
    guard flag.isRaised else { return ending }
    switch ending {
    case .cancelled where flag.isRaisedToStop: return .failed(stopReason)
    case .succeeded where !flag.isRaisedToStop: return .cancelled
    case .succeeded, .failed, .cancelled: return ending
    }
  }
}
