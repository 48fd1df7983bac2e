import Domain
import Realtime
import Synchronization
import Testing

/// What a subscriber gets whose cursor is older than the hub's window.
struct FanOutHistoryTests {
  /// A loop whose hub keeps little, and a history that answers when the test says so.
  private final class Archive {
    private final class Reads: Sendable {
      typealias Read = (request: History.Request, done: @Sendable (History.Portion?) -> Void)
      let waiting = Mutex<[Read]>([])
      let prunedThrough = Mutex(0)
      let wakes = Mutex(0)
    }
    private let reads = Reads()
    private(set) var published: [PublishedMessage] = []
    private var line = MessageLine(epoch: "test", after: 0)
    let hub: EventHub
    let fanOut: FanOut

    init(window: Int = 100, limits: QueueLimits = .standard) {
      let reads = reads
      hub = EventHub(
        epoch: "test", windowCapacity: window,
        history: History(
          oldestOffset: { reads.prunedThrough.withLock { $0 } },
          read: { request, done in reads.waiting.withLock { $0.append((request, done)) } }))
      fanOut = FanOut(hub: hub, limits: limits, wake: { reads.wakes.withLock { $0 += 1 } })
    }

    /// Unanswered reads hold their loop, which holds the reads.
    deinit { reads.waiting.withLock { $0 = [] } }

    /// Publishes so many messages by turns to topics a and b.
    func publish(_ count: Int) {
      for _ in 0..<count {
        let topic = Topic.job(published.count % 2 == 0 ? "a" : "b")
        published.append(line.number(warning(), to: topic) { _ in 0 })
        line.settle()
        hub.broadcast([published[published.count - 1]])
      }
      fanOut.turn()
    }

    func comeBack(after offset: Int, _ subscription: Subscription = .everything) -> (
      sink: TestSink, subscriber: Subscriber, resumption: FanOut.Resumption
    ) {
      let sink = TestSink()
      let subscriber = Subscriber(framing: .webSocket, sink: sink)
      let position = StreamPosition(epoch: "test", offset: offset)
      return (sink, subscriber, fanOut.join(subscriber, subscription, after: position))
    }

    var waitingReads: [History.Request] { reads.waiting.withLock { $0.map(\.request) } }
    var wakes: Int { reads.wakes.withLock { $0 } }
    func prune(through offset: Int) { reads.prunedThrough.withLock { $0 = offset } }

    /// Answers the oldest read with what there is, after a look at so many rows.
    func answer(looks: Int = .max) {
      let read = reads.waiting.withLock { $0.removeFirst() }
      var portion = History.Portion(messages: [], reached: read.request.after)
      for message in published[read.request.after..<read.request.through].prefix(looks) {
        if read.request.subscription.includes(message.topic) { portion.messages.append(message) }
        portion.reached += 1
        if portion.messages.count == read.request.limit { break }
      }
      read.done(portion)
    }

    func fail() { reads.waiting.withLock { $0.removeFirst() }.done(nil) }

    /// Everybody reads, everything is answered, until nothing more comes.
    func finish(_ clients: [(TestSink, Subscriber)], looks: Int = .max) {
      repeat {
        while !waitingReads.isEmpty {
          answer(looks: looks)
          fanOut.turn()
        }
        for (sink, subscriber) in clients { sink.takeMore(.max, fanOut, subscriber) }
      } while !waitingReads.isEmpty
    }
  }

  @Test(arguments: [1, 7, 100, Int.max])
  func `what the window no longer keeps is read, then comes the window, then what is live`(looks: Int) {
    let archive = Archive()
    archive.publish(3_000)
    let (sink, subscriber, resumption) = archive.comeBack(after: 1_000)
    #expect(resumption == .resumed)
    #expect(sink.queuedByteCount == 0)
    archive.finish([(sink, subscriber)], looks: looks)
    // It is told once that this was all, behind the last of it.
    #expect(sink.caughtUpAfter == [sink.received.count])
    #expect(sink.offsets == Array(1_001...3_000))
    archive.publish(50)
    sink.takeMore(.max, archive.fanOut, subscriber)
    #expect(sink.offsets == Array(1_001...3_050))
    #expect(sink.caughtUpAfter.count == 1)
  }

  @Test func `only what is subscribed to is sent, also where a long stretch has nothing of it`() {
    let archive = Archive()
    archive.publish(1_000)
    let (sink, subscriber, _) = archive.comeBack(after: 0, .only([.job("b"), .job("c")]))
    archive.finish([(sink, subscriber)], looks: 3)
    #expect(sink.offsets == Array(stride(from: 2, through: 1_000, by: 2)))
    let (other, otherSubscriber, _) = archive.comeBack(after: 0, .only([.job("c")]))
    archive.finish([(other, otherSubscriber)], looks: 3)
    #expect(other.offsets == [])
    archive.publish(2)
    #expect(sink.offsets.last == 1_002)
  }

  @Test func `a portion fits into half of the queue, and the next is read while it is sent`() {
    let archive = Archive(limits: QueueLimits(messages: 20, bytes: 1 << 20))
    archive.publish(500)
    let (sink, subscriber, _) = archive.comeBack(after: 0)
    #expect(archive.waitingReads.map(\.limit) == [10])
    archive.answer()
    archive.fanOut.turn()
    let queued = sink.queuedByteCount
    #expect(queued > 0)
    #expect(archive.waitingReads.map(\.after) == [10])
    // What is read too early waits until there is room.
    archive.answer()
    archive.fanOut.turn()
    #expect(sink.queuedByteCount == queued)
    #expect(archive.waitingReads.isEmpty)
    archive.finish([(sink, subscriber)])
    #expect(sink.longestQueue <= queued * 2)
    #expect(sink.offsets == Array(1...500))
  }

