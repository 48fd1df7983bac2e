import CSystem

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ends a reactor's wait with the precision of nanoseconds.
///
/// A timerfd on Linux. Elsewhere it does nothing, so that the wait is late by up to a millisecond.
package final class Alarm: Channel {
  #if canImport(Glibc)
    private let timer: Int32

    /// - Throws: ``NetError/system(call:code:)``
    package init(_ reactor: Reactor) throws(NetError) {
      timer = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))
      guard timer >= 0 else { throw .system(call: "timerfd_create", code: errno) }
      _ = try reactor.register(timer, self, interest: .reading)
    }

    deinit { close(timer) }

    /// Rings once; replaces an earlier time.
    package func ring(inNanoseconds span: Int) {
      let span = max(span, 1)  // 0 would switch it off
      var moment = itimerspec()
      moment.it_value = timespec(tv_sec: span / 1_000_000_000, tv_nsec: span % 1_000_000_000)
      timerfd_settime(timer, 0, &moment, nil)
    }

    package func ready(_ readiness: Readiness) {
      var rings: UInt64 = 0
      read(timer, &rings, 8)
    }
  #else
    package init(_ reactor: Reactor) throws(NetError) {}
    package func ring(inNanoseconds span: Int) {}
    package func ready(_ readiness: Readiness) {}
  #endif
}
