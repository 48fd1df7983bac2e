import Domain
import JSONValues
import Realtime
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One connection and its network. Bytes arrive late and in pieces, until the connection is cut.
final class Connection: Sink {
  private unowned let world: World
  private unowned let server: ServerProcess
  private unowned let client: Client
  /// Counts the connections of a server.
  let number: Int
  private let fanOut: FanOut
  private lazy var subscriber = Subscriber(framing: .webSocket, sink: self)
  private var session: RealtimeSession
  /// Whether the server's half is open.
  private(set) var isOpen = true
  private var closeCode: CloseCode?
  private var queued: [UInt8] = []
  private var isStalled = false
  private var willFlush = false
  /// Bytes that the client has not read.
  private var unread = 0
  /// The arrival time of the last bytes. Later bytes arrive later.
  private var lastArrival = 0
  private var arrivals: [() -> Void] = []
  private var lastRequest = 0
  /// How many bytes still arrive after a cut; nil before it.
  private var bytesBeforeCut: Int?

  init(
    _ number: Int, of client: Client, on fanOut: FanOut, in server: ServerProcess, subscription: Subscription
  ) {
    self.number = number
    self.client = client
    self.fanOut = fanOut
    self.server = server
    world = server.world
    session = RealtimeSession(
      .init(limits: .init(pingInterval: 10, silence: 22), topics: .core), subscription: subscription,
      now: server.world.now)
  }

  func open(
    _ resume: Arrival.Resume, subscription: Subscription, epoch: String, snapshot: @escaping () -> TopicSnapshot?
  ) {
    server.after(3_000) { [weak self] in self?.tick() }
    switch (world.mutant, resume) {
    case (.snapshotBeforeSubscribing, .fresh):
      guard let snapshot = snapshot() else { break }
      send(.greeting(snapshot.position, snapshot: snapshot.messages, isBehind: false))
      return joinLater(subscription)
    case (.cursorAheadOfSnapshot, .fresh):
      guard let snapshot = snapshot() else { break }
      send(.greeting(snapshot.position, snapshot: [], isBehind: false))
      for message in snapshot.messages { send(message) }
      _ = fanOut.join(subscriber, subscription, after: snapshot.position)
      return
    case (.joiningAfterReplay, .after(let position)):
      guard fanOut.canResume(after: position) else { break }
      send(.greeting(position, snapshot: [], isBehind: false))
      for offset in position.offset..<max(fanOut.position.offset, position.offset) {
        guard let row = world.disk.row(StreamPosition(epoch: position.epoch, offset: offset + 1)),
          subscription.includes(row.topic), !row.message.type.isInternal
        else { continue }
        var bytes: [UInt8] = []
        WebSocketFrame.append(.text, payload: row.message.json, to: &bytes)
        bytes.withUnsafeBytes(queue)
      }
      return joinLater(subscription)
    case (.noEpochCheck, .after(let position)):
      let claimed = StreamPosition(epoch: epoch, offset: position.offset)
      return begin(.after(claimed), subscription: subscription, snapshot: snapshot)
    default: break
    }
    begin(resume, subscription: subscription, snapshot: snapshot)
  }

  private func begin(
    _ resume: Arrival.Resume, subscription: Subscription, snapshot: @escaping () -> TopicSnapshot?
  ) {
    let outcome = Arrival(resume, subscription, snapshot: snapshot).join(subscriber, to: fanOut, send: send)
    world.note("\(client) comes to server \(server.number), \(resume): \(outcome)")
  }

  private func joinLater(_ subscription: Subscription) {
    server.after(world.roll(1...40)) { [weak self] in
      if let self, isOpen { fanOut.join(subscriber, subscription) }
    }
  }

  private func send(_ preamble: Arrival.Preamble) {
    switch preamble {
    case .gap:
      world.saw(.gap)
      send(.connectionError(code: "REPLAY_GAP", message: ""))
    case .greeting(let position, let snapshot, _):
      var ping = session.greeting
      ping.payload["cursor"] = .string(position.description)
      ping.payload["snapshot_messages"] = .int(snapshot.count)
      send(ping)
      if !snapshot.isEmpty { world.saw(.snapshot) }
      for message in snapshot { send(message) }
    }
  }

  private func tick() {
    guard isOpen else { return }
    perform(session.tick(now: world.now))
    server.after(3_000) { [weak self] in self?.tick() }
  }

  private func perform(_ actions: [RealtimeSession.Action]) {
    for action in actions where isOpen {
      switch action {
      case .send(let message): send(message)
      case .change(let subscription): fanOut.change(subscriber, to: subscription)
      case .measured: break
      case .close(let code, _): close(code)
      }
    }
  }

