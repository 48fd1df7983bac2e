import Net
import Synchronization

/// Time that stands still until a test moves it. Event loops that run by it see the new time at once.
package final class ManualClock: Sendable {
  private let time = Atomic<Milliseconds>(1_000_000)
  /// By id: the loops that wait by this clock.
  private let wakers = Mutex<[Int: Waker]>([:])

  package init() {}

  /// What the loops are given.
  package var loopClock: LoopClock {
    LoopClock(
      now: { [self] in time.load(ordering: .acquiring) },
      loopStarted: { [self] waker in wakers.withLock { $0[waker.id] = waker } },
      loopEnded: { [self] waker in wakers.withLock { $0[waker.id] = nil } })
  }

  package func advance(milliseconds: Milliseconds) {
    time.wrappingAdd(milliseconds, ordering: .releasing)
    wakers.withLock { wakers in wakers.values.forEach { $0.wake() } }
  }

  package func advance(seconds: Int) { advance(milliseconds: seconds * 1000) }
}
