import Domain
import Realtime
import Testing

struct ArrivalTests {
  private struct Told {
    var words: [String] = []
    var outcome: Arrival.Outcome?
    let sink = TestSink()
  }

  /// Comes to a loop that has fanned out ten messages and keeps five.
  private func arrive(_ resume: Arrival.Resume, snapshotAt offset: Int? = nil) -> (told: Told, loop: FanOutTests.Loop) {
    let loop = FanOutTests.Loop(window: 5)
    for _ in 0..<10 {
      loop.publisher.publish(warning(), to: .job("a"))
      loop.fanOut.turn()
    }
    var told = Told()
    let subscriber = Subscriber(framing: .webSocket, sink: told.sink)
    let arrival = Arrival(resume, .everything) {
      offset.map { .init(messages: [warning("state")], position: StreamPosition(epoch: "test", offset: $0)) }
    }
    told.outcome = arrival.join(subscriber, to: loop.fanOut) { word in
      switch word {
      case .gap: told.words.append("gap")
      case .greeting(let position, let snapshot, let isBehind):
        told.words.append("\(position) with \(snapshot.count)\(isBehind ? ", behind" : "")")
      }
    }
    loop.publisher.publish(warning(), to: .job("a"))
    loop.fanOut.turn()
    told.sink.takeMore(.max, loop.fanOut, subscriber)
    return (told, loop)
  }

  @Test func `a newcomer gets what comes from now on, and the position to come back with`() {
    let (told, _) = arrive(.fresh)
    #expect(told.words == ["test:10 with 0"] && told.outcome == .fresh)
    #expect(told.sink.offsets == [11])
  }

  @Test func `a snapshot comes with its position and its size, then what came since`() {
    let (told, _) = arrive(.fresh, snapshotAt: 8)
    #expect(told.words == ["test:8 with 1, behind"] && told.outcome == .fresh)
    #expect(told.sink.offsets == [9, 10, 11])
  }

  @Test func `whoever comes back goes on where it left off, without a snapshot`() {
    let (told, _) = arrive(.after(StreamPosition(epoch: "test", offset: 6)), snapshotAt: 10)
    #expect(told.words == ["test:6 with 0, behind"] && told.outcome == .resumed)
    #expect(told.sink.offsets == Array(7...11))
  }

  @Test func `whoever missed nothing is not behind`() {
    let (told, _) = arrive(.after(StreamPosition(epoch: "test", offset: 10)))
    #expect(told.words == ["test:10 with 0"] && told.outcome == .resumed)
    #expect(told.sink.offsets == [11])
  }

  @Test(arguments: [
    Arrival.Resume.unreadable, .after(StreamPosition(epoch: "test", offset: 4)),
    .after(StreamPosition(epoch: "test", offset: 11)), .after(StreamPosition(epoch: "other", offset: 8)),
  ])
  func `behind a gap it begins anew`(resume: Arrival.Resume) {
    let (told, _) = arrive(resume, snapshotAt: 10)
    #expect(told.words == ["gap", "test:10 with 1"] && told.outcome == .afterGap)
    #expect(told.sink.offsets == [11])
  }

  @Test func `a snapshot that is out of date for good ends the connection`() {
    let (told, _) = arrive(.fresh, snapshotAt: 2)
    #expect(told.words.count == 6)
    #expect(told.sink.isClosedAsUnavailable)
    #expect(told.sink.offsets == [])
  }
}
