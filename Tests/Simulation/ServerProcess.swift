import Domain
import JSONValues
import Realtime
import Synchronization
import TestSupport

/// One life of the server: the real journal, hub and loops over the disk, wired as the application wires them.
final class ServerProcess {
  struct Settings {
    var window: Int
    var queue: QueueLimits
    var journal = Journal.Limits()
    /// Bytes that are on their way to a client or wait to be read by it.
    var socketBytes: Int
    /// Rows that one look into the history takes.
    var looks: Int
    /// Whether batches are numbered elsewhere: later, with other writers' between, and for good.
    var isNumberedElsewhere: Bool

    init(using random: inout SeededGenerator) {
      window = Int.random(in: 3...30, using: &random)
      queue = QueueLimits(
        messages: Int.random(in: 4...40, using: &random), bytes: Int.random(in: 1_000...8_000, using: &random))
      journal.publications = Int.random(in: 4...20, using: &random)
      journal.batchRows = Int.random(in: 2...12, using: &random)
      socketBytes = Int.random(in: 300...4_000, using: &random)
      looks = Int.random(in: 1...12, using: &random)
      isNumberedElsewhere = Bool.random(using: &random)
    }
  }

  /// How a server ends.
  enum End { case abruptly, politely }

  /// The real parts take closures that may be called on any thread. Here there is only one.
  private final class Signals: Sendable {
    private let waiting = Mutex<[@Sendable (ServerProcess) -> Void]>([])
    func leave(_ signal: @escaping @Sendable (ServerProcess) -> Void) { waiting.withLock { $0.append(signal) } }
    func take() -> [@Sendable (ServerProcess) -> Void] {
      waiting.withLock { waiting in
        defer { waiting = [] }
        return waiting
      }
    }
  }

  let number: Int
  unowned let world: World
  private let hub: EventHub
  private let journal: Journal
  /// Set if batches are numbered elsewhere.
  private var sequencer: DelayingSequencer?
  private var loops: [FanOut] = []
  private var isLoopTurning: [Bool]
  private var connections: [Connection] = []
  private var connectionCount = 0
  /// Connections with something to send at the end of this moment.
  private var unflushed: [Connection] = []
  private let signals = Signals()
  private(set) var isAlive = true
  /// What the messages that everybody was told add up to, as of ``asOf``.
  private var book: [Topic: TopicState]
  private var asOf: Int
  private var completions: [Int: (Bool) -> Void] = [:]
  private var pendingKeys: Set<String> = []
  private var lastToken = 0
  private var nextStep: Int?
  private var said = 0

  init(_ number: Int, in world: World) {
    self.number = number
    self.world = world
    let (disk, signals, settings) = (world.disk, signals, world.settings)
    book = disk.states()
    asOf = disk.newestOffset
    hub = EventHub(
      epoch: disk.epoch, after: disk.newestOffset, windowCapacity: settings.window,
      history: History(
        oldestOffset: { disk.prunedThrough },
        read: { request, done in signals.leave { $0.read(request, done) } }))
    let local = LocalSequencer(MessageLine(epoch: disk.epoch, after: disk.newestOffset, topicsKept: 2)) {
      disk.lastSequence(of: $0)
    }
    let elsewhere = settings.isNumberedElsewhere
      ? DelayingSequencer(local) { signals.leave { $0.letSequencerAnswer() } } : nil
    sequencer = elsewhere
    journal = Journal(
      hub: hub, sequencer: elsewhere ?? local, limits: settings.journal,
      commit: { entries in
        let dies: Bool
        do { dies = try disk.commit(entries) } catch let death as Disk.Died {
          signals.leave { server in
            server.world.saw(death.crash == .beforeCommit ? .crashBeforeCommit : .crashBeforeBroadcast)
            server.world.crash()
          }
          throw death
        }
        let last = entries.flatMap(\.messages).compactMap(\.position?.offset).last
        return {
          signals.leave { server in
            if let last { server.note(through: last) }
            if !dies { return }
            server.world.saw(.crashBeforeAcknowledgement)
            server.world.crash()
          }
        }
      },
      wake: { signals.leave { $0.wantStep(in: 0) } })
    isLoopTurning = [false, false]
    for index in 0..<2 {
      loops.append(
        FanOut(hub: hub, limits: settings.queue, wake: { signals.leave { $0.wantTurn(of: index) } }))
    }
  }

