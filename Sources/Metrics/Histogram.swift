/// How long something took, how often: counts by fixed bounds, so that noting one more is a few comparisons and an
/// addition. Owned by one thread or under a lock; histograms of several owners are added up when somebody asks.
package struct Histogram: Sendable, Equatable {
  /// The upper bounds of the buckets in microseconds, ascending. What is larger than the last counts in none of them.
  package let bounds: [Int]
  /// How many were in each bucket and in no lower one; the last number is of those above all bounds.
  package private(set) var counts: [Int]
  /// Microseconds in all.
  package private(set) var sum = 0

  package init(bounds: [Int]) {
    self.bounds = bounds
    counts = [Int](repeating: 0, count: bounds.count + 1)
  }

  /// From 10 µs to 1 s: what an event loop does.
  package static let turns = Histogram(
    bounds: [10, 50, 100, 500, 1000, 5000, 10_000, 50_000, 100_000, 500_000, 1_000_000])
  /// From 100 µs to 10 s: what a client waits for.
  package static let waits = Histogram(
    bounds: [100, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 10_000_000])
  /// From 1 ms to an hour: what a job does.
  package static let work = Histogram(
    bounds: [
      1000, 5000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 10_000_000, 60_000_000, 600_000_000,
      3_600_000_000,
    ])

  package var count: Int { counts.reduce(0, +) }

  package mutating func observe(microseconds: Int) {
    var index = 0
    while index < bounds.count, microseconds > bounds[index] { index += 1 }
    counts[index] += 1
    sum += microseconds
  }

  /// - Precondition: both have the same bounds.
  package mutating func add(_ other: Histogram) {
    precondition(bounds == other.bounds)
    for index in counts.indices { counts[index] += other.counts[index] }
    sum += other.sum
  }
}
