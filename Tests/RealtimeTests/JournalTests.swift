import Domain
import Realtime
import Synchronization
import Testing

struct JournalTests {
  private struct Refusal: Error {}

  /// A journal over a store that notes what it is given, in the order of everything that happens.
  private final class Desk: Sendable {
    struct State {
      var happened: [String] = []
      var batches: [[String]] = []
      var isBroken = false
      var wakes = 0
    }
    let state = Mutex(State())
    let hub = EventHub(epoch: "e")

    func journal(
      _ limits: Journal.Limits = .init(), lastSequence: @escaping @Sendable (Topic) throws -> Int = { _ in 0 }
    )
      -> Journal
    {
      Journal(
        hub: hub, sequencer: LocalSequencer(MessageLine(epoch: "e", after: 0), lastSequence: lastSequence),
        limits: limits,
        commit: { entries in
          try self.state.withLock { state in
            if state.isBroken { throw Refusal() }
            state.batches.append(entries.map { "\($0.messages.compactMap(\.position?.offset))" })
            state.happened.append("commit at \(self.hub.position.offset)")
          }
          return { self.note("noted at \(self.hub.position.offset)") }
        }, wake: { self.state.withLock { $0.wakes += 1 } })
    }

    func journal(_ sequencer: some Sequencer) -> Journal {
      Journal(
        hub: hub, sequencer: sequencer,
        commit: { entries in
          try self.state.withLock { state in
            if state.isBroken { throw Refusal() }
            state.batches.append(entries.map { "\($0.messages.compactMap(\.position?.offset))" })
          }
          return {}
        }, wake: {})
    }

    func note(_ what: String) { state.withLock { $0.happened.append(what) } }
    func setBroken(_ isBroken: Bool) { state.withLock { $0.isBroken = isBroken } }
    var happened: [String] { state.withLock { $0.happened } }
    var batches: [[String]] { state.withLock { $0.batches } }
    var wakes: Int { state.withLock { $0.wakes } }

    /// Publishes, and notes the completion or the refusal under the name.
    /// - Returns: false if the journal had no room.
    @discardableResult
    func publish(_ journal: Journal, _ name: String, _ count: Int = 1, isRefusable: Bool = false) -> Bool {
      let items = (0..<count).map { _ in Publication.Item(warning(name), to: .job("a")) }
      let admission = journal.publish(Publication(items, isRefusable: isRefusable)) { result in
        switch result {
        case .success(let position): self.note("\(name): \(position?.description ?? "stored")")
        case .failure: self.note("\(name): refused")
        }
      }
      switch admission {
      case .accepted: return true
      case .refused:
        note("\(name): refused")
        return true
      case .full: return false
      }
    }
  }

  @Test func `a publication is stored, then broadcast, then noted, and then its publisher is told`() {
    let desk = Desk()
    let journal = desk.journal()
    desk.publish(journal, "first", 2)
    #expect(desk.wakes == 1)
    #expect(journal.step(now: 0) == nil)
    #expect(desk.happened == ["commit at 0", "noted at 2", "first: e:2"])
    #expect(journal.statistics.waiting == 0 && journal.statistics.commitTimes.count == 1)
  }

  @Test func `a record is stored and not broadcast, and has no position`() {
    let desk = Desk()
    let journal = desk.journal()
    journal.publish(Publication([], records: [.init(frame(0), to: .job("a"))])) { result in
      if case .success(nil) = result { desk.note("stored") }
    }
    _ = journal.step(now: 0)
    #expect(desk.happened == ["commit at 0", "noted at 0", "stored"])
    #expect(desk.hub.statistics.published == [:])
  }

  @Test func `a message that is told passes everything that waits for a disk`() {
    let desk = Desk()
    let journal = desk.journal()
    let fanOut = FanOut(hub: desk.hub, wake: {})
    let sink = TestSink()
    fanOut.join(Subscriber(framing: .webSocket, sink: sink), .everything)
    desk.setBroken(true)
    desk.publish(journal, "waits")
    _ = journal.step(now: 0)
    desk.hub.tell(frame(1), to: .job("a"))
    fanOut.turn()
    #expect(sink.types == ["frame"])
    desk.setBroken(false)
    _ = journal.step(now: 1_000)
    fanOut.turn()
    #expect(sink.types == ["frame", "warning"])
  }

  /// Numbers batches when it is told to, and never takes a number back.
  private final class RemoteLine: Sequencer {
    private let line = LocalSequencer(MessageLine(epoch: "e", after: 0)) { _ in 0 }
    private let submitted = Mutex<[SequencerBatch]>([])

    func submit(_ batch: SequencerBatch) { submitted.withLock { $0.append(batch) } }
    func answer() { if let batch = submitted.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { line.submit(batch) } }
    func answer(_ other: Publication) { line.submit(SequencerBatch(ofAnotherWriter: [other])) }
    func receive() throws(SequencerFailure) -> NumberedBatch? { try line.receive() }
    var isEmpty: Bool { line.isEmpty }
    func settle() { line.settle() }
    func takeBack() -> Bool { false }
  }

