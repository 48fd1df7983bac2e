import Testing

@testable import LoadGenerator

struct RedisPeerTests {
  @Test func `the output of redis-benchmark is parsed, whatever the command is called`() {
    let header =
      "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\",\"p95_latency_ms\",\"p99_latency_ms\",\"max_latency_ms\"\n"
    let row =
      "\"XADD job:__rand_int__ * m x,y\",\"3160.56\",\"0.312\",\"0.200\",\"0.295\",\"0.415\",\"0.607\",\"1.200\"\n"
    let expected = RedisPeer.Publishes(perSecond: 3160.56, p50Milliseconds: 0.295, p99Milliseconds: 0.607)
    #expect(RedisPeer.parse(header + row) == expected)
  }

  @Test(arguments: ["", "\n", "Could not connect to Redis", "\"XADD\",\"fast\",\"1\",\"1\",\"1\",\"1\",\"1\",\"1\""])
  func `output without figures is none`(output: String) {
    #expect(RedisPeer.parse(output) == nil)
  }
}
