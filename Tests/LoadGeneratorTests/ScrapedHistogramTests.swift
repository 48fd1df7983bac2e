import LoadGenerator
import Testing

struct ScrapedHistogramTests {
  private func text(_ counts: [Int], name: String = "commit_seconds") -> String {
    let bounds = ["0.001", "0.005", "0.01", "+Inf"]
    let lines = zip(bounds, counts).map { "\(name)_bucket{le=\"\($0)\"} \($1)" }
    return (["# TYPE \(name) histogram"] + lines + ["\(name)_sum 1.5", "\(name)_count \(counts[3])"])
      .joined(separator: "\n")
  }

  @Test func `a percentile is interpolated within its bucket`() throws {
    let histogram = try #require(ScrapedHistogram("commit_seconds", in: text([10, 50, 100, 100])))
    #expect(histogram.count == 100)
    #expect(histogram.percentile(0.05) == 0.0005)
    #expect(histogram.percentile(0.3) == 0.003)
    #expect(histogram.percentile(1) == 0.01)
  }

  @Test func `a value above all finite bounds counts as the highest bound`() throws {
    let histogram = try #require(ScrapedHistogram("commit_seconds", in: text([0, 0, 1, 4])))
    #expect(histogram.percentile(0.99) == 0.01)
  }

  @Test func `the difference of two scrapes has only the new values`() throws {
    let before = try #require(ScrapedHistogram("commit_seconds", in: text([100, 100, 100, 100])))
    let after = try #require(ScrapedHistogram("commit_seconds", in: text([100, 104, 104, 104])))
    #expect(after.since(before).count == 4)
    #expect(after.since(before).percentile(0.5) == 0.003)
    #expect(before.since(before).percentile(0.5) == nil)
  }

  @Test(arguments: ["", "commit_seconds 3", "commit_seconds_bucket{le=\"1\"} 3"])
  func `an incomplete histogram is not parsed`(text: String) {
    #expect(ScrapedHistogram("commit_seconds", in: text) == nil)
  }

  @Test func `a histogram whose name only begins with the given one is not parsed`() {
    #expect(ScrapedHistogram("commit", in: text([1, 2, 3, 4])) == nil)
  }
}
