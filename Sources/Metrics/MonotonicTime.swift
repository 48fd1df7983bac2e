#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Microseconds of the machine's monotonic clock: for measuring, whatever clock deadlines go by.
package func monotonicMicroseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int(time.tv_sec) * 1_000_000 + Int(time.tv_nsec) / 1000
}
