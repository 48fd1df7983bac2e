import Domain
import Realtime
import TestSupport
import Testing

/// What a subscriber gets that comes back with a cursor, however it reads.
struct FanOutReplayTests {
  private typealias Loop = FanOutTests.Loop

  private func position(_ offset: Int) -> StreamPosition { StreamPosition(epoch: "test", offset: offset) }

  /// A loop that has published messages 1 through `count`, alternately to topics a and b, and a client that resumes.
  private func resumption(
    after offset: Int = 0, of count: Int, _ subscription: Subscription = .everything, window: Int = 10_000,
    limits: QueueLimits = .standard, text: String = "w"
  ) -> (loop: Loop, sink: TestSink, subscriber: Subscriber) {
    let loop = Loop(window: window, limits: limits)
    publish(1...count, loop, text)
    loop.fanOut.turn()
    let sink = TestSink()
    let subscriber = Subscriber(framing: .webSocket, sink: sink)
    #expect(loop.fanOut.join(subscriber, subscription, after: position(offset)) == .resumed)
    return (loop, sink, subscriber)
  }

  private func publish(_ offsets: ClosedRange<Int>, _ loop: Loop, _ text: String = "w") {
    for offset in offsets { loop.publisher.publish(warning(text), to: .job(offset % 2 == 0 ? "b" : "a")) }
  }

  @Test(arguments: [
    (QueueLimits.standard, 3_000, "w"), (.standard, 500, String(repeating: "long ", count: 1_000)),
    (QueueLimits(messages: 7, bytes: 1 << 20), 200, "w"), (QueueLimits(messages: 1_000, bytes: 2_000), 200, "w"),
  ])
  func `a replay waits in portions that fit into the queue, and arrives whole`(
    limits: QueueLimits, count: Int, text: String
  ) {
    let (loop, sink, subscriber) = resumption(of: count, limits: limits, text: text)
    #expect(sink.queuedByteCount > 0)
    #expect(sink.caughtUpAfter.isEmpty)
    sink.takeMore(.max, loop.fanOut, subscriber)
    #expect(sink.caughtUpAfter == [sink.received.count])
    #expect(sink.longestQueue <= limits.bytes)
    #expect(sink.longestQueue <= limits.messages * (text.utf8.count + 300))
    publish((count + 1)...(count + 10), loop)
    loop.fanOut.turn()
    #expect(sink.offsets == Array(1...(count + 10)))
  }

  @Test func `a message longer than a portion is replayed too`() {
    let (loop, sink, subscriber) = resumption(
      of: 20, limits: QueueLimits(messages: 100, bytes: 1_000), text: String(repeating: "x", count: 5_000))
    sink.takeMore(.max, loop.fanOut, subscriber)
    #expect(sink.offsets == Array(1...20))
  }

  @Test func `what is published during a replay comes behind it, once`() {
    let (loop, sink, subscriber) = resumption(of: 3_000)
    for turn in 0..<10 {
      publish((3_001 + turn * 100)...(3_100 + turn * 100), loop)
      loop.fanOut.turn()
      sink.takeMore(60_000, loop.fanOut, subscriber)
    }
    #expect(!sink.isClosedAsTooSlow)
    sink.takeMore(.max, loop.fanOut, subscriber)
    #expect(sink.offsets == Array(1...4_000))
  }

  @Test func `whoever has caught up is live at once, with room for as much again`() {
    let (loop, sink, subscriber) = resumption(of: 50, limits: QueueLimits(messages: 100, bytes: 1 << 20))
    publish(51...100, loop)
    loop.fanOut.turn()
    loop.publisher.publish(frame(0), to: .job("a"))
    loop.fanOut.turn()
    #expect(!sink.isClosedAsTooSlow)
    sink.takeMore(.max, loop.fanOut, subscriber)
    #expect(sink.offsets == Array(1...100))
    publish(101...201, loop)
    sink.room = 0
    loop.fanOut.turn()
    publish(202...202, loop)
    loop.fanOut.turn()
    #expect(sink.isClosedAsTooSlow)
  }

