import Domain
import JSONValues
import Realtime
import Synchronization
import TestSupport

/// One run of the server: the real journal, hub and loops over the disk, wired as in the application.
final class ServerProcess {
  struct Settings {
    var window: Int
    var queue: QueueLimits
    var journal = Journal.Limits()
    /// The maximum number of bytes in flight to a client, or unread by it.
    var socketBytes: Int
    /// How many rows one read of the history looks at.
    var historyRows: Int
    /// Whether batches are numbered elsewhere: later, with other writers' batches in between, and irrevocably.
    var isNumberedElsewhere: Bool

    init(using random: inout SeededGenerator) {
      window = Int.random(in: 3...30, using: &random)
      queue = QueueLimits(
        messages: Int.random(in: 4...40, using: &random), bytes: Int.random(in: 1_000...8_000, using: &random))
      journal.publications = Int.random(in: 4...20, using: &random)
      journal.batchRows = Int.random(in: 2...12, using: &random)
      socketBytes = Int.random(in: 300...4_000, using: &random)
      historyRows = Int.random(in: 1...12, using: &random)
      isNumberedElsewhere = Bool.random(using: &random)
    }
  }

  /// How a server ends.
  enum End { case abruptly, politely }

  /// Collects calls of closures that the real parts may call on any thread. Here they run on the only thread.
  private final class Signals: Sendable {
    private let waiting = Mutex<[@Sendable (ServerProcess) -> Void]>([])
    func enqueue(_ signal: @escaping @Sendable (ServerProcess) -> Void) { waiting.withLock { $0.append(signal) } }
    func drain() -> [@Sendable (ServerProcess) -> Void] {
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
  /// Connections with bytes to send at the end of this instant.
  private var unflushed: [Connection] = []
  private let signals = Signals()
  private(set) var isAlive = true
  /// The state after all sent messages through ``asOf``, by topic.
  private var book: [Topic: TopicState]
  private var asOf: Int
  private var completions: [Int: (Bool) -> Void] = [:]
  private var pendingKeys: Set<String> = []
  private var lastToken = 0
  private var nextStep: Int?
  private var publishedCount = 0

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
        read: { request, done in signals.enqueue { $0.read(request, done: done) } }))
    let local = LocalSequencer(MessageLine(epoch: disk.epoch, after: disk.newestOffset, topicsKept: 2)) {
      disk.lastSequence(of: $0)
    }
    let elsewhere =
      settings.isNumberedElsewhere
      ? DelayingSequencer(local) { signals.enqueue { $0.scheduleSequencerAnswer() } } : nil
    sequencer = elsewhere
    journal = Journal(
      hub: hub, sequencer: elsewhere ?? local, limits: settings.journal,
      commit: { entries in
        let dies: Bool
        do { dies = try disk.commit(entries) } catch let death as Disk.Died {
          signals.enqueue { server in
            server.world.saw(death.crash == .beforeCommit ? .crashBeforeCommit : .crashBeforeBroadcast)
            server.world.crash()
          }
          throw death
        }
        let last = entries.flatMap(\.messages).compactMap(\.position?.offset).last
        return {
          signals.enqueue { server in
            if let last { server.updateState(through: last) }
            if !dies { return }
            server.world.saw(.crashBeforeAcknowledgement)
            server.world.crash()
          }
        }
      },
      wake: { signals.enqueue { $0.scheduleStep(in: 0) } })
    isLoopTurning = [false, false]
    for index in 0..<2 {
      loops.append(
        FanOut(hub: hub, limits: settings.queue, wake: { signals.enqueue { $0.scheduleTurn(of: index) } }))
    }
  }

  // MARK: Threads

  func handleSignals() {
    // Handling a signal may enqueue others, and may end the server.
    while isAlive {
      let waiting = signals.drain()
      if waiting.isEmpty { return }
      for signal in waiting where isAlive { signal(self) }
    }
  }

  /// Runs the action after a delay, if the server is still alive.
  func after(_ milliseconds: Int, _ action: @escaping () -> Void) {
    world.after(milliseconds) { [weak self] in if self?.isAlive == true { action() } }
  }

  private func scheduleStep(in milliseconds: Int) {
    let time = world.now + milliseconds
    guard nextStep.map({ time < $0 }) ?? true else { return }
    nextStep = time
    after(milliseconds) { [unowned self] in
      guard nextStep == time else { return }
      nextStep = nil
      checkBounds()
      if let wait = journal.step(now: world.now) { scheduleStep(in: max(wait, 1)) }
    }
  }

  private func scheduleTurn(of index: Int) {
    guard !isLoopTurning[index] else { return }
    isLoopTurning[index] = true
    after(world.chance(10) ? world.roll(5...60) : world.roll(0...4)) { [unowned self] in
      isLoopTurning[index] = false
      checkBounds()
      loops[index].turn()
    }
  }

  /// Flushes at the end of this instant, in an order that doesn't depend on the order of the fan-out.
  func flushLater(_ connection: Connection) {
    unflushed.append(connection)
    guard unflushed.count == 1 else { return }
    after(0) { [unowned self] in
      let waiting = unflushed.sorted { $0.number < $1.number }
      unflushed = []
      for connection in waiting { connection.flush() }
    }
  }

  private func read(_ request: History.Request, done: @escaping @Sendable (History.Portion?) -> Void) {
    world.saw(.replayFromHistory)
    after(world.delay()) { [unowned self] in
      if world.isFaulty, world.chance(3) { world.disk.prune(through: world.roll(0...world.disk.newestOffset)) }
      if request.after < world.disk.prunedThrough { world.saw(.prunedHistory) }
      let fails = world.isFaulty && world.chance(5)
      if fails { world.saw(.failedHistory) }
      let portion = fails ? nil : world.disk.read(request, maxRows: world.settings.historyRows)
      after(world.roll(0...5)) { done(portion) }
    }
  }

  private func updateState(through offset: Int) {
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

  /// Stores the waiting publications, if there is space.
  func drain() {
    for _ in 0..<100 {
      sequencer?.answerAll()
      guard let wait = journal.step(now: world.now + 1_000_000), wait < 100 else { break }
      handleSignals()
      if !isAlive { return }
    }
    handleSignals()
  }

  var isIdle: Bool {
    journal.statistics.waiting == 0 && hub.statistics.waiting == 0 && sequencer?.isIdle ?? true
  }

  /// Lets the remote sequencer answer later, sometimes after another writer's batch.
  private func scheduleSequencerAnswer() {
    after(world.delay()) { [unowned self] in
      if world.isFaulty, world.chance(20) {
        world.saw(.otherWriter)
        let topic = world.jobs.randomElement(using: &world.random) ?? .events
        publishedCount += 1
        sequencer?.answerOtherWriter([.init(.simulated("another writer's \(number)-\(publishedCount)"), to: topic)])
      }
      sequencer?.answerNext()
      scheduleStep(in: 0)
    }
  }

  private func checkBounds() {
    if journal.statistics.waiting > world.settings.journal.publications { world.fail("the journal holds too much") }
    // Frames have a separate limit, which these worlds don't reach.
    if hub.statistics.waiting > loops.count * world.settings.window + 100 { world.fail("the inboxes hold too much") }
    for connection in connections { connection.checkBounds(world.settings.queue) }
  }

  // MARK: Publishers

  /// Publishes for one of the server's own jobs, which doesn't wait for the commit and retries if the journal is full.
  func publishForJob() {
    publishedCount += 1
    let topic = world.jobs.randomElement(using: &world.random) ?? .events
    let text =
      "server\(number)-\(publishedCount)" + String(repeating: "x", count: world.chance(10) ? world.roll(0...900) : 0)
    let items: [Publication.Item] = [
      .init(.simulated(text), to: topic), .init(.simulated("digest of \(text)"), to: .jobs),
    ]
    let count = world.roll(1...3)
    var publication = Publication(Array(items.prefix(count)))
    if count == 3 {
      let frame = RealtimeMessage(.frame, ["id": .int(publishedCount)], at: Timestamp(milliseconds: 0))
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

  /// Handles a report with an idempotency key.
  func receive(_ items: [Publication.Item], key: String, answer: @escaping (Bool) -> Void) {
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
      signals.enqueue { $0.complete(token, isStored: isStored) }
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

  private func complete(_ token: Int, isStored: Bool) { completions.removeValue(forKey: token)?(isStored) }

  // MARK: Readers

  /// Loads a page: first the position to resume from, then the state, as in the application.
  func loadPage(_ done: @escaping (StreamPosition, [Topic: TopicState]) -> Void) {
    let position = hub.position
    after(world.roll(0...30)) { [unowned self] in done(position, book) }
  }

  func state(of topic: Topic) -> TopicState { book[topic] ?? TopicState() }

  func accept(
    _ client: Client, resume: Arrival.Resume, subscription: Subscription, job: Topic?
  ) -> Connection {
    connectionCount += 1
    let connection = Connection(
      connectionCount, of: client, on: loops[world.roll(0...1)], in: self, subscription: subscription)
    connections.removeAll { !$0.isOpen }
    connections.append(connection)
    connection.open(resume, subscription: subscription, epoch: hub.epoch) { [unowned self] in
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