  @Test func `the loop reads for two at a time, and others are not held up`() {
    let archive = Archive()
    archive.publish(1_000)
    let live = TestSink()
    let liveSubscriber = Subscriber(framing: .webSocket, sink: live)
    archive.fanOut.join(liveSubscriber, .everything)
    let clients = (0..<5).map { _ in archive.comeBack(after: 0) }
    #expect(archive.waitingReads.count == 2)
    archive.publish(1)
    #expect(live.offsets == [1_001])
    archive.finish(clients.map { ($0.sink, $0.subscriber) })
    for client in clients { #expect(client.sink.offsets == Array(1...1_001)) }
  }

  @Test func `an answer wakes the loop`() {
    let archive = Archive()
    archive.publish(200)
    _ = archive.comeBack(after: 0)
    let before = archive.wakes
    archive.answer()
    #expect(archive.wakes == before + 1)
  }

  @Test func `where the window moves on meanwhile, the rest is read as well`() {
    let archive = Archive(window: 10)
    archive.publish(20)
    let (sink, subscriber, _) = archive.comeBack(after: 5)
    archive.answer(looks: 5)
    for _ in 0..<4 { archive.publish(8) }
    #expect(archive.waitingReads.map(\.after) == [10])
    archive.finish([(sink, subscriber)])
    archive.publish(1)
    #expect(sink.offsets == Array(6...53))
  }

  @Test func `whoever leaves while it is read for gets nothing of it`() {
    let archive = Archive()
    archive.publish(1_000)
    let (sink, subscriber, _) = archive.comeBack(after: 0)
    archive.fanOut.leave(subscriber)
    archive.answer()
    archive.publish(1)
    #expect(sink.offsets == [] && sink.queuedByteCount == 0)
    #expect(archive.fanOut.groupCount == 0)
  }

  @Test func `whoever leaves before it is read for costs no read, and holds nobody up`() {
    let archive = Archive()
    archive.publish(1_000)
    let clients = (0..<8).map { _ in archive.comeBack(after: 0, .only([.job("a")])) }
    for client in clients[2..<7] { archive.fanOut.leave(client.subscriber) }
    archive.fanOut.change(clients[7].subscriber, to: .only([.job("b")]))
    for _ in 0..<2 { archive.answer() }
    archive.fanOut.turn()
    #expect(archive.waitingReads.map { $0.subscription.includes(.job("b")) } == [true])
    archive.finish([clients[0], clients[1], clients[7]].map { ($0.sink, $0.subscriber) })
    #expect(clients[0].sink.offsets == Array(stride(from: 1, through: 999, by: 2)))
    #expect(clients[7].sink.offsets == Array(stride(from: 2, through: 1_000, by: 2)))
    for client in clients[2..<7] { #expect(client.sink.offsets == []) }
  }

  @Test func `a subscription that changes during a read counts from where the replay is`() {
    let archive = Archive()
    archive.publish(1_000)
    let (sink, subscriber, _) = archive.comeBack(after: 0, .only([.job("a")]))
    archive.fanOut.change(subscriber, to: .only([.job("b")]))
    archive.finish([(sink, subscriber)])
    archive.publish(4)
    sink.takeMore(.max, archive.fanOut, subscriber)
    #expect(sink.offsets == Array(stride(from: 2, through: 1_004, by: 2)))
  }

  @Test func `a cursor older than what was removed is a gap`() {
    let archive = Archive()
    archive.publish(1_000)
    archive.prune(through: 300)
    #expect(archive.comeBack(after: 299).resumption == .gap)
    #expect(archive.comeBack(after: 300).resumption == .resumed)
    #expect(archive.comeBack(after: 1_001).resumption == .gap)
  }

  @Test func `what is removed while it is read ends the connection, which learns of the gap when it comes back`() {
    let archive = Archive()
    archive.publish(1_000)
    let (sink, subscriber, _) = archive.comeBack(after: 0)
    archive.prune(through: 300)
    archive.answer()
    archive.fanOut.turn()
    #expect(sink.isClosedAsTooSlow)
    sink.takeMore(.max, archive.fanOut, subscriber)
    #expect(sink.offsets == [])
  }

  @Test func `what is found damaged is a gap for whoever needs it, and for nobody else`() {
    let archive = Archive()
    archive.publish(1_000)
    let (sink, _, _) = archive.comeBack(after: 0)
    archive.prune(through: 300)
    archive.fail()
    archive.fanOut.receiveHistory()
    #expect(sink.isClosedAsTooSlow && !sink.isClosedAsUnavailable)
    #expect(archive.comeBack(after: 0).resumption == .gap)
    #expect(archive.comeBack(after: 300).resumption == .resumed)
  }

  @Test func `what can't be read just now ends the connection, which may come back later`() {
    let archive = Archive()
    archive.publish(1_000)
    let (sink, _, _) = archive.comeBack(after: 0)
    archive.fail()
    archive.fanOut.receiveHistory()
    #expect(sink.isClosedAsUnavailable)
    archive.publish(1)
    #expect(sink.offsets == [])
  }
}