  @Test func `a replay that the window leaves behind ends as too slow`() {
    let (loop, sink, subscriber) = resumption(of: 3_000, window: 4_000)
    publish(3_001...6_000, loop)
    loop.fanOut.turn()
    sink.takeMore(.max, loop.fanOut, subscriber)
    #expect(sink.isClosedAsTooSlow)
    #expect(sink.offsets == Array(1...500))
    loop.publisher.publish(warning(), to: .job("a"))
    loop.fanOut.turn()
    #expect(sink.offsets.count == 500)
  }

  @Test func `a subscription that changes during a replay counts for everything that the replay has not come to`() {
    let (loop, sink, subscriber) = resumption(of: 3_000, .only([.job("a")]))
    loop.fanOut.change(subscriber, to: .only([.job("b")]))
    sink.takeMore(.max, loop.fanOut, subscriber)
    publish(3_001...3_004, loop)
    loop.fanOut.turn()
    let offsets = sink.offsets
    #expect(offsets == offsets.sorted())
    let firstOfB = offsets.firstIndex { $0 % 2 == 0 } ?? 0
    #expect(firstOfB == 500)
    #expect(Array(offsets[..<firstOfB]) == Array(stride(from: 1, through: 999, by: 2)))
    #expect(Array(offsets[firstOfB...]) == Array(stride(from: 1_002, through: 3_004, by: 2)))
  }

  @Test func `whoever leaves during a replay gets nothing more`() {
    let (loop, sink, subscriber) = resumption(of: 3_000)
    loop.fanOut.leave(subscriber)
    sink.takeMore(.max, loop.fanOut, subscriber)
    publish(3_001...3_004, loop)
    loop.fanOut.turn()
    #expect(sink.offsets == Array(1...500))
    #expect(loop.fanOut.groupCount == 0)
  }

  /// Whatever it reads, and however often it breaks off or is cut off, a client that comes back has got everything.
  @Test(arguments: UInt64(1)...30) func `clients that come back again and again lose and double nothing`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let loop = Loop(limits: QueueLimits(messages: 40, bytes: 16 * 1024))
    struct Client {
      let subscription: Subscription
      var subscriber: Subscriber
      var sink: TestSink
      var offsets: [Int] = []
    }
    var clients = (0..<8).map { number in
      let subscription: Subscription = number % 2 == 0 ? .everything : .only([.job("\(number % 4)")])
      let (sink, subscriber) = loop.subscriber(subscription)
      return Client(subscription: subscription, subscriber: subscriber, sink: sink)
    }
    var published: [(Topic, Int)] = []
    func comeBack(_ client: inout Client) {
      loop.fanOut.leave(client.subscriber)
      client.offsets += client.sink.offsets
      client.sink = TestSink()
      client.subscriber = Subscriber(framing: .webSocket, sink: client.sink)
      let cursor = position(client.offsets.last ?? 0)
      #expect(loop.fanOut.join(client.subscriber, client.subscription, after: cursor) == .resumed)
    }
    for _ in 0..<100 {
      for _ in 0..<Int.random(in: 0...30, using: &random) {
        let topic = Topic.job("\(Int.random(in: 0..<4, using: &random))")
        let text = String(repeating: "x", count: Int.random(in: 0...300, using: &random))
        if let position = loop.publisher.publish(warning(text), to: topic) {
          published.append((topic, position.offset))
        }
        loop.publisher.publish(frame(0), to: topic)
      }
      for client in clients { client.sink.room = Int.random(in: 0...4_000, using: &random) }
      loop.fanOut.turn()
      for index in clients.indices {
        if clients[index].sink.isClosedAsTooSlow || Int.random(in: 0..<10, using: &random) == 0 {
          comeBack(&clients[index])
        }
        let room = Int.random(in: 0...8_000, using: &random)
        clients[index].sink.takeMore(room, loop.fanOut, clients[index].subscriber)
      }
    }
    for index in clients.indices {
      if clients[index].sink.isClosedAsTooSlow { comeBack(&clients[index]) }
      clients[index].sink.takeMore(.max, loop.fanOut, clients[index].subscriber)
      let client = clients[index]
      #expect(client.offsets + client.sink.offsets == published.filter { client.subscription.includes($0.0) }.map(\.1))
    }
  }
}
