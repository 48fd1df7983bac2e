import Domain
import Store
import Synchronization
import TestSupport
import Testing

/// The age of stored rows while the wall clock jumps.
struct RetentionClockTests {
  private static let day: Int64 = 86_400_000
  private static let minute: Int64 = 60_000

  /// The machine's clocks, which a test sets.
  private final class Machine: Sendable {
    private let state: Mutex<(wall: Int64, sinceBoot: Int)>

    init(day: Int64) { state = Mutex((day * RetentionClockTests.day, 1_000_000)) }

    var reading: ClockReading {
      state.withLock { ClockReading(wall: Timestamp(milliseconds: $0.wall), sinceBoot: $0.sinceBoot) }
    }

    /// Time passes.
    func pass(_ milliseconds: Int64) {
      state.withLock { $0 = ($0.wall + milliseconds, $0.sinceBoot + Int(milliseconds)) }
    }

    /// The wall clock is set.
    func jump(by milliseconds: Int64) { state.withLock { $0.wall += milliseconds } }

    /// The machine is off, and its clock goes on.
    func restart(after milliseconds: Int64) { state.withLock { $0 = ($0.wall + milliseconds, 5_000) } }
  }

  private func clock(_ machine: Machine, after mark: RetentionClock.Mark? = nil, boot: String = "b1") -> RetentionClock
  {
    RetentionClock(after: mark, newestStamp: nil, boot: boot, now: machine.reading, patience: Self.day)
  }

  @Test func `it follows the wall clock while that runs evenly, also through the machine's sleep`() {
    let machine = Machine(day: 100)
    var clock = clock(machine)
    for step in [1, 50, Self.minute, Self.day, 40 * Self.day] {
      machine.pass(step)
      clock.advance(machine.reading)
      #expect(clock.earliest == machine.reading.wall && clock.latest == machine.reading.wall)
      #expect(clock.takeEvent() == nil)
    }
  }

  @Test func `a clock that is 40 days ahead for a minute ages nothing`() {
    let machine = Machine(day: 100)
    var clock = clock(machine)
    machine.jump(by: 40 * Self.day)
    clock.advance(machine.reading)
    #expect(clock.takeEvent() == .jumped(by: 40 * Self.day))
    machine.pass(Self.minute)
    clock.advance(machine.reading)
    #expect(clock.takeEvent() == nil)
    #expect(clock.earliest == Timestamp(milliseconds: 100 * Self.day + Self.minute))
    // Rows may be as old as the clock says, so they are kept for as long.
    #expect(clock.latest == machine.reading.wall)
    machine.jump(by: -40 * Self.day)
    clock.advance(machine.reading)
    #expect(clock.takeEvent() == .returned)
    #expect(clock.earliest == machine.reading.wall && clock.latest == machine.reading.wall)
  }

  @Test func `a jump that lasts is believed after a day, and not before`() {
    let machine = Machine(day: 100)
    var clock = clock(machine)
    machine.jump(by: 40 * Self.day)
    clock.advance(machine.reading)
    _ = clock.takeEvent()
    machine.pass(Self.day - 1)
    clock.advance(machine.reading)
    #expect(clock.earliest == Timestamp(milliseconds: 101 * Self.day - 1))
    machine.pass(1)
    clock.advance(machine.reading)
    #expect(clock.takeEvent() == .accepted(by: 40 * Self.day))
    #expect(clock.earliest == machine.reading.wall)
  }

  @Test func `a jump that was believed and was wrong is over when the clock is set back, but for new rows`() {
    let machine = Machine(day: 100)
    var clock = clock(machine)
    machine.jump(by: 40 * Self.day)
    clock.advance(machine.reading)
    machine.pass(Self.day)
    clock.advance(machine.reading)
    #expect(clock.takeEvent() == .accepted(by: 40 * Self.day))
    machine.jump(by: -40 * Self.day)
    clock.advance(machine.reading)
    #expect(clock.takeEvent() == .behind(by: 40 * Self.day))
    #expect(clock.earliest == machine.reading.wall)
    // They are kept for longer.
    #expect(clock.latest == Timestamp(milliseconds: 141 * Self.day))
  }

  @Test func `a clock that is behind the last known time after the machine was off is noticed until it is set`() {
    let machine = Machine(day: 100)
    let first = clock(machine)
    // Its true time is ten days later, but it has no battery.
    machine.restart(after: -90 * Self.day)
    var second = clock(machine, after: first.mark, boot: "b2")
    #expect(second.takeEvent() == .behind(by: 90 * Self.day))
    #expect(second.earliest == machine.reading.wall)
    // The true time is later, so new rows expire too early. Nothing tells how much.
    #expect(second.latest == Timestamp(milliseconds: 100 * Self.day))
    machine.pass(Self.minute)
    second.advance(machine.reading)
    #expect(second.takeEvent() == nil)
    machine.jump(by: 100 * Self.day)
    second.advance(machine.reading)
    #expect(second.takeEvent() == .caughtUp)
    #expect(second.latest == machine.reading.wall)
    machine.pass(Self.day)
    second.advance(machine.reading)
    #expect(second.earliest == machine.reading.wall)
  }

  @Test func `a clock that jumps again and again is never believed`() {
    let machine = Machine(day: 100)
    var clock = clock(machine)
    for _ in 0..<100 {
      machine.jump(by: Self.day)
      machine.pass(Self.day / 2)
      clock.advance(machine.reading)
    }
    #expect(clock.earliest == Timestamp(milliseconds: 150 * Self.day))
  }