  // MARK: Threads

  func takeSignals() {
    // What a signal brings about may leave others, and may be the server's end.
    while isAlive {
      let waiting = signals.take()
      if waiting.isEmpty { return }
      for signal in waiting where isAlive { signal(self) }
    }
  }

  /// Does something after a while, if the server is still there.
  func after(_ milliseconds: Int, _ action: @escaping () -> Void) {
    world.after(milliseconds) { [weak self] in if self?.isAlive == true { action() } }
  }

  private func wantStep(in milliseconds: Int) {
    let time = world.now + milliseconds
    guard nextStep.map({ time < $0 }) ?? true else { return }
    nextStep = time
    after(milliseconds) { [unowned self] in
      guard nextStep == time else { return }
      nextStep = nil
      checkBounds()
      if let wait = journal.step(now: world.now) { wantStep(in: max(wait, 1)) }
    }
  }

  private func wantTurn(of index: Int) {
    guard !isLoopTurning[index] else { return }
    isLoopTurning[index] = true
    after(world.chance(10) ? world.roll(5...60) : world.roll(0...4)) { [unowned self] in
      isLoopTurning[index] = false
      checkBounds()
      loops[index].turn()
    }
  }

  /// In an order that does not depend on that in which the fan-out happened to come to them.
  func flushLater(_ connection: Connection) {
    unflushed.append(connection)
    guard unflushed.count == 1 else { return }
    after(0) { [unowned self] in
      let waiting = unflushed.sorted { $0.number < $1.number }
      unflushed = []
      for connection in waiting { connection.flush() }
    }
  }

  private func read(_ request: History.Request, _ done: @escaping @Sendable (History.Portion?) -> Void) {
    world.saw(.replayFromHistory)
    after(world.delay()) { [unowned self] in
      if world.isFaulty, world.chance(3) { world.disk.prune(through: world.roll(0...world.disk.newestOffset)) }
      if request.after < world.disk.prunedThrough { world.saw(.prunedHistory) }
      let fails = world.isFaulty && world.chance(5)
      if fails { world.saw(.failedHistory) }
      let portion = fails ? nil : world.disk.read(request, looks: world.settings.looks)
      after(world.roll(0...5)) { done(portion) }
    }
  }

  private func note(through offset: Int) {
    while asOf < offset {
      asOf += 1
      guard let row = world.disk.row(StreamPosition(epoch: hub.epoch, offset: asOf)) else { break }
      if !row.message.type.isInternal { book[row.topic, default: TopicState()].apply(row) }
    }
  }

  func die(_ end: End) {
    isAlive = false
    for connection in connections { end == .politely ? connection.hangUp() : connection.cut() }
    connections = []
  }

  /// Stores what waits, as far as there is room for it.
  func drain() {
    for _ in 0..<100 {
      sequencer?.answerAll()
      guard let wait = journal.step(now: world.now + 1_000_000), wait < 100 else { break }
      takeSignals()
      if !isAlive { return }
    }
    takeSignals()
  }

  var isIdle: Bool {
    journal.statistics.waiting == 0 && hub.statistics.waiting == 0 && sequencer?.isIdle ?? true
  }

  /// A batch was submitted to a sequencer that is elsewhere: its answer comes later, maybe behind another writer's.
  private func letSequencerAnswer() {
    after(world.delay()) { [unowned self] in
      if world.isFaulty, world.chance(20) {
        world.saw(.otherWriter)
        let topic = world.jobs.randomElement(using: &world.random) ?? .events
        said += 1
        sequencer?.answerOtherWriter([.init(.simulated("another writer's \(number)-\(said)"), to: topic)])
      }
      sequencer?.answerNext()
      wantStep(in: 0)
    }
  }

