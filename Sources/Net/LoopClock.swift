#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A moment or a span of the monotonic clock, in milliseconds.
package typealias Milliseconds = Int

extension Milliseconds {
  package static func monotonic() -> Milliseconds {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
  }
}

/// The clock of event loops: the machine's monotonic clock, or one that a test advances.
package struct LoopClock: Sendable {
  /// Milliseconds since an arbitrary moment, never decreasing.
  package var now: @Sendable () -> Milliseconds
  /// Called on a loop's thread before its first turn. A clock that jumps must wake the loops that use it.
  package var loopStarted: @Sendable (Waker) -> Void
  /// Called on a loop's thread after its last turn. The waker has no effect from then on.
  package var loopEnded: @Sendable (Waker) -> Void

  package init(
    now: @escaping @Sendable () -> Milliseconds, loopStarted: @escaping @Sendable (Waker) -> Void,
    loopEnded: @escaping @Sendable (Waker) -> Void
  ) {
    self.now = now
    self.loopStarted = loopStarted
    self.loopEnded = loopEnded
  }

  package static let monotonic = LoopClock(now: Milliseconds.monotonic, loopStarted: { _ in }, loopEnded: { _ in })
}
