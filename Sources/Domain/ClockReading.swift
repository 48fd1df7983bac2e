#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The machine's clocks at one moment.
package struct ClockReading: Equatable, Sendable {
  /// The time of day, which people and programs may set.
  package var wall: Timestamp
  /// Milliseconds since the machine started, including sleep. It can't be set, and runs at a steady rate.
  package var sinceBoot: Int

  package init(wall: Timestamp, sinceBoot: Int) {
    self.wall = wall
    self.sinceBoot = sinceBoot
  }

  package static func now() -> ClockReading { ClockReading(wall: .now(), sinceBoot: sinceBoot()) }

  package static func sinceBoot() -> Int {
    var time = timespec()
    #if canImport(Glibc)
      clock_gettime(CLOCK_BOOTTIME, &time)
    #else
      // Unlike Linux's, it includes sleep.
      clock_gettime(CLOCK_MONOTONIC, &time)
    #endif
    return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
  }
}
