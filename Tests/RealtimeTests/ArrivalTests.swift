import Domain
import Realtime
import Testing

struct ArrivalTests {
  private struct Received {
    var preambles: [String] = []
    var outcome: Arrival.Outcome?
    let sink = TestSink()
  }

  /// Joins a loop that has fanned out ten messages and keeps five.
  private func arrive(
    _ resume: Arrival.Resume, snapshotAt offset: Int? = nil
  ) -> (received: Received, loop: FanOutTests.Loop) {
    let loop = FanOutTests.Loop(window: 5)
    for _ in 0..<10 {
      loop.publisher.publish(warning(), to: .job("a"))
      loop.fanOut.turn()
    }
    var received = Received()
    let subscriber = Subscriber(framing: .webSocket, sink: received.sink)
    let arrival = Arrival(resume, .everything) {
      offset.map { .init(messages: [warning("state")], position: StreamPosition(epoch: "test", offset: $0)) }
    }
    received.outcome = arrival.join(subscriber, to: loop.fanOut) { preamble in
      switch preamble {
      case .gap: received.preambles.append("gap")
      case .greeting(let position, let snapshot, let isBehind):
        received.preambles.append("\(position) with \(snapshot.count)\(isBehind ? ", behind" : "")")
      }
    }
    loop.publisher.publish(warning(), to: .job("a"))
    loop.fanOut.turn()
    received.sink.takeMore(.max, loop.fanOut, subscriber)
    return (received, loop)
  }

  @Test func `a fresh connection gets what is published from now on, and a position to resume from`() {
    let (received, _) = arrive(.fresh)
    #expect(received.preambles == ["test:10 with 0"] && received.outcome == .fresh)
    #expect(received.sink.offsets == [11])
  }

  @Test func `a snapshot comes with its position and its size, then what came since`() {
    let (received, _) = arrive(.fresh, snapshotAt: 8)
    #expect(received.preambles == ["test:8 with 1, behind"] && received.outcome == .fresh)
    #expect(received.sink.offsets == [9, 10, 11])
  }

  @Test func `a client that resumes continues after its cursor, without a snapshot`() {
    let (received, _) = arrive(.after(StreamPosition(epoch: "test", offset: 6)), snapshotAt: 10)
    #expect(received.preambles == ["test:6 with 0, behind"] && received.outcome == .resumed)
    #expect(received.sink.offsets == Array(7...11))
  }

  @Test func `a client that missed nothing is not behind`() {
    let (received, _) = arrive(.after(StreamPosition(epoch: "test", offset: 10)))
    #expect(received.preambles == ["test:10 with 0"] && received.outcome == .resumed)
    #expect(received.sink.offsets == [11])
  }

  @Test(arguments: [
    Arrival.Resume.unreadable, .after(StreamPosition(epoch: "test", offset: 4)),
    .after(StreamPosition(epoch: "test", offset: 11)), .after(StreamPosition(epoch: "other", offset: 8)),
  ])
  func `after a gap it starts from a snapshot`(resume: Arrival.Resume) {
    let (received, _) = arrive(resume, snapshotAt: 10)
    #expect(received.preambles == ["gap", "test:10 with 1"] && received.outcome == .afterGap)
    #expect(received.sink.offsets == [11])
  }

  @Test func `three stale snapshots in a row close the connection`() {
    let (received, _) = arrive(.fresh, snapshotAt: 2)
    #expect(received.preambles.count == 6)
    #expect(received.sink.isClosedAsUnavailable)
    #expect(received.sink.offsets == [])
  }
}
