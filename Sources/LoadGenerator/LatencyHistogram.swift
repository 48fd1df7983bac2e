// Hot: one record a delivery, millions a second (`telltale bench fanout --rate max`). The counts lie behind a `let`
// pointer: recording is an addition in memory, without an exclusivity check.

/// Counts durations in buckets that grow with them: exact below 128, and never more than 1 % off beyond.
///
/// Each power of two is cut into 64 buckets (as HdrHistogram does); recording allocates nothing.
package final class LatencyHistogram {
  private static let bitsOfPrecision = 6
  private static let bucketsPerPower = 1 << bitsOfPrecision
  /// Enough for every duration of an Int.
  private static let bucketCount = (64 - bitsOfPrecision) * bucketsPerPower

  private let buckets: UnsafeMutablePointer<Int>
  /// The longest recorded, in a place of its own behind the buckets.
  private let longest: UnsafeMutablePointer<Int>

  package init() {
    buckets = .allocate(capacity: Self.bucketCount + 1)
    longest = buckets + Self.bucketCount
    removeAll()
  }

  deinit { buckets.deallocate() }

  package func removeAll() { buckets.update(repeating: 0, count: Self.bucketCount + 1) }

  /// - Parameter value: in any unit, at least 0; less is taken for 0.
  @inline(__always)
  package func record(_ value: Int) {
    let value = value < 0 ? 0 : value
    buckets[Self.index(value)] &+= 1
    if value > longest.pointee { longest.pointee = value }
  }

  /// Adds what another one has recorded.
  package func add(_ other: LatencyHistogram) {
    for index in 0..<Self.bucketCount { buckets[index] &+= other.buckets[index] }
    longest.pointee = Swift.max(longest.pointee, other.max)
  }

  package var count: Int {
    var sum = 0
    for index in 0..<Self.bucketCount { sum += buckets[index] }
    return sum
  }

  /// The longest recorded, exactly; 0 where nothing was.
  package var max: Int { longest.pointee }

  /// What the given share of the recorded values does not exceed; 0 where nothing was recorded.
  /// - Parameter share: 0.99 for the 99th percentile.
  package func percentile(_ share: Double) -> Int {
    let total = count
    guard total > 0 else { return 0 }
    let rank = Swift.max(1, Int((share * Double(total)).rounded(.up)))
    var seen = 0
    for index in 0..<Self.bucketCount {
      seen += buckets[index]
      if seen >= rank { return min(Self.middle(index), max) }
    }
    return max
  }

  @inline(__always)
  private static func index(_ value: Int) -> Int {
    let power = 63 &- (value | (2 &* bucketsPerPower &- 1)).leadingZeroBitCount
    let shift = power &- bitsOfPrecision
    return shift &* bucketsPerPower &+ (value >> shift)
  }

  /// The value in the middle of a bucket.
  private static func middle(_ index: Int) -> Int {
    guard index >= 2 * bucketsPerPower else { return index }
    let shift = index / bucketsPerPower - 1
    let low = (index % bucketsPerPower + bucketsPerPower) << shift
    return low + (1 << shift) / 2
  }
}
