import Dispatch

/// Ends the wait of a thread that has work only now and then.
package final class ThreadSignal: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  package init() {}

  /// Wakes the thread: at once, or when the calling thread has collected its wake-ups. If it doesn't wait now, its next
  /// wait ends at once.
  package func wake() { CollectedWakes.wake(self) { [semaphore] in semaphore.signal() } }

  /// Waits until it is woken, or the time is up.
  package func wait(milliseconds: Int) { _ = semaphore.wait(timeout: .now() + .milliseconds(milliseconds)) }
}
