import Domain
import JSONValues
import Net
import Realtime
import Server
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One realtime client: its greeting, its heartbeat, and the sink for its messages.
final class RealtimeConnection: StreamHandler, Sink {
  private let loop: RealtimeLoop
  private let stream: Server.Stream
  private let framing: Framing
  private let sessionID: String?
  /// What the client asked for; nil once it has what it starts from.
  private var opening: Opening?
  private var session: RealtimeSession
  private var lastComment: Milliseconds
  private var isOpen = true
  /// Whether the client knows that it is behind, and not yet that it has caught up.
  private var isBehind = false
  private lazy var subscriber = Subscriber(framing: framing, sink: self)

  /// Keeps a request outside the connection, which outlives it.
  private final class Opening {
    let request: RealtimeRequest
    init(_ request: RealtimeRequest) { self.request = request }
  }

  /// Milliseconds between two comments in an event stream. Proxies close streams that are silent for longer.
  private static let commentInterval = 15_000

  init(_ loop: RealtimeLoop, stream: Server.Stream, framing: Framing, request: RealtimeRequest) {
    self.loop = loop
    self.stream = stream
    self.framing = framing
    sessionID = request.sessionID
    opening = Opening(request)
    session = RealtimeSession(loop.service.sessionRules, subscription: request.subscription, now: stream.now)
    lastComment = stream.now
  }

  // MARK: Greeting

  func opened() {
    loop.service.introduction[framing]?.withUnsafeBytes(stream.queue)
    guard let topic = opening?.request.snapshotTopic, !canResume, loop.service.snapshots.inMemory(topic) == nil else {
      return arrive(stored: nil)
    }
    loop.readSnapshot(of: topic) { [weak self] snapshot in
      guard let self, isOpen else { return }
      guard let snapshot else { return closeAsUnavailable() }
      arrive(stored: snapshot)
    }
  }

  private var canResume: Bool {
    if case .after(let position) = opening?.request.resume { loop.fanOut.canResume(after: position) } else { false }
  }

  /// - Parameter stored: the snapshot, if its topic is not in memory.
  private func arrive(stored: TopicSnapshot?) {
    guard let request = opening?.request else { return }
    opening = nil
    let snapshots = loop.service.snapshots
    let arrival = Arrival(request.resume, session.subscription) { [topic = request.snapshotTopic] in
      topic.flatMap { stored ?? snapshots.inMemory($0) ?? snapshots.now($0) }
    }
    let outcome = arrival.join(subscriber, to: loop.fanOut, send: send)
    guard request.isResumption else { return }
    switch outcome {
    case .fresh: break
    case .resumed: loop.countResumed()
    case .afterGap: loop.countGap()
    }
  }

  private func send(_ preamble: Arrival.Preamble) {
    switch preamble {
    case .gap:
      send(
        .connectionError(
          code: "REPLAY_GAP", message: "Messages since your cursor are no longer kept. Reload what you show."))
    case .greeting(let position, let snapshot, let isBehind):
      self.isBehind = isBehind
      var ping = session.greeting
      ping.payload["cursor"] = .string(position.description)
      if !snapshot.isEmpty { ping.payload["snapshot_messages"] = .int(snapshot.count) }
      if isBehind { ping.payload["catching_up"] = true }
      addStorage(to: &ping)
      // An EventSource resumes after the last id that it has seen. It must not resume from half a snapshot, so only the
      // message that completes its state carries the position.
      send(ping, resumingAfter: snapshot.isEmpty ? position : nil)
      for (index, message) in snapshot.enumerated() {
        send(message, resumingAfter: index == snapshot.count - 1 ? position : nil)
      }
    }
  }

  /// Adds the storage failure, if there is one. Changes are announced to every connection.
  private func addStorage(to ping: inout RealtimeMessage) {
    guard let failure = loop.service.storage() else { return }
    ping.payload["storage"] = .object(StorageFailure.json(failure))
  }

  // MARK: The client

  func received(_ text: [UInt8]) { perform(session.receive(text, now: stream.now)) }

  func received(binary: [UInt8]) { stream.close(.unsupportedData, reason: "Messages are JSON text.") }

  func heard() { session.heard(now: stream.now) }

  func tick(_ now: Milliseconds) {
    if framing.transport == .webSocket {
      perform(session.tick(now: now))
    } else if now - lastComment >= Self.commentInterval {
      lastComment = now
      var comment: [UInt8] = []
      SSEWriter.appendComment("alive", to: &comment)
      stream.queue(events: comment)
    }
  }

  func drained() { loop.fanOut.drained(subscriber) }

  func drain() { stream.close(.serviceRestart, reason: "The server is restarting. Reconnect in a few seconds.") }

  func closed() {
    isOpen = false
    loop.fanOut.leave(subscriber)
    loop.service.release(session: sessionID, transport: framing.transport)
  }

  /// Performs the actions up to one that closes the connection: nothing may be sent after a close.
  private func perform(_ actions: [RealtimeSession.Action]) {
    for action in actions where isOpen {
      switch action {
      case .send(let message): send(message)
      case .change(let subscription):
        loop.fanOut.change(subscriber, to: subscription)
      case .measured(let latency): loop.count(latency: latency)
      case .close(let code, let reason): stream.close(code, reason: reason)
      }
    }
  }

  private func send(_ message: RealtimeMessage, resumingAfter position: StreamPosition? = nil) {
    var bytes: [UInt8] = []
    framing.append(message, resumingAfter: position, to: &bytes)
    bytes.withUnsafeBytes(stream.queue)
  }

  // MARK: The fan-out

  var queuedByteCount: Int { stream.queuedByteCount }

  func write(_ pieces: UnsafeBufferPointer<iovec>, byteCount: Int) -> Int { stream.write(pieces, byteCount: byteCount) }

  func queue(_ bytes: UnsafeRawBufferPointer) { stream.queue(bytes) }

  func caughtUp() {
    guard isBehind else { return }
    isBehind = false
    var ping = session.greeting
    ping.payload["caught_up"] = true
    // A change that was announced during the replay did not reach it.
    addStorage(to: &ping)
    send(ping)
  }

  func closeAsTooSlow() {
    stream.close(.slowConsumer, reason: "You read too slowly to get everything. Come back with your cursor.")
  }

  func closeAsUnavailable() {
    stream.close(.tryAgainLater, reason: "What you missed can't be read now. Come back with your cursor.")
  }
}

/// A WebSocket that is opened only to be closed with the reason, because a page can't see why a handshake failed.
final class RefusedConnection: StreamHandler {
  private let stream: Server.Stream
  private let refusal: RealtimeRefusal

  init(_ stream: Server.Stream, _ refusal: RealtimeRefusal) {
    self.stream = stream
    self.refusal = refusal
  }

  func opened() {
    let message = RealtimeMessage.connectionError(code: refusal.error.code.rawValue, message: refusal.error.message)
    var bytes: [UInt8] = []
    Framing.webSocket.append(message, to: &bytes)
    bytes.withUnsafeBytes(stream.queue)
    stream.close(refusal.closeCode, reason: refusal.error.message)
  }

  func received(_ text: [UInt8]) {}
  func received(binary: [UInt8]) {}
  func drained() {}
  func tick(_ now: Milliseconds) {}
  func drain() {}
  func closed() {}
}
