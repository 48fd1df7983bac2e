import Net
import Synchronization

/// A clock that only advances on request. Event loops that use it see the new time at once.
package final class ManualClock: Sendable {
  private let time = Atomic<Milliseconds>(1_000_000)
  /// The wakers of the loops that use this clock, by id.
  private let wakers = Mutex<[Int: Waker]>([:])

  package init() {}

  /// The clock to pass to event loops.
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
