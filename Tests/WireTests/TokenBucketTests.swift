import Testing
import Wire

struct TokenBucketTests {
  /// Empties the bucket.
  /// - Returns: The number of tokens that it held.
  private func drain(_ bucket: inout TokenBucket, now: Int) -> Int {
    var count = 0
    while bucket.tryConsume(now: now) { count += 1 }
    return count
  }

  @Test func `a bucket begins full and refills at its rate`() {
    var bucket = TokenBucket(burst: 100, perSecond: 20, now: 5_000)
    #expect(drain(&bucket, now: 5_000) == 100)
    #expect(drain(&bucket, now: 5_049) == 0)
    #expect(drain(&bucket, now: 5_050) == 1)
    #expect(drain(&bucket, now: 6_050) == 20)
  }

  @Test func `a bucket holds at most the burst`() {
    var bucket = TokenBucket(burst: 3, perSecond: 20, now: 0)
    #expect(drain(&bucket, now: 0) == 3)
    #expect(drain(&bucket, now: 86_400_000) == 3)
  }

  @Test func `a steady stream at the rate is never limited`() {
    var bucket = TokenBucket(burst: 1, perSecond: 20, now: 0)
    #expect((1...1_000).allSatisfy { bucket.tryConsume(now: $0 * 50) })
  }
}
