import Metrics
import Testing

struct MetricsTextTests {
  private func text(_ fill: (inout MetricsText) -> Void) -> String {
    var text = MetricsText(prefix: "t_")
    fill(&text)
    return String(decoding: text.bytes, as: UTF8.self)
  }

  @Test func `a family has its help, its type and a line for each sample`() {
    let text = text { text in
      text.append(
        "requests_total", .counter, help: "Requests.",
        samples: [.init(["route": "/a", "code": "200"], 3), .init(1.5)])
    }
    #expect(
      text == """
        # HELP t_requests_total Requests.
        # TYPE t_requests_total counter
        t_requests_total{route="/a",code="200"} 3
        t_requests_total 1.5

        """)
  }

  @Test func `a histogram has cumulative buckets, and its sum in seconds`() {
    var histogram = Histogram(bounds: [1000, 2_000_000])
    for microseconds in [0, 1000, 1001, 3_000_000] { histogram.observe(microseconds: microseconds) }
    let text = text { $0.append("wait_seconds", .histogram, help: "Wait.", samples: [.init(["loop": "0"], histogram)]) }
    #expect(
      text.split(separator: "\n").dropFirst(2) == [
        "t_wait_seconds_bucket{loop=\"0\",le=\"0.001\"} 2", "t_wait_seconds_bucket{loop=\"0\",le=\"2.0\"} 3",
        "t_wait_seconds_bucket{loop=\"0\",le=\"+Inf\"} 4", "t_wait_seconds_sum{loop=\"0\"} 3.002001",
        "t_wait_seconds_count{loop=\"0\"} 4",
      ])
  }

  @Test(arguments: [
    ("a\"b", "a\\\"b"), ("a\\b", "a\\\\b"), ("a\nb 1\n# TYPE x", "a\\nb 1\\n# TYPE x"),
    ("a\r\u{0}b", "a\u{FFFD}\u{FFFD}b"),
  ])
  func `a label's value is escaped, so that it stays one value on one line`(value: String, escaped: String) {
    let text = text { $0.append("x", .gauge, help: "X.", samples: [.init(["v": value], 1)]) }
    #expect(text == "# HELP t_x X.\n# TYPE t_x gauge\nt_x{v=\"\(escaped)\"} 1\n")
  }

  @Test func `a family without samples is still named`() {
    #expect(text { $0.append("x", .gauge, help: "X.", samples: []) } == "# HELP t_x X.\n# TYPE t_x gauge\n")
  }

  @Test func `histograms of several owners add up`() {
    var (one, two) = (Histogram(bounds: [100, 1000]), Histogram(bounds: [100, 1000]))
    one.observe(microseconds: 50)
    two.observe(microseconds: 70)
    two.observe(microseconds: 100)
    two.observe(microseconds: 101)
    two.observe(microseconds: 20_000_000)
    one.add(two)
    #expect(one.counts == [3, 1, 1])
    #expect(one.count == 5)
    #expect(one.sum == 20_000_321)
  }
}