  @Test func `small corrections don't add up to a jump`() {
    let machine = Machine(day: 100)
    var clock = clock(machine)
    for _ in 0..<1000 {
      machine.jump(by: Self.minute)
      machine.pass(1000)
      clock.advance(machine.reading)
    }
    #expect(clock.earliest < Timestamp(milliseconds: 100 * Self.day + 1_020_000))
  }

  @Test func `a clock that is set back ages nothing, and new rows are not older than the ones before`() {
    let machine = Machine(day: 100)
    var clock = clock(machine)
    machine.jump(by: -100 * Self.day)
    machine.pass(Self.minute)
    clock.advance(machine.reading)
    #expect(clock.earliest == machine.reading.wall)
    #expect(clock.latest == Timestamp(milliseconds: 100 * Self.day + Self.minute))
  }

  @Test func `a restart of the server alone continues exactly, whatever the wall clock says`() {
    let machine = Machine(day: 100)
    var first = clock(machine)
    machine.pass(Self.day)
    first.advance(machine.reading)
    machine.pass(2 * Self.day)
    machine.jump(by: 40 * Self.day)
    let second = clock(machine, after: first.mark)
    #expect(second.earliest == Timestamp(milliseconds: 103 * Self.day))
  }

  @Test func `after a restart of the machine, the time that it was off counts a day later`() {
    let machine = Machine(day: 100)
    let first = clock(machine)
    machine.restart(after: 40 * Self.day)
    var second = clock(machine, after: first.mark, boot: "b2")
    #expect(second.earliest == Timestamp(milliseconds: 100 * Self.day))
    #expect(second.latest == machine.reading.wall)
    machine.pass(Self.day)
    second.advance(machine.reading)
    #expect(second.earliest == machine.reading.wall)
    // It is no event: machines are switched off.
    #expect(second.takeEvent() == nil)
  }

  // MARK: In the store

  private func store(_ folder: TemporaryFolder, _ machine: Machine) throws -> Store {
    try Store(folder: folder.path, clockPatience: Self.day, readClock: { machine.reading }) { "epoch" }
  }

  /// Stores a job that ends now, as far as the wall clock knows.
  private func end(_ id: String, number: Int, in store: Store, _ machine: Machine) throws {
    let offset = store.newestOffset + 1
    var ended = job(id, number: number, status: .succeeded, finishedAt: machine.reading.wall)
    ended.offset = offset
    try store.write(batch([message(offset, to: .job(id), sequence: 1, at: store.latestTime)], jobs: [ended]))
  }

  private func pruned(_ store: Store) throws -> [String] { try store.prune(keeping: 30 * Self.day).removedJobs }

  @Test func `a minute 40 days ahead removes no job, and neither does a restart in that minute`() throws {
    let (folder, machine) = (TemporaryFolder(), Machine(day: 100))
    var store = try store(folder, machine)
    try end("a", number: 1, in: store, machine)
    machine.pass(10 * Self.day)
    machine.jump(by: 40 * Self.day)
    #expect(try pruned(store) == [])
    try end("b", number: 2, in: store, machine)
    store.close()
    store = try self.store(folder, machine)
    #expect(try pruned(store) == [])
    machine.jump(by: -40 * Self.day)
    machine.pass(19 * Self.day)
    #expect(try pruned(store) == [])
    machine.pass(2 * Self.day)
    #expect(try pruned(store) == ["a"])
    #expect(try store.job("b") != nil)
  }

  @Test func `a job that ended while the clock was behind is not as old as it looks`() throws {
    let (folder, machine) = (TemporaryFolder(), Machine(day: 100))
    let store = try store(folder, machine)
    try end("a", number: 1, in: store, machine)
    machine.jump(by: -99 * Self.day)
    try end("b", number: 2, in: store, machine)
    machine.jump(by: 99 * Self.day)
    machine.pass(5 * Self.day)
    #expect(try pruned(store) == [])
    machine.pass(26 * Self.day)
    #expect(try pruned(store).sorted() == ["a", "b"])
  }

  @Test func `what was stored before is removed after the machine was off for long, a day later`() throws {
    let (folder, machine) = (TemporaryFolder(), Machine(day: 100))
    var store = try store(folder, machine)
    try end("a", number: 1, in: store, machine)
    store.close()
    machine.pass(40 * Self.day)
    // The mark of another boot.
    try folder.changeDatabase("UPDATE retention_clock SET boot = 'other'")
    store = try self.store(folder, machine)
    #expect(try pruned(store) == [])
    try end("b", number: 2, in: store, machine)
    machine.pass(Self.day)
    #expect(try pruned(store) == ["a"])
  }

  @Test func `digests with a time from the future don't keep the ones behind them for ever`() throws {
    let (folder, machine) = (TemporaryFolder(), Machine(day: 100))
    let store = try store(folder, machine)
    for (offset, day) in [(1, 100), (2, 9000), (3, 100), (4, 9000), (5, 140)] {
      try store.write(batch([message(offset, to: .jobs, at: .day(Int64(day)))]))
    }
    machine.pass(40 * Self.day)
    _ = try store.prune(keeping: 30 * Self.day)
    // The fourth is as young as the fifth, as far as is known.
    #expect(try store.all().map(\.offset) == [4, 5])
  }
}
