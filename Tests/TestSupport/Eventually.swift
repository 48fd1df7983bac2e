#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Polls a condition every 2 ms until it is true or the time is up.
/// - Returns: Whether the condition became true in time.
package func eventually(seconds: Double = 10, _ isTrue: () throws -> Bool) rethrows -> Bool {
  var start = timespec()
  clock_gettime(CLOCK_MONOTONIC, &start)
  while true {
    if try isTrue() { return true }
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let passed = Double(now.tv_sec - start.tv_sec) + Double(now.tv_nsec - start.tv_nsec) / 1e9
    if passed > seconds { return false }
    usleep(2_000)
  }
}
