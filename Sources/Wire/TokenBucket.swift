/// Lets so many things pass at once, and so many a second in the long run. What is not used is saved up to the burst.
package struct TokenBucket: Sendable {
  package let burst: Int
  package let perSecond: Int
  /// Thousandths of what may still pass at once.
  private var allowance: Int
  private var lastTaken: Int

  /// - Parameter now: as in ``take(now:)``.
  package init(burst: Int, perSecond: Int, now: Int) {
    self.burst = burst
    self.perSecond = perSecond
    allowance = burst * 1000
    lastTaken = now
  }

  /// - Parameter now: milliseconds of a clock that never goes back.
  /// - Returns: whether one more may pass.
  package mutating func take(now: Int) -> Bool {
    allowance = min(burst * 1000, allowance + (now - lastTaken) * perSecond)
    lastTaken = now
    guard allowance >= 1000 else { return false }
    allowance -= 1000
    return true
  }
}
