import Domain
import JSONValues
import Realtime

/// A page that follows the rules of the browser's client, and reports violations to the world.
final class Client: CustomStringConvertible {
  private unowned let world: World
  private let number: Int
  /// The only job of a page that starts from a snapshot; nil for a page that was served with its state.
  private let job: Topic?
  private let subscribesToEverything: Bool
  private(set) var connection: Connection?
  private var input: [UInt8] = []
  private var inputStart = 0
  private var cursor: StreamPosition?
  /// The position of an incomplete snapshot, and how many of its messages are missing.
  private var gathering: (StreamPosition, left: Int)?
  private var sequence = TopicSequence()
  /// The state that the page shows, by topic.
  private var shown: [Topic: TopicState] = [:]
  private var topics: Set<Topic>
  /// A topic that is being added, with the messages that arrived before its state.
  private var adding: (topic: Topic, isConfirmed: Bool, rows: [Disk.Row])?
  private var removing: Topic?
  private var attempt = 0
  private var life = 0
  private var lastReceived = 0
  private(set) var unreachableUntil = 0
  private(set) var partitionedUntil = 0

  var description: String { "client \(number)\(job.map { " (\($0))" } ?? "")" }

  init(_ number: Int, in world: World) {
    self.world = world
    self.number = number
    job = number < 2 ? world.jobs[number] : nil
    subscribesToEverything = number == 2 && world.chance(50)
    topics = job.map { [$0] } ?? (subscribesToEverything ? Set(world.jobs) : [world.jobs[0], .jobs])
  }

  private var subscription: Subscription {
    subscribesToEverything ? .everything(for: .viewers) : .only(topics, for: .viewers)
  }

  var isInStep: Bool {
    guard connection != nil, adding == nil, removing == nil else { return false }
    return topics.allSatisfy { shown[$0] == world.disk.state(of: $0) || shown[$0] == nil && isEmpty($0) }
  }

  private func isEmpty(_ topic: Topic) -> Bool { world.disk.state(of: topic).sequence == 0 }

  // MARK: Faults

  func stall(for milliseconds: Int) {
    world.note("\(self) reads nothing for \(milliseconds) ms")
    unreachableUntil = max(unreachableUntil, world.now + milliseconds)
  }

  func partition(for milliseconds: Int) {
    world.note("\(self) has no network for \(milliseconds) ms")
    partitionedUntil = max(partitionedUntil, world.now + milliseconds)
    unreachableUntil = max(unreachableUntil, partitionedUntil)
  }

  func heal() {
    unreachableUntil = min(unreachableUntil, world.now)
    partitionedUntil = min(partitionedUntil, world.now)
  }

  // MARK: Connecting

  func connect() {
    life += 1
    let life = life
    world.after(world.delay()) { [unowned self] in
      guard life == self.life else { return }
      guard world.now >= partitionedUntil, let server = world.server else { return retry() }
      if job == nil, cursor == nil { loadPage(from: server) } else { open(server) }
    }
    // Reconnects if this attempt or its connection falls silent.
    startWatchdog(life)
  }

  private func startWatchdog(_ life: Int) {
    lastReceived = world.now
    world.after(5_000) { [unowned self] in checkLiveness(life) }
  }

  private func checkLiveness(_ life: Int) {
    guard life == self.life else { return }
    if world.now - lastReceived >= 20_000 || connection == nil && world.now - lastReceived >= 5_000 { return retry() }
    world.after(5_000) { [unowned self] in checkLiveness(life) }
  }

  private func loadPage(from server: ServerProcess) {
    let life = life
    server.loadPage { [unowned self] position, states in
      guard life == self.life else { return }
      cursor = position
      sequence.reset()
      shown = states.filter { topics.contains($0.key) }
      world.after(world.delay()) { [unowned self] in
        guard life == self.life else { return }
        guard let server = world.server, world.now >= partitionedUntil else { return retry() }
        open(server)
      }
    }
  }

  private func open(_ server: ServerProcess) {
    input = []
    gathering = nil
    inputStart = 0
    if cursor == nil { expectSnapshot() }
    connection = server.accept(
      self, resume: cursor.map(Arrival.Resume.after) ?? .fresh, subscription: subscription, job: job)
  }

  func lost(_ connection: Connection) {
    if connection === self.connection { retry() }
  }

  private func retry() {
    let wait = [1_000, 2_000, 4_000, 8_000, 16_000][min(attempt, 4)]
    attempt = min(attempt + 1, 4)
    reconnect(in: wait + world.roll(-wait / 10...wait / 10))
  }

  private func reconnect(in milliseconds: Int) {
    connection = nil
    life += 1
    let life = life
    if let adding {
      if adding.isConfirmed {
        // The messages of the topic were never shown, so the page starts again.
        cursor = nil
        shown = [:]
      } else {
        topics.remove(adding.topic)
      }
    }
    adding = nil
    if let removing { forget(removing) }
    removing = nil
    world.after(milliseconds) { [unowned self] in if life == self.life { connect() } }
  }

  /// Counts received messages of the snapshot. The client gets its position with the last one.
  private func receiveSnapshot(_ count: Int) {
    guard let (position, left) = gathering else { return }
    gathering = left > count ? (position, left - count) : nil
    if gathering == nil { cursor = position }
  }

  private func expectSnapshot() {
    cursor = nil
    gathering = nil
    sequence.reset()
    shown = [:]
  }

  // MARK: Receiving

  func received(_ bytes: ArraySlice<UInt8>, on connection: Connection) {
    guard connection === self.connection else { return }
    lastReceived = world.now
    input += bytes
    while let text = nextText(), self.connection === connection { received(text) }
    if inputStart > 0 {
      input.removeFirst(inputStart)
      inputStart = 0
    }
  }

