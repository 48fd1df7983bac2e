import Domain
import TestSupport

/// A deliberate fault in the world's wiring, which the checks must find.
package enum Mutant: CaseIterable, Sendable {
  /// A snapshot is sent at once, the connection joins a little later, and nothing is replayed in between.
  case snapshotBeforeSubscribing
  /// The position to resume from is sent before the snapshot, and may arrive without it.
  case cursorAheadOfSnapshot
  /// The missed messages are read and sent, and the connection joins a little later.
  case joiningAfterReplay
  /// Messages that don't fit a slow reader's queue are lost silently.
  case silentOverflow
  /// A cursor of another epoch is accepted.
  case noEpochCheck
}

/// An event that the worlds must cover together.
package enum Event: CaseIterable {
  case crashBeforeCommit, crashBeforeBroadcast, crashBeforeAcknowledgement, crash, restart, refusal, fullJournal
  case replayFromHistory, failedHistory, prunedHistory, gap, snapshot, slowReader, subscriptionChange, restoredBackup
  case unnoticedCut, repeatedKey, otherWriter
}

/// Checks that no combination of faults loses an acknowledged message or leaves a client out of step.
///
/// Each seed is a small world with one thread and a simulated clock. It contains the real `Journal`, `MessageLine`,
/// `EventHub`, `FanOut`, `Arrival` and `RealtimeSession`; a store that is a list (`Disk`); a network that delays, cuts at
/// any byte and falls silent (`Connection`); clients that follow the rules of the browser's client (`Client`); jobs of the
/// server; and reporters that retry under the same key until they are acknowledged (`Reporter`). For six seconds servers
/// die before a commit, between commit and broadcast, between broadcast and acknowledgement, and at other times; servers
/// restart; disks fill up; old messages are removed; backups are restored; readers stall; networks are partitioned;
/// subscriptions change. Then the faults stop, and the world must settle.
///
/// Throughout: a client receives the stored messages in order, without gaps and duplicates on one connection and in its
/// state; no message is stored twice; acknowledged messages are stored; every queue is bounded. At the end, within a
/// minute: every client is connected and its state equals the store's.
package final class World {
  let mutant: Mutant?
  var random: SeededGenerator
  private(set) var now = 0
  private var events = EventQueue()
  /// The first violation, which ends the world.
  private(set) var violation: String?
  package private(set) var seen: Set<Event> = []
  package private(set) var trace: [String] = []
  private let tracing: Bool

  let disk = Disk()
  private(set) var server: ServerProcess?
  /// All servers so far, since their messages may still be in flight.
  private var servers: [ServerProcess] = []
  private(set) var clients: [Client] = []
  private var reporters: [Reporter] = []
  let jobs: [Topic]
  let settings: ServerProcess.Settings

  /// How long there are faults, and how long the world may take to settle after them, in milliseconds.
  private static let horizon = 6_000
  private static let patience = 60_000
  var isFaulty: Bool { now < Self.horizon }

  package init(seed: UInt64, mutant: Mutant? = nil, tracing: Bool = false) {
    var random = SeededGenerator(seed: seed)
    self.mutant = mutant
    self.tracing = tracing
    jobs = (0..<3).map { .job("\($0)") }
    settings = ServerProcess.Settings(using: &random)
    self.random = random
  }

  /// - Returns: the violation in this world; nil if there is none.
  package func run() -> String? {
    startServer()
    for number in 0..<roll(3...4) { clients.append(Client(number, in: self)) }
    for number in 0..<2 { reporters.append(Reporter(number, in: self)) }
    for client in clients { after(roll(0...1_500)) { client.connect() } }
    for reporter in reporters { after(roll(0...500)) { reporter.reportNext() } }
    for _ in 0..<roll(4...12) { after(roll(0...Self.horizon)) { [unowned self] in server?.publishForJob() } }
    for _ in 0..<roll(3...7) { after(roll(0...Self.horizon)) { [unowned self] in fault() } }
    after(Self.horizon) { [unowned self] in heal() }
    while violation == nil, let event = events.next() {
      now = event.time
      event.action()
      server?.handleSignals()
      disk.violation.map(fail)
      if !isFaulty, isSettled { break }
      if now > Self.horizon + Self.patience {
        fail("not in step \(Self.patience / 1000) s after the last fault: \(state)")
      }
    }
    if violation == nil { disk.checkAcknowledged(fail) }
    return violation
  }

  /// The events in the world of a seed, one per line.
  package static func history(of seed: UInt64) -> [String] {
    let world = World(seed: seed, tracing: true)
    _ = world.run()
    return world.trace
  }

  private var isSettled: Bool {
    reporters.allSatisfy(\.isDone) && server?.isIdle == true && clients.allSatisfy(\.isInStep)
  }

  private var state: String {
    clients.filter { !$0.isInStep }.map(\.description).joined(separator: ", ")
      + (reporters.allSatisfy(\.isDone) ? "" : ", reporters") + (server?.isIdle == true ? "" : ", server")
  }

  // MARK: Time and chance

  func after(_ milliseconds: Int, _ action: @escaping () -> Void) { events.add(at: now + milliseconds, action) }

  func roll(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  func chance(_ percent: Int) -> Bool { roll(0...99) < percent }

  /// A random network delay in milliseconds.
  func delay() -> Int { chance(10) ? roll(20...300) : roll(1...15) }

  func fail(_ what: String) {
    guard violation == nil else { return }
    violation = what
    note("VIOLATION: \(what)")
  }

  func saw(_ event: Event) { seen.insert(event) }

  func note(_ what: @autoclosure () -> String) {
    if tracing { trace.append("\(now) ms: \(what())") }
  }

  // MARK: Faults

  private func fault() {
    switch roll(0...99) {
    case 0..<22: clients.randomElement(using: &random)?.connection?.cut()
    case 22..<38: clients.randomElement(using: &random)?.stall(for: roll(100...3_000))
    case 38..<48: clients.randomElement(using: &random)?.partition(for: roll(200...4_000))
    case 48..<58: disk.crash(.beforeCommit)
    case 58..<68: disk.crash(.beforeBroadcast)
    case 68..<76: disk.crash(.beforeAcknowledgement)
    case 76..<81: crash()
    case 81..<86: restart()
    case 86..<91:
      note("disk full")
      disk.isFull = true
      after(roll(100...2_000)) { [disk] in disk.isFull = false }
      // Requests are refused in the meantime, so only messages of the server's jobs can fill the journal.
      if chance(30) { for _ in 0..<25 { after(roll(0...100)) { [unowned self] in server?.publishForJob() } } }
    case 91..<96:
      disk.backUp()
      after(roll(100...2_000)) { [unowned self] in restoreBackup() }
    default: disk.prune(through: roll(0...disk.newestOffset))
    }
    if chance(30) { clients.randomElement(using: &random)?.changeTopics() }
  }

  private func heal() {
    note("the faults stop")
    disk.crash(nil)
    disk.isFull = false
    clients.forEach { $0.heal() }
  }

  func crash() {
    guard let server else { return }
    saw(.crash)
    note("server \(server.number) dies")
    server.die(.abruptly)
    self.server = nil
    after(roll(50...800)) { [unowned self] in startServer() }
  }

  private func restart() {
    guard let server else { return }
    saw(.restart)
    note("server \(server.number) restarts")
    server.drain()
    guard self.server === server else { return }
    server.die(.politely)
    self.server = nil
    after(roll(50...800)) { [unowned self] in startServer() }
  }

  private func restoreBackup() {
    guard isFaulty else { return }
    note("a backup is restored")
    crash()
    if disk.restoreBackup() { saw(.restoredBackup) }
  }

  private func startServer() {
    guard server == nil else { return }
    let server = ServerProcess(servers.count + 1, in: self)
    servers.append(server)
    self.server = server
    note("server \(server.number) starts at \(disk.epoch):\(disk.newestOffset)")
  }
}

/// The future events, by time and then by the order in which they were scheduled.
private struct EventQueue {
  struct Event {
    let time: Int
    let order: Int
    let action: () -> Void

    func isBefore(_ other: Event) -> Bool { time != other.time ? time < other.time : order < other.order }
  }

  private var heap: [Event] = []
  private var lastOrder = 0

  mutating func add(at time: Int, _ action: @escaping () -> Void) {
    lastOrder += 1
    heap.append(Event(time: time, order: lastOrder, action: action))
    var index = heap.count - 1
    while index > 0, heap[index].isBefore(heap[(index - 1) / 2]) {
      heap.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  mutating func next() -> Event? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child].isBefore(heap[least]) {
        least = child
      }
      if least == index { return first }
      heap.swapAt(index, least)
      index = least
    }
  }
}
