import Domain
import JSONValues
import Realtime
import TestSupport
import Testing

struct FanOutTests {
  /// A loop with subscribers that take everything unless told otherwise.
  struct Loop {
    let hub: EventHub
    let publisher: ImmediatePublisher
    let fanOut: FanOut

    init(window: Int = 10_000, limits: QueueLimits = .standard) {
      hub = EventHub(epoch: "test", windowCapacity: window)
      publisher = ImmediatePublisher(hub)
      fanOut = FanOut(hub: hub, limits: limits, wake: {})
    }

    func subscriber(_ subscription: Subscription = .everything, _ framing: Framing = .webSocket) -> (
      TestSink, Subscriber
    ) {
      let sink = TestSink()
      let subscriber = Subscriber(framing: framing, sink: sink)
      fanOut.join(subscriber, subscription)
      return (sink, subscriber)
    }
  }

  @Test func `every subscriber gets every message of a turn with one write`() {
    let loop = Loop()
    let subscribers = (0..<10).map { _ in loop.subscriber() }
    for index in 0..<100 { loop.publisher.publish(warning("\(index)"), to: .job("a")) }
    loop.fanOut.turn()
    for (sink, _) in subscribers {
      #expect(sink.offsets == Array(1...100))
      #expect(sink.writeCount == 1)
    }
  }

  @Test func `a numbered message carries its id, its topic and its place in the topic`() throws {
    let loop = Loop()
    let (sink, _) = loop.subscriber()
    loop.publisher.publish(warning(), to: .job("a"))
    loop.publisher.publish(warning(), to: .job("b"))
    loop.publisher.publish(warning(), to: .job("a"))
    loop.fanOut.turn()
    #expect(sink.messages.map { $0["id"] } == ["test:1", "test:2", "test:3"])
    #expect(sink.messages.map { $0["topic"] } == ["job:a", "job:b", "job:a"])
    #expect(sink.messages.map { $0["seq"] } == [1, 1, 2])
  }

  @Test func `large messages are compressed once for everybody who takes that, and small ones for nobody`() {
    let loop = Loop()
    let (plain, _) = loop.subscriber()
    let deflated = (0..<3).map { _ in loop.subscriber(.everything, .deflatedWebSocket).0 }
    loop.publisher.publish(warning(String(repeating: "again ", count: 1_000)), to: .job("a"))
    loop.publisher.publish(warning("small"), to: .job("a"))
    loop.fanOut.turn()
    for sink in deflated {
      #expect(sink.messages == plain.messages && sink.messages.count == 2)
      #expect(sink.received == deflated[0].received)
      // FIN, RSV1 and text; then FIN and text.
      #expect(sink.received.first == 0xC1)
      #expect(sink.received.count < 600 && plain.received.count > 6_000)
    }
  }

  @Test func `frames travel in order with the rest but have no number`() {
    let loop = Loop()
    let (sink, _) = loop.subscriber()
    loop.publisher.publish(warning(), to: .job("a"))
    loop.publisher.publish(frame(0), to: .job("a"))
    loop.publisher.publish(warning(), to: .job("a"))
    loop.fanOut.turn()
    #expect(sink.types == ["warning", "frame", "warning"])
    #expect(sink.messages[1]["id"] == nil)
    #expect(sink.offsets == [1, 2])
  }

  @Test func `a subscriber of one topic gets that topic only, and the default leaves out logs and the digest`() {
    let loop = Loop()
    let (all, _) = loop.subscriber()
    let (one, _) = loop.subscriber(.only([.job("b")]))
    let (digest, _) = loop.subscriber(.only([.jobs, .log("a")]))
    for topic in [Topic.job("a"), .job("b"), .jobs, .log("a")] { loop.publisher.publish(warning(), to: topic) }
    loop.fanOut.turn()
    #expect(all.offsets == [1, 2])
    #expect(one.offsets == [2])
    #expect(digest.offsets == [3, 4])
  }

