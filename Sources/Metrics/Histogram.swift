/// A distribution of durations in buckets with fixed bounds. Recording one costs a few comparisons and an addition.
///
/// Not synchronised: each thread owns its histograms or guards them with a lock, and the metrics report adds them up.
package struct Histogram: Sendable, Equatable {
  /// The upper bounds of the buckets in microseconds, ascending.
  package let bounds: [Int]
  /// The number of durations in each bucket, not cumulative. The last one counts durations above all bounds.
  package private(set) var counts: [Int]
  /// The sum of all durations in microseconds.
  package private(set) var sum = 0

  package init(bounds: [Int]) {
    self.bounds = bounds
    counts = [Int](repeating: 0, count: bounds.count + 1)
  }

  /// From 10 µs to 1 s: turns of an event loop.
  package static let turns = Histogram(
    bounds: [10, 50, 100, 500, 1000, 5000, 10_000, 50_000, 100_000, 500_000, 1_000_000])
  /// From 100 µs to 10 s: waiting times of clients.
  package static let waits = Histogram(
    bounds: [100, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 10_000_000])
  /// From 1 ms to an hour: work of jobs.
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

  /// - Precondition: Both histograms have the same bounds.
  package mutating func add(_ other: Histogram) {
    precondition(bounds == other.bounds)
    for index in counts.indices { counts[index] += other.counts[index] }
    sum += other.sum
  }
}
