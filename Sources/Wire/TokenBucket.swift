/// A rate limiter that allows bursts: it refills at `perSecond` tokens a second and holds at most `burst` of them.
package struct TokenBucket: Sendable {
  package let burst: Int
  package let perSecond: Int
  /// The tokens left, in thousandths.
  private var available: Int
  private var lastRefill: Int

  /// - Parameter now: See ``tryConsume(now:)``.
  package init(burst: Int, perSecond: Int, now: Int) {
    self.burst = burst
    self.perSecond = perSecond
    available = burst * 1000
    lastRefill = now
  }

  /// Consumes a token if one is available.
  /// - Parameter now: Milliseconds of a monotonic clock.
  /// - Returns: False if the bucket is empty.
  package mutating func tryConsume(now: Int) -> Bool {
    available = min(burst * 1000, available + (now - lastRefill) * perSecond)
    lastRefill = now
    guard available >= 1000 else { return false }
    available -= 1000
    return true
  }
}
