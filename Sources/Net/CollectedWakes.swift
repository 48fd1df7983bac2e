import CSystem

/// The threads that a thread has to wake, each once.
///
/// A thread that has work for another one wakes it with the first piece. On a machine with few cores the other thread then
/// runs in its place, finds that one piece and waits again: a loop sends one answer, a commit has one message. With the
/// wake-ups collected, it finds all of them. Loops collect theirs for a turn.
package final class CollectedWakes {
  private var triggers: [ObjectIdentifier: () -> Void] = [:]

  /// Runs `body`, and then wakes the threads that it wanted to wake from this thread.
  package static func during<Result>(_ body: () throws -> Result) rethrows -> Result {
    // Inside another call, that one wakes them.
    guard current == nil else { return try body() }
    let collected = CollectedWakes()
    return try withExtendedLifetime(collected) {
      telltale_collect_wakes(Unmanaged.passUnretained(collected).toOpaque())
      defer {
        telltale_collect_wakes(nil)
        for trigger in collected.triggers.values { trigger() }
      }
      return try body()
    }
  }

  /// Wakes a thread: at once, or when the calling thread has collected its wake-ups.
  /// - Parameters:
  ///   - target: identifies the thread that is woken.
  ///   - trigger: wakes it.
  static func wake(_ target: AnyObject, _ trigger: @escaping () -> Void) {
    guard let current else { return trigger() }
    current.triggers[ObjectIdentifier(target)] = trigger
  }

  private static var current: CollectedWakes? {
    telltale_collected_wakes().map { Unmanaged<CollectedWakes>.fromOpaque($0).takeUnretainedValue() }
  }
}