  @Test func `numbered batches come back later, in the line's order, with another writer's between`() {
    let desk = Desk()
    let line = RemoteLine()
    let journal = desk.journal(line)
    desk.publish(journal, "a")
    #expect(journal.step(now: 0) == nil)
    desk.publish(journal, "b")
    _ = journal.step(now: 5)
    #expect(desk.batches.isEmpty && journal.statistics.waiting == 2)
    line.answer(Publication([.init(warning("other"), to: .job("a"))]))
    line.answer()
    line.answer()
    for now in [6, 7, 8] { _ = journal.step(now: now) }
    #expect(desk.batches == [["[1]"], ["[2]"], ["[3]"]])
    #expect(desk.happened.filter { $0.contains(": ") } == ["a: e:2", "b: e:3"])
    #expect(journal.statistics.waiting == 0)
  }

  @Test func `a batch that has its place for good is stored as soon as it can be, and before any other`() {
    let desk = Desk()
    let line = RemoteLine()
    let journal = desk.journal(line)
    desk.publish(journal, "asked", isRefusable: true)
    _ = journal.step(now: 0)
    line.answer()
    desk.setBroken(true)
    #expect(journal.step(now: 1) == 1_000)
    // It can't be refused any more. What comes while nothing can be stored is.
    #expect(desk.happened == [])
    desk.publish(journal, "late", isRefusable: true)
    #expect(desk.happened == ["late: refused"])
    desk.publish(journal, "kept")
    desk.setBroken(false)
    #expect(journal.step(now: 500) == 501)
    _ = journal.step(now: 1_001)
    #expect(desk.happened.last == "asked: e:1")
    _ = journal.step(now: 1_010)
    line.answer()
    _ = journal.step(now: 1_020)
    #expect(desk.happened.last == "kept: e:2")
    #expect(desk.batches == [["[1]"], ["[2]"]])
  }

  @Test func `an idle journal stores at once, and what comes during a commit shares the next one`() {
    let desk = Desk()
    let journal = desk.journal()
    desk.publish(journal, "a")
    #expect(journal.step(now: 100) == nil)
    desk.publish(journal, "b")
    desk.publish(journal, "c")
    #expect(journal.step(now: 100) == nil)
    #expect(desk.batches == [["[1]"], ["[2]", "[3]"]])
    // One wake for the first that waits, none for what joins it.
    #expect(desk.wakes == 2)
  }

  @Test func `a batch has a limit, and no publication is split over two`() {
    let desk = Desk()
    var limits = Journal.Limits()
    limits.batchRows = 4
    let journal = desk.journal(limits)
    desk.publish(journal, "zero")
    #expect(journal.step(now: 0) == nil)
    for (name, count) in [("a", 3), ("b", 2), ("c", 6), ("d", 1)] { desk.publish(journal, name, count) }
    #expect(journal.step(now: 1) == 0)
    #expect(journal.step(now: 1) == 0)
    #expect(journal.step(now: 1) == 0)
    #expect(journal.step(now: 1) == nil)
    #expect(desk.batches.dropFirst() == [["[2, 3, 4]"], ["[5, 6]"], ["[7, 8, 9, 10, 11, 12]"], ["[13]"]])
  }

  @Test func `where nothing can be stored, requests are refused and the rest waits in order, for a second`() {
    let desk = Desk()
    let journal = desk.journal()
    desk.setBroken(true)
    desk.publish(journal, "a")
    desk.publish(journal, "asked", isRefusable: true)
    desk.publish(journal, "b", 2)
    #expect(journal.step(now: 0) == 0)
    #expect(desk.happened == ["asked: refused"])
    #expect(desk.hub.position.offset == 0)
    desk.publish(journal, "c")
    desk.setBroken(false)
    #expect(journal.step(now: 400) == 600)
    #expect(journal.step(now: 1_000) == nil)
    // The numbers that were taken back are given again.
    #expect(desk.batches == [["[1]", "[2, 3]", "[4]"]])
    #expect(desk.happened.suffix(3) == ["a: e:1", "b: e:3", "c: e:4"])
    #expect(journal.statistics.failedCommits == 1)
  }