  private func send(_ message: RealtimeMessage) {
    var bytes: [UInt8] = []
    Framing.webSocket.append(message, to: &bytes)
    bytes.withUnsafeBytes(queue)
  }

  func checkBounds(_ limits: QueueLimits) {
    // Besides the queue: one message that is longer than the limit and half sent, and the messages of the session.
    if queued.count > limits.bytes + 4_000 { world.fail("\(queued.count) bytes wait for \(client)") }
  }

  // MARK: Sink

  var queuedByteCount: Int { queued.count }

  func write(_ pieces: UnsafeBufferPointer<iovec>, byteCount: Int) -> Int {
    precondition(queued.isEmpty)
    var bytes: [UInt8] = []
    for piece in pieces { bytes += UnsafeRawBufferPointer(start: piece.iov_base, count: piece.iov_len) }
    let taken = transmit(bytes[...])
    if taken < byteCount { isStalled = true }
    return taken
  }

  func queue(_ bytes: UnsafeRawBufferPointer) {
    guard isOpen else { return }
    queued += bytes
    flushLater()
  }

  func caughtUp() {}

  func closeAsTooSlow() {
    if world.mutant == .silentOverflow { return }
    world.saw(.slowReader)
    close(.slowConsumer)
  }

  func closeAsUnavailable() { close(.tryAgainLater) }

  // MARK: The server's half

  private func close(_ code: CloseCode) {
    guard isOpen else { return }
    closeCode = code
    closed()
    flushLater()
  }

  private func closed() {
    isOpen = false
    fanOut.leave(subscriber)
  }

  private func flushLater() {
    guard !willFlush else { return }
    willFlush = true
    server.flushLater(self)
  }

  func flush() {
    willFlush = false
    queued.removeFirst(transmit(queued[...]))
    guard queued.isEmpty else { return }
    if let closeCode {
      world.note("\(client) receives the close code \(closeCode)")
      return hangUp()
    }
    isStalled = false
    if isOpen { fanOut.drained(subscriber) }
  }

  // MARK: The network

  private func transmit(_ bytes: ArraySlice<UInt8>) -> Int {
    // A cut that is not noticed yet accepts any number of bytes.
    guard bytesBeforeCut == nil else { return bytes.count }
    let sent = Array(bytes.prefix(max(world.settings.socketBytes - unread, 0)))
    guard !sent.isEmpty else { return 0 }
    unread += sent.count
    arrive { [weak self] in self?.deliver(sent) }
    return sent.count
  }

  /// Runs the action when it reaches the client: after everything that was sent before, and after a stall or partition.
  private func arrive(_ action: @escaping () -> Void) {
    arrivals.append(action)
    lastArrival = max(world.now + world.delay(), lastArrival)
    world.after(lastArrival - world.now) { [weak self] in self?.arriveNext() }
  }

  private func arriveNext() {
    guard client.unreachableUntil <= world.now else {
      return world.after(client.unreachableUntil - world.now) { [weak self] in self?.arriveNext() }
    }
    arrivals.removeFirst()()
  }

  private func deliver(_ bytes: [UInt8]) {
    let arrived = bytesBeforeCut.map { bytes.prefix($0) } ?? bytes[...]
    if bytesBeforeCut != nil { bytesBeforeCut! -= arrived.count }
    unread -= bytes.count
    client.received(arrived, on: self)
    if isStalled || !queued.isEmpty, server.isAlive { flushLater() }
  }

  /// Sends a message of the client to the server.
  func request(_ message: RealtimeMessage) {
    guard bytesBeforeCut == nil else { return }
    let text = JSON.object(message.json).encoded()
    lastRequest = max(world.now + world.delay(), lastRequest, client.partitionedUntil)
    server.after(lastRequest - world.now) { [weak self] in
      if let self, isOpen, bytesBeforeCut == nil { perform(session.receive(text, now: world.now)) }
    }
  }

  /// Cuts the connection at any byte. Each side notices later, or by the silence.
  func cut() {
    guard bytesBeforeCut == nil else { return }
    bytesBeforeCut = world.roll(0...unread)
    world.note("\(client) is cut")
    if world.chance(15) {
      world.saw(.unnoticedCut)
    } else {
      arrive { [weak self] in
        guard let self else { return }
        client.lost(self)
      }
    }
    if server.isAlive, !world.chance(15) {
      server.after(world.roll(0...300)) { [weak self] in if let self, isOpen { closed() } }
    }
  }

  /// Closes the connection after everything that the server sent.
  func hangUp() {
    isOpen = false
    arrive { [weak self] in
      guard let self else { return }
      client.lost(self)
    }
  }
}
