import Domain
import Realtime
import Synchronization
import Testing

struct EventHubTests {
  @Test func `a loop that falls behind by more than is kept holds nothing, and its subscribers are closed as too slow`()
  {
    let loop = FanOutTests.Loop(window: 5)
    let (sink, _) = loop.subscriber()
    for _ in 0..<5 { loop.publisher.publish(warning(), to: .job("a")) }
    loop.fanOut.turn()
    #expect(sink.offsets == Array(1...5))
    #expect(!sink.isClosedAsTooSlow)

    for _ in 0..<5 { loop.publisher.publish(warning(), to: .job("a")) }
    loop.publisher.publish(frame(1), to: .job("a"))
    #expect(loop.hub.statistics.waiting == 6)
    for _ in 0..<100 { loop.publisher.publish(warning(), to: .job("a")) }
    loop.publisher.publish(frame(2), to: .job("a"))
    #expect(loop.hub.statistics.waiting == 0)
    #expect(loop.hub.statistics.dropped == [.frame: 2])
    loop.fanOut.turn()
    #expect(sink.isClosedAsTooSlow)
    #expect(sink.offsets == Array(1...5))
    #expect(loop.fanOut.groupCount == 0)

    // The loop itself continues, for new subscribers.
    let (next, _) = loop.subscriber()
    loop.publisher.publish(warning(), to: .job("a"))
    loop.fanOut.turn()
    #expect(next.offsets == [111])
  }

  /// A hub that keeps four messages of at most 2,000 bytes together, and what it keeps after an offset.
  private struct Kept {
    let hub = EventHub(epoch: "test", windowCapacity: 4, windowBytes: 2_000)

    func publish(_ sizes: Int...) {
      let publisher = ImmediatePublisher(hub)
      for size in sizes { publisher.publish(warning(String(repeating: "x", count: size)), to: .job("a")) }
    }

    func offsets(after offset: Int) -> [Int]? {
      hub.replay(after: offset, through: .max)?.compactMap(\.position?.offset)
    }
  }

  @Test func `what is kept for those who come back is bounded in bytes as well`() {
    let kept = Kept()
    kept.publish(700, 700)
    #expect(kept.offsets(after: 0) == [1, 2])
    kept.publish(700)
    #expect(kept.offsets(after: 0) == nil)
    #expect(kept.offsets(after: 1) == [2, 3])
    // Small ones have room for as many as ever again, and no more.
    kept.publish(1, 1, 1, 1, 1, 1)
    #expect(kept.offsets(after: 4) == nil)
    #expect(kept.offsets(after: 5) == [6, 7, 8, 9])
    #expect(kept.offsets(after: 7) == [8, 9])
    #expect(kept.offsets(after: 9) == [])
    #expect(kept.offsets(after: 10) == nil)
  }

  @Test func `a message larger than all that is kept is kept alone`() {
    let kept = Kept()
    kept.publish(1, 1, 5_000)
    #expect(kept.offsets(after: 1) == nil)
    #expect(kept.offsets(after: 2) == [3])
    kept.publish(1)
    #expect(kept.offsets(after: 2) == nil)
    #expect(kept.offsets(after: 3) == [4])
    kept.publish(1, 1)
    #expect(kept.offsets(after: 3) == [4, 5, 6])
  }

  @Test func `a reader is woken by the first message since its last look, also after it lost some`() {
    let wakes = Mutex(0)
    let hub = EventHub(epoch: "test", windowCapacity: 5)
    let publisher = ImmediatePublisher(hub)
    let fanOut = FanOut(hub: hub, wake: { wakes.withLock { $0 += 1 } })
    for _ in 0..<20 { publisher.publish(warning(), to: .job("a")) }
    #expect(wakes.withLock { $0 } == 1)
    fanOut.turn()
    publisher.publish(warning(), to: .job("a"))
    #expect(wakes.withLock { $0 } == 2)
  }

  @Test func `nothing is left for a fan-out that is gone, and its place is given to the next`() {
    let hub = EventHub(epoch: "test")
    let publisher = ImmediatePublisher(hub)
    let stays = FanOut(hub: hub, wake: {})
    for _ in 0..<3 {
      let fanOut = FanOut(hub: hub, wake: {})
      publisher.publish(warning(), to: .job("a"))
      #expect(hub.statistics.waiting == 2)
      fanOut.turn()
      stays.turn()
    }
    publisher.publish(warning(), to: .job("a"))
    #expect(hub.statistics.waiting == 1)
  }
}