  /// The text of the next complete frame. A server's frames have no mask, and these have at most 16 bits of length.
  private func nextText() -> [UInt8]? {
    let rest = input.count - inputStart
    guard rest >= 2 else { return nil }
    var (header, length) = (2, Int(input[inputStart + 1]))
    if length == 126 {
      guard rest >= 4 else { return nil }
      (header, length) = (4, Int(input[inputStart + 2]) << 8 | Int(input[inputStart + 3]))
    }
    guard rest >= header + length else { return nil }
    let start = inputStart + header
    inputStart = start + length
    return Array(input[start..<inputStart])
  }

  private func received(_ text: [UInt8]) {
    if let position = Self.position(of: text) { return receivedNumbered(text, at: position) }
    if text.starts(with: Self.frameStart) { return }
    guard let message = try? RealtimeMessage(parsing: text) else { return world.fail("\(self) can't read \(text)") }
    let payload = message.payload
    switch message.type {
    case .ping:
      attempt = 0
      guard let position = payload["cursor"]?.stringValue else {
        connection?.request(.pong())
        break
      }
      // The first ping needs no answer, since the new connection itself shows that the client is alive.
      guard cursor == nil, let position = StreamPosition(cursor: position) else { break }
      gathering = (position, payload["snapshot_messages"]?.intValue ?? 0)
      receiveSnapshot(0)
    case .jobStatus:
      guard let job else { break }
      shown[job] = TopicState(
        sequence: payload["seq"]?.intValue ?? 0, digest: payload["digest"]?.stringValue.flatMap { UInt64($0) } ?? 0,
        offset: payload["offset"]?.intValue ?? 0)
      receiveSnapshot(1)
    case .error:
      world.note("\(self) is told of a gap")
      expectSnapshot()
      // The page is loaded again.
      if job == nil { reconnect(in: world.roll(10...100)) }
    case .subscribed: confirmAdding()
    case .unsubscribed:
      if let removing { forget(removing) }
      removing = nil
    default: world.fail("\(self) receives \(message.type)")
    }
  }

  private static let frameStart = Array("{\"type\":\"frame\"".utf8)
  private static let idStart = Array("\"id\":\"".utf8)

  /// The position of a numbered message, which ends in `"id":"E:O","topic":"T","seq":N}`.
  private static func position(of text: [UInt8]) -> StreamPosition? {
    guard text.count > 70 else { return nil }
    var index = text.count - 20
    let end = max(text.count - 70, 0)
    while index > end, text[index] != UInt8(ascii: "i") || !text[(index - 1)...].starts(with: idStart) { index -= 1 }
    guard index > end else { return nil }
    let start = index + idStart.count - 1
    guard let quote = text[start...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
    return StreamPosition(cursor: String(decoding: text[start..<quote], as: UTF8.self))
  }

  private func receivedNumbered(_ text: [UInt8], at position: StreamPosition) {
    guard let row = world.disk.row(position), row.message.json == text else {
      return world.fail("\(self) receives \(position), which differs from the stored message")
    }
    guard topics.contains(row.topic) else { return world.fail("\(self) receives \(row.topic) without a subscription") }
    switch sequence.receive(row.sequence, on: row.topic) {
    case .repeat: return world.fail("\(self) receives \(position), \(row.topic) \(row.sequence), twice")
    case .hole:
      // The browser's client would reconnect, but within one connection no message may be missing.
      return world.fail("\(self) misses a message before \(position), \(row.topic) \(row.sequence)")
    case .next: break
    }
    cursor = position
    if adding?.topic == row.topic { adding?.rows.append(row) } else { apply(row) }
  }

  private func apply(_ row: Disk.Row) {
    let known = shown[row.topic] ?? TopicState()
    // A page may be newer than its cursor, so repeated messages change nothing. A snapshot is exactly at its position.
    if row.offset <= known.offset, job == nil { return }
    guard row.sequence == known.sequence + 1 else {
      return world.fail("\(self) shows \(row.topic) \(known.sequence), and receives \(row.sequence) at \(row.offset)")
    }
    shown[row.topic, default: TopicState()].apply(row)
  }

  // MARK: Subscriptions

  /// Subscribes to a topic, or unsubscribes from it, while connected.
  func changeTopics() {
    guard job == nil, !subscribesToEverything, adding == nil, removing == nil, let connection else { return }
    let topic = world.jobs[world.roll(1...2)]
    world.saw(.subscriptionChange)
    world.note("\(self) \(topics.contains(topic) ? "leaves" : "adds") \(topic)")
    let payload: JSONObject = ["topics": [.string(topic.description)]]
    if topics.contains(topic) {
      removing = topic
      connection.request(RealtimeMessage(.unsubscribe, payload, at: Timestamp(milliseconds: 0)))
    } else {
      adding = (topic, false, [])
      topics.insert(topic)
      connection.request(RealtimeMessage(.subscribe, payload, at: Timestamp(milliseconds: 0)))
    }
  }

  private func forget(_ topic: Topic) {
    topics.remove(topic)
    shown[topic] = nil
    sequence.forget(topic)
  }

  /// From now on all messages of the topic arrive, so its state can be fetched.
  private func confirmAdding() {
    guard let topic = adding?.topic else { return }
    adding?.isConfirmed = true
    let life = life
    world.after(world.delay()) { [unowned self] in
      guard life == self.life, let connection, let server = world.server else { return }
      guard world.now >= partitionedUntil else { return lost(connection) }
      let state = server.state(of: topic)
      world.after(world.delay()) { [unowned self] in
        guard life == self.life, let adding else { return }
        shown[topic] = state
        self.adding = nil
        adding.rows.forEach(apply)
      }
    }
  }
}
