// Hot: one record per delivery, millions per second (`telltale bench fanout --rate max`). The counts are behind a `let`
// pointer, so that recording is an addition in memory without an exclusivity check.

/// A histogram of durations: exact below 128, within 1% above.
///
/// Each power of two is divided into 64 buckets, as in HdrHistogram. Recording allocates nothing.
package final class LatencyHistogram {
  private static let bitsOfPrecision = 6
  private static let bucketsPerPower = 1 << bitsOfPrecision
  /// Enough for every non-negative Int.
  private static let bucketCount = (64 - bitsOfPrecision) * bucketsPerPower

  private let buckets: UnsafeMutablePointer<Int>
  /// The longest recorded duration, in a slot of its own behind the buckets.
  private let longest: UnsafeMutablePointer<Int>

  package init() {
    buckets = .allocate(capacity: Self.bucketCount + 1)
    longest = buckets + Self.bucketCount
    removeAll()
  }

  deinit { buckets.deallocate() }

  package func removeAll() { buckets.update(repeating: 0, count: Self.bucketCount + 1) }

  /// - Parameter value: A duration in any unit. Negative values count as 0.
  @inline(__always)
  package func record(_ value: Int) {
    let value = value < 0 ? 0 : value
    buckets[Self.index(value)] &+= 1
    if value > longest.pointee { longest.pointee = value }
  }

  /// Adds the values of another histogram.
  package func add(_ other: LatencyHistogram) {
    for index in 0..<Self.bucketCount { buckets[index] &+= other.buckets[index] }
    longest.pointee = Swift.max(longest.pointee, other.max)
  }

  package var count: Int {
    var sum = 0
    for index in 0..<Self.bucketCount { sum += buckets[index] }
    return sum
  }

  /// The exact maximum of the recorded values; 0 if there are none.
  package var max: Int { longest.pointee }

  /// The value that the given fraction of the recorded values doesn't exceed; 0 if nothing was recorded.
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