  private func checkBounds() {
    if journal.statistics.waiting > world.settings.journal.publications { world.fail("the journal holds too much") }
    // Frames have a bound of their own, that these worlds are too small for.
    if hub.statistics.waiting > loops.count * world.settings.window + 100 { world.fail("the inboxes hold too much") }
    for connection in connections { connection.checkBounds(world.settings.queue) }
  }

  // MARK: Publishers

  /// One of our own jobs says something: it is not told when that is stored, and has it wait where it must.
  func say() {
    said += 1
    let topic = world.jobs.randomElement(using: &world.random) ?? .events
    let text = "server\(number)-\(said)" + String(repeating: "x", count: world.chance(10) ? world.roll(0...900) : 0)
    let items: [Publication.Item] = [
      .init(.simulated(text), to: topic), .init(.simulated("digest of \(text)"), to: .jobs),
    ]
    let count = world.roll(1...3)
    var publication = Publication(Array(items.prefix(count)))
    if count == 3 {
      let frame = RealtimeMessage(.frame, ["id": .int(said)], at: Timestamp(milliseconds: 0))
      hub.tell(frame, to: topic)
      publication.records.append(.init(frame, to: topic))
    }
    publish(publication)
  }

  private func publish(_ publication: Publication) {
    guard case .full = journal.publish(publication) else { return }
    world.saw(.fullJournal)
    after(world.roll(5...50)) { [unowned self] in publish(publication) }
  }

  /// A request to report something, under a key.
  func receive(_ key: String, _ items: [Publication.Item], answer: @escaping (Bool) -> Void) {
    if world.disk.hasKey(key) {
      world.saw(.repeatedKey)
      world.disk.acknowledge(key)
      return answer(true)
    }
    guard !pendingKeys.contains(key) else { return answer(false) }
    lastToken += 1
    let (token, signals) = (lastToken, signals)
    let stored = IdempotencyKey(name: key, digest: [], job: "1", createdAt: Timestamp(milliseconds: 0))
    let accepted = Publication.Item(.requestAccepted(stored), to: items[0].topic)
    let admission = journal.publish(Publication([accepted] + items, isRefusable: true)) { result in
      let isStored = if case .success = result { true } else { false }
      signals.leave { $0.complete(token, isStored) }
    }
    guard case .accepted = admission else {
      if case .refused = admission { world.saw(.refusal) }
      return answer(false)
    }
    pendingKeys.insert(key)
    completions[token] = { [unowned self] isStored in
      pendingKeys.remove(key)
      if isStored { world.disk.acknowledge(key) }
      if !isStored { world.saw(.refusal) }
      world.note("\(key) is \(isStored ? "stored" : "refused")")
      answer(isStored)
    }
  }

  private func complete(_ token: Int, _ isStored: Bool) { completions.removeValue(forKey: token)?(isStored) }

  // MARK: Readers

  /// The position to go on from after a page, and what the page says: read one after the other, as a page is made.
  func loadPage(_ take: @escaping (StreamPosition, [Topic: TopicState]) -> Void) {
    let position = hub.position
    after(world.roll(0...30)) { [unowned self] in take(position, book) }
  }

  func state(of topic: Topic) -> TopicState { book[topic] ?? TopicState() }

  func accept(_ client: Client, _ resume: Arrival.Resume, _ subscription: Subscription, job: Topic?) -> Connection {
    connectionCount += 1
    let connection = Connection(connectionCount, client, on: loops[world.roll(0...1)], of: self, subscription)
    connections.removeAll { !$0.isOpen }
    connections.append(connection)
    connection.open(resume, subscription, hub.epoch) { [unowned self] in
      job.map { topic in
        let state = state(of: topic)
        let payload: JSONObject = [
          "seq": .int(state.sequence), "digest": .string("\(state.digest)"), "offset": .int(state.offset),
          "topic": .string(topic.description),
        ]
        return TopicSnapshot(
          messages: [RealtimeMessage(.jobStatus, payload, at: Timestamp(milliseconds: 0))],
          position: StreamPosition(epoch: hub.epoch, offset: asOf))
      }
    }
    return connection
  }
}
