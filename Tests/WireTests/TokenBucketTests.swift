import Testing
import Wire

struct TokenBucketTests {
  /// How many pass at a moment.
  private func count(_ bucket: inout TokenBucket, at now: Int) -> Int {
    var count = 0
    while bucket.take(now: now) { count += 1 }
    return count
  }

  @Test func `the burst passes at once, and then as many as the time that went by allows`() {
    var bucket = TokenBucket(burst: 100, perSecond: 20, now: 5_000)
    #expect(count(&bucket, at: 5_000) == 100)
    #expect(count(&bucket, at: 5_049) == 0)
    #expect(count(&bucket, at: 5_050) == 1)
    #expect(count(&bucket, at: 6_050) == 20)
  }

  @Test func `no more than the burst is saved up`() {
    var bucket = TokenBucket(burst: 3, perSecond: 20, now: 0)
    #expect(count(&bucket, at: 86_400_000) == 3)
  }

  @Test func `a steady stream at the rate passes for ever`() {
    var bucket = TokenBucket(burst: 1, perSecond: 20, now: 0)
    #expect((1...1_000).allSatisfy { bucket.take(now: $0 * 50) })
  }
}
