import CSystem

/// The event loops that a thread has to wake, each once.
///
/// A thread that answers many clients wakes their loop for the first one. On a machine with few cores the loop then runs in
/// its place, finds one answer, sends it and waits again. With the wake-ups collected, the loop finds all of them.
package final class CollectedWakes {
  private var wakers: [Int32: Waker] = [:]

  /// Runs `body`, and then wakes the loops that it wanted to wake from this thread.
  package static func during<Result>(_ body: () throws -> Result) rethrows -> Result {
    // Inside another call, that one wakes them.
    guard current == nil else { return try body() }
    let collected = CollectedWakes()
    return try withExtendedLifetime(collected) {
      telltale_collect_wakes(Unmanaged.passUnretained(collected).toOpaque())
      defer {
        telltale_collect_wakes(nil)
        for waker in collected.wakers.values { waker.trigger() }
      }
      return try body()
    }
  }

  /// Collects a wake-up, if the calling thread collects them now.
  /// - Returns: whether it is collected.
  static func add(_ waker: Waker) -> Bool {
    guard let current else { return false }
    current.wakers[waker.descriptor] = waker
    return true
  }

  private static var current: CollectedWakes? {
    telltale_collected_wakes().map { Unmanaged<CollectedWakes>.fromOpaque($0).takeUnretainedValue() }
  }
}