  @Test func `while nothing can be stored requests are refused at once, however much is kept before them`() {
    let desk = Desk()
    let journal = desk.journal()
    desk.setBroken(true)
    // More than one batch.
    for number in 1...600 { desk.publish(journal, "\(number)") }
    desk.publish(journal, "asked", isRefusable: true)
    desk.publish(journal, "601")
    #expect(journal.step(now: 0) == 0)
    #expect(desk.happened == ["asked: refused"])
    #expect(journal.statistics.waiting == 601)
    #expect(desk.publish(journal, "asked again", isRefusable: true))
    #expect(desk.happened == ["asked: refused", "asked again: refused"])
    #expect(journal.statistics.waiting == 601 && journal.statistics.overflows == 0)

    #expect(journal.step(now: 1_000) == 0)
    #expect(journal.statistics.waiting == 601 && journal.statistics.failedCommits == 2)

    desk.setBroken(false)
    #expect(journal.step(now: 2_000) == 0)
    #expect(desk.publish(journal, "asked in time", isRefusable: true))
    #expect(journal.step(now: 2_005) == nil)
    #expect(desk.batches.flatMap(\.self) == (1...602).map { "[\($0)]" })
    let told = desk.happened.filter { $0.contains(": e:") }
    #expect(told == (1...601).map { "\($0): e:\($0)" } + ["asked in time: e:602"])
    #expect(journal.statistics.waiting == 0)
  }

  @Test func `what comes during a commit that fails is refused with it`() {
    let desk = Desk()
    let late = Mutex<Journal?>(nil)
    let journal = desk.journal(lastSequence: { _ in
      if let journal = late.withLock({ $0.take() }) { desk.publish(journal, "late", isRefusable: true) }
      throw Refusal()
    })
    late.withLock { $0 = journal }
    desk.publish(journal, "kept")
    #expect(journal.step(now: 0) == 0)
    #expect(desk.happened == ["late: refused"])
    #expect(journal.statistics.waiting == 1)
  }

  @Test func `what is refused leaves its room`() {
    let desk = Desk()
    var limits = Journal.Limits()
    limits.publications = 3
    limits.bytes = 2_000
    limits.batchRows = 1
    let journal = desk.journal(limits)
    desk.setBroken(true)
    desk.publish(journal, "kept")
    desk.publish(journal, String(repeating: "x", count: 1_000), isRefusable: true)
    desk.publish(journal, "asked", isRefusable: true)
    _ = journal.step(now: 0)
    #expect(journal.statistics.waiting == 1)
    // One row fills a batch, and one row waits, so the second publication wakes nothing.
    let wakes = desk.wakes
    #expect(desk.publish(journal, String(repeating: "y", count: 1_000)))
    #expect(desk.wakes == wakes)
    #expect(desk.publish(journal, "z"))
    desk.setBroken(false)
    for now in [1_000, 1_001, 1_002] { _ = journal.step(now: now) }
    #expect(desk.batches == [["[1]"], ["[2]"], ["[3]"]])
    // All is counted back to nothing: again one row wakes.
    desk.publish(journal, "last")
    #expect(desk.wakes == wakes + 1)
  }

  @Test func `a refused request leaves no pause behind`() {
    let desk = Desk()
    let journal = desk.journal()
    desk.setBroken(true)
    desk.publish(journal, "asked", isRefusable: true)
    #expect(journal.step(now: 0) == nil)
    desk.setBroken(false)
    desk.publish(journal, "again", isRefusable: true)
    #expect(journal.step(now: 5) == nil)
    #expect(desk.happened.last == "again: e:1")
  }

  @Test func `a store that can't tell the last number of a topic fails the batch`() {
    let desk = Desk()
    let journal = desk.journal(lastSequence: { _ in throw Refusal() })
    desk.publish(journal, "asked", isRefusable: true)
    #expect(journal.step(now: 0) == nil)
    #expect(desk.happened == ["asked: refused"])
  }

  @Test func `what may wait is bounded in publications and in bytes, and a giant is taken alone`() {
    let desk = Desk()
    var limits = Journal.Limits()
    limits.publications = 3
    limits.bytes = 2_000
    let journal = desk.journal(limits)
    desk.setBroken(true)
    #expect((0..<4).map { desk.publish(journal, "\($0)") } == [true, true, true, false])
    _ = journal.step(now: 0)
    #expect(!desk.publish(journal, "not while they wait"))
    desk.setBroken(false)
    #expect(journal.step(now: 1_000) == nil)
    #expect(desk.publish(journal, String(repeating: "x", count: 5_000)))
    #expect(!desk.publish(journal, "behind it"))
    _ = journal.step(now: 1_005)
    #expect(desk.publish(journal, "now"))
    #expect(desk.publish(journal, String(repeating: "y", count: 1_500)))
    #expect(!desk.publish(journal, String(repeating: "z", count: 1_500)))
    #expect(journal.statistics.overflows == 4)
  }

  @Test func `a publisher that is told may publish again`() {
    let desk = Desk()
    let journal = desk.journal()
    journal.publish(Publication([])) { _ in desk.publish(journal, "next") }
    #expect(journal.step(now: 0) != nil || desk.wakes == 2)
    #expect(journal.step(now: 5) == nil)
    #expect(desk.happened.last == "next: e:1")
  }
}
