import Synchronization

/// Asks a running job, from any thread, to end.
package final class CancelFlag: Sendable {
  private let isUp = Atomic(false)
  private let isStop = Atomic(false)
  private let actions = Mutex(Actions())

  private struct Actions {
    var byNumber: [Int: @Sendable () -> Void] = [:]
    var newest = 0
  }

  package init() {}

  /// The first call counts.
  /// - Parameter isStop: whether the server is shutting down, rather than a person cancelling the job.
  package func raise(isStop: Bool = false) {
    guard !isRaised else { return }
    self.isStop.store(isStop, ordering: .relaxed)
    isUp.store(true, ordering: .releasing)
    for action in actions.withLock({ Array($0.byNumber.values) }) { action() }
  }

  /// Ends what the job waits for, such as a program's output: a blocked thread can't look at the flag.
  /// - Parameter action: Called by ``raise(isStop:)`` on its caller's thread, or at once if the flag is raised already.
  ///   May be called twice. Must not block.
  /// - Returns: The number to ``forget(action:)``.
  func onRaise(_ action: @escaping @Sendable () -> Void) -> Int {
    let number = actions.withLock { actions in
      actions.newest += 1
      actions.byNumber[actions.newest] = action
      return actions.newest
    }
    if isRaised { action() }
    return number
  }

  func forget(action number: Int) {
    _ = actions.withLock { $0.byNumber.removeValue(forKey: number) }
  }

  package var isRaised: Bool { isUp.load(ordering: .acquiring) }
  var isRaisedToStop: Bool { isRaised && isStop.load(ordering: .relaxed) }
}