  @Test(arguments: 1...40) func `a subscriber that takes its bytes in pieces of any size gets the same messages`(
    piece: Int
  ) {
    let loop = Loop()
    let (sink, subscriber) = loop.subscriber()
    sink.room = 0
    for index in 0..<5 {
      loop.publisher.publish(warning("\(index)"), to: .job("a"))
      loop.publisher.publish(frame(index), to: .job("a"))
    }
    loop.fanOut.turn()
    for _ in 0..<(3000 / piece) { sink.takeMore(piece, loop.fanOut, subscriber) }
    #expect(sink.offsets == Array(1...5))
    #expect(
      sink.types == [
        "warning", "frame", "warning", "frame", "warning", "frame", "warning", "frame", "warning", "frame",
      ])
  }

  @Test(arguments: 1...40) func `an event is a chunk of its own, however the peer takes its bytes`(piece: Int) throws {
    let loop = Loop()
    let (sink, subscriber) = loop.subscriber(.everything, .chunkedSSE)
    let (plain, _) = loop.subscriber(.everything, .sse)
    sink.room = 0
    for index in 0..<5 {
      loop.publisher.publish(warning("\(index)"), to: .job("a"))
      loop.publisher.publish(frame(index), to: .job("a"))
      loop.fanOut.turn()
    }
    for _ in 0..<(3000 / piece) { sink.takeMore(piece, loop.fanOut, subscriber) }
    var (decoder, events) = (ChunkDecoder(), [[UInt8]]())
    for byte in sink.received {
      let data = try decoder.decode([byte])
      if !data.isEmpty { events.append(data) }
    }
    #expect(events.count == 10 && events.allSatisfy { $0.suffix(2) == [10, 10] })
    #expect(events.flatMap(\.self) == plain.received)
  }

  @Test func `a subscriber that is too slow misses frames, but nothing numbered, and the others miss nothing`() {
    let loop = Loop(limits: QueueLimits(messages: 50, bytes: 1 << 20))
    let (slow, subscriber) = loop.subscriber()
    let (quick, _) = loop.subscriber()
    slow.room = 0
    for index in 0..<40 {
      for number in 0..<4 { loop.publisher.publish(frame(index * 4 + number), to: .job("a")) }
      loop.publisher.publish(warning("\(index)"), to: .job("a"))
      loop.fanOut.turn()
    }
    slow.takeMore(.max, loop.fanOut, subscriber)
    #expect(slow.offsets == Array(1...40))
    #expect(!slow.isClosedAsTooSlow)
    #expect(slow.types.count { $0 == "frame" } < 160)
    #expect(loop.fanOut.dropped[.frame, default: 0] + slow.types.count { $0 == "frame" } == 160)
    #expect(quick.types.count == 200)
  }

  @Test func `a subscriber whose numbered messages do not fit is closed as too slow`() {
    let loop = Loop(limits: QueueLimits(messages: 50, bytes: 1 << 20))
    let (slow, _) = loop.subscriber()
    let (quick, _) = loop.subscriber()
    slow.room = 0
    for _ in 0..<200 {
      loop.publisher.publish(warning(), to: .job("a"))
      loop.fanOut.turn()
    }
    #expect(slow.isClosedAsTooSlow)
    #expect(quick.offsets == Array(1...200))
  }

  @Test func `a subscriber that comes back gets what it missed once, in order, and then what is live`() {
    let loop = Loop()
    for _ in 0..<10 { loop.publisher.publish(warning(), to: .job("a")) }
    loop.fanOut.turn()
    loop.publisher.publish(warning(), to: .job("a"))  // not fanned out yet
    let sink = TestSink()
    let subscriber = Subscriber(framing: .webSocket, sink: sink)
    let result = loop.fanOut.join(subscriber, .everything, after: StreamPosition(epoch: "test", offset: 4))
    #expect(result == .resumed)
    loop.publisher.publish(warning(), to: .job("a"))
    loop.fanOut.turn()
    sink.takeMore(.max, loop.fanOut, subscriber)
    #expect(sink.offsets == Array(5...12))
  }

  @Test func `a position that this loop has not reached yet is caught up with first`() {
    let loop = Loop()
    for _ in 0..<10 { loop.publisher.publish(warning(), to: .job("a")) }
    let sink = TestSink()
    let subscriber = Subscriber(framing: .webSocket, sink: sink)
    let result = loop.fanOut.join(subscriber, .everything, after: StreamPosition(epoch: "test", offset: 8))
    #expect(result == .resumed)
    loop.fanOut.turn()
    sink.takeMore(.max, loop.fanOut, subscriber)
    #expect(sink.offsets == [9, 10])
  }

  @Test(arguments: [
    StreamPosition(epoch: "other", offset: 5), StreamPosition(epoch: "test", offset: 99),
    StreamPosition(epoch: "test", offset: 3),
  ])
  func `a position of another epoch, from the future or no longer kept is a gap`(position: StreamPosition) {
    let loop = Loop(window: 5)
    for _ in 0..<10 { loop.publisher.publish(warning(), to: .job("a")) }
    loop.fanOut.turn()
    let sink = TestSink()
    let subscriber = Subscriber(framing: .webSocket, sink: sink)
    #expect(loop.fanOut.join(subscriber, .everything, after: position) == .gap)
    #expect(sink.queuedByteCount == 0)
  }

  @Test func `a changed subscription takes effect with the next message and loses nothing that was owed`() {
    let loop = Loop()
    let (sink, subscriber) = loop.subscriber(.only([.job("a")]))
    sink.room = 10
    loop.publisher.publish(warning("first"), to: .job("a"))
    loop.fanOut.turn()
    loop.fanOut.change(subscriber, to: .only([.job("b")]))
    loop.publisher.publish(warning(), to: .job("a"))
    loop.publisher.publish(warning(), to: .job("b"))
    loop.fanOut.turn()
    sink.takeMore(.max, loop.fanOut, subscriber)
    #expect(sink.offsets == [1, 3])
  }

  @Test func `whoever left gets nothing more`() {
    let loop = Loop()
    let (gone, subscriber) = loop.subscriber()
    let (here, _) = loop.subscriber()
    loop.fanOut.leave(subscriber)
    loop.publisher.publish(warning(), to: .job("a"))
    loop.fanOut.turn()
    #expect(gone.offsets.isEmpty)
    #expect(here.offsets == [1])
  }

  /// Random speeds, sizes and subscriptions: whatever happens, what arrives is what was published, in order.
  @Test(arguments: UInt64(1)...30) func `under random load no numbered message is lost, doubled or out of order`(
    seed: UInt64
  ) {
    var random = SeededGenerator(seed: seed)
    let loop = Loop(limits: QueueLimits(messages: 100, bytes: 64 * 1024))
    let topics = (0..<4).map { Topic.job("\($0)") }
    let clients = (0..<12).map { _ -> (TestSink, Subscriber, Subscription) in
      let subscription: Subscription =
        Bool.random(using: &random) ? .everything : .only(Set(topics.shuffled(using: &random).prefix(2)))
      let (sink, subscriber) = loop.subscriber(subscription)
      return (sink, subscriber, subscription)
    }
    var published: [(Topic, Int)] = []
    for _ in 0..<80 {
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        let topic = topics.randomElement(using: &random)!
        let text = String(repeating: "x", count: Int.random(in: 0...300, using: &random))
        if Bool.random(using: &random) {
          loop.publisher.publish(frame(0), to: topic)
        } else if let position = loop.publisher.publish(warning(text), to: topic) {
          published.append((topic, position.offset))
        }
      }
      for (sink, _, _) in clients { sink.room = Int.random(in: 0...3000, using: &random) }
      loop.fanOut.turn()
      for (sink, subscriber, _) in clients where Bool.random(using: &random) {
        sink.takeMore(Int.random(in: 0...6000, using: &random), loop.fanOut, subscriber)
      }
    }
    for (sink, subscriber, subscription) in clients where !sink.isClosedAsTooSlow {
      sink.takeMore(.max, loop.fanOut, subscriber)
      #expect(sink.offsets == published.filter { subscription.includes($0.0) }.map(\.1))
    }
  }
}
