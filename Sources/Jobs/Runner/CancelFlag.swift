import Synchronization

/// Asks a running job, from any thread, to end.
package final class CancelFlag: Sendable {
  private let isUp = Atomic(false)
  private let isStop = Atomic(false)

  package init() {}

  /// The first call counts.
  /// - Parameter isStop: whether the server is shutting down, rather than a person cancelling the job.
  package func raise(isStop: Bool = false) {
    guard !isRaised else { return }
    self.isStop.store(isStop, ordering: .relaxed)
    isUp.store(true, ordering: .releasing)
  }

  package var isRaised: Bool { isUp.load(ordering: .acquiring) }
  var isRaisedToStop: Bool { isRaised && isStop.load(ordering: .relaxed) }
}
