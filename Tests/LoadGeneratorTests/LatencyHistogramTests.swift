import LoadGenerator
import Testing

struct LatencyHistogramTests {
  @Test func `small durations are exact`() {
    let histogram = LatencyHistogram()
    for value in 1...100 { histogram.record(value) }
    #expect(histogram.count == 100)
    #expect(histogram.percentile(0.5) == 50)
    #expect(histogram.percentile(0.95) == 95)
    #expect(histogram.percentile(0.99) == 99)
    #expect(histogram.max == 100)
  }

  @Test(arguments: [1_000, 1_000_000, 50_000_000, 8_000_000_000])
  func `every percentile of a uniform distribution is within one percent`(most: Int) {
    let histogram = LatencyHistogram()
    for step in 1...10_000 { histogram.record(most / 10_000 * step + (most < 10_000 ? step / 10 : 0)) }
    for share in [0.01, 0.5, 0.9, 0.95, 0.99, 0.999] {
      let exact = Double(most) * share
      #expect(abs(Double(histogram.percentile(share)) - exact) <= exact * 0.01 + 2, "\(share)")
    }
    #expect(histogram.max == most)
  }

  @Test func `percentiles distinguish the two peaks of a distribution`() {
    let histogram = LatencyHistogram()
    for _ in 0..<98 { histogram.record(1_000_000) }
    for _ in 0..<2 { histogram.record(900_000_000) }
    #expect(abs(histogram.percentile(0.95) - 1_000_000) <= 10_000)
    #expect(abs(histogram.percentile(0.99) - 900_000_000) <= 9_000_000)
  }

  @Test(arguments: [0, 1, 127, 128, 129, 255, 256, 1 << 40, Int.max])
  func `a single value is every percentile, within one percent`(value: Int) {
    let histogram = LatencyHistogram()
    histogram.record(value)
    #expect(histogram.max == value)
    #expect(abs(Double(histogram.percentile(0.5)) - Double(value)) <= Double(value) * 0.01)
    #expect(histogram.percentile(1) <= value)
  }

  @Test func `adding a histogram adds its values`() {
    let (all, other) = (LatencyHistogram(), LatencyHistogram())
    all.record(5)
    for _ in 0..<3 { other.record(100) }
    all.add(other)
    #expect(all.count == 4 && all.max == 100)
    #expect(all.percentile(0.25) == 5 && all.percentile(0.5) == 100)
  }

  @Test func `a negative duration counts as 0, and the percentiles of an empty histogram are 0`() {
    let histogram = LatencyHistogram()
    #expect(histogram.percentile(0.99) == 0)
    histogram.record(-5)
    #expect(histogram.count == 1)
    #expect(histogram.max == 0)
    histogram.removeAll()
    #expect(histogram.count == 0)
  }
}
