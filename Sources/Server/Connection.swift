import Net
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One accepted socket: reads, hands the bytes to the protocol that it speaks by now, and writes the output.
final class Connection: Channel {
  /// What the bytes that arrive mean.
  enum Mode {
    case http(HTTPExchange)
    case webSocket(WebSocketExchange)
    case events(any StreamHandler, isChunked: Bool)
    /// Our close frame is queued, and the peer's is expected (RFC 6455 §7.1.1). Other frames are ignored.
    case closing(WebSocketExchange)
    /// The last output is queued. It is sent; input is discarded until the peer closes or the deadline passes.
    case lingering
    case closed
  }

  let socket: Int32
  /// Holds its connections: the cycle ends when a connection closes.
  let worker: Worker
  private(set) var registration: Registration!  // set by the initialiser: registering needs self
  var mode: Mode
  private var output = OutputQueue()
  /// When the connection times out; in milliseconds of the loop's clock.
  var deadline: Milliseconds
  /// Set while output waits for room in the kernel's buffer.
  private var stall: Stall?
  /// Whether the peer has closed its sending half.
  private(set) var hasReadEnd = false
  /// The peer's unacknowledged bytes when its deadline was last extended.
  private var lingeringBytes = Int.max
  private var isWaitingToFlush = false
  private var isBroken = false
  private var interest: Interest = .reading

  init(socket: Int32, worker: Worker) throws(NetError) {
    self.socket = socket
    self.worker = worker
    mode = .http(HTTPExchange(limits: worker.core.limits))
    deadline = worker.reactor.now + worker.core.limits.headDeadline
    registration = try worker.reactor.register(socket, self, interest: .reading)
  }

  var limits: ServerLimits { worker.core.limits }

  // MARK: Input

  func ready(_ readiness: Readiness) {
    // The peer half-closed, then reset; reading again would spin on the end of file.
    if readiness.contains(.failed), hasReadEnd { return close() }
    if readiness.contains(.writable) { flush() }
    if readiness.isWorthReading { read() }
  }

  private func read() {
    let buffer = worker.readBuffer
    let count = recv(socket, buffer.baseAddress, buffer.count, 0)
    if count > 0 {
      if case .webSocket(let exchange) = mode { exchange.handler.heard() }
      receive(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
    } else if count == 0 {
      hasReadEnd = true
      peerClosed()
    } else if errno != EAGAIN && errno != EINTR {
      close()
    }
  }

  /// Passes bytes to the current mode, which they may change.
  func receive(_ bytes: UnsafeMutableRawBufferPointer) {
    var rest = bytes
    while true {
      let consumed: Int?
      switch mode {
      case .http: consumed = receiveHTTP(rest)
      case .webSocket: consumed = receiveFrames(rest)
      case .closing(let exchange): consumed = receiveClose(rest, exchange)
      case .events, .lingering, .closed: return
      }
      guard let consumed else { return }
      rest = UnsafeMutableRawBufferPointer(rebasing: rest[consumed...])
    }
  }

  private func peerClosed() {
    switch mode {
    // It may have closed its sending half only and still wait for our answer.
    case .http(let exchange) where !output.isEmpty || exchange.isAnswering || exchange.isHeldBack: setReading(false)
    case .lingering where !output.isEmpty, .closing where !output.isEmpty: setReading(false)
    default: close()
    }
  }

  /// Pauses or resumes reading; while it is paused the kernel holds the peer back.
  func setReading(_ isReading: Bool) {
    setInterest(isReading ? interest.union(.reading) : interest.subtracting(.reading))
  }

  // MARK: Output

  /// Bytes that the kernel has not taken yet.
  var queuedByteCount: Int { output.count }

  /// Queues bytes; they leave at the end of the turn.
  func enqueue(_ bytes: UnsafeRawBufferPointer) { enqueue { $0.append(contentsOf: bytes) } }

  /// - Parameter write: appends bytes. It may not enqueue others.
  func enqueue<Failure>(_ write: (inout [UInt8]) throws(Failure) -> Void) throws(Failure) {
    flushLater()
    // Moved out and back: Swift then has no overlapping accesses to check while bytes are appended.
    var queue = OutputQueue()
    swap(&queue, &output)
    defer { swap(&queue, &output) }
    if queue.isEmpty { queue.borrow(worker.lendBuffer()) }
    try queue.append(write)
  }

  func flushLater() {
    guard !isWaitingToFlush else { return }
    isWaitingToFlush = true
    worker.flushLater(self)
  }

  /// Flushes in the loop's next turn, so that other connections have theirs first.
  func flushNextTurn() {
    guard !isWaitingToFlush else { return }
    isWaitingToFlush = true
    worker.flushNextTurn(self)
  }

  /// Writes what the kernel takes, and waits for room for the rest.
  func flush() {
    isWaitingToFlush = false
    guard !isBroken, !isClosed else { return }
    let hadBeenStalled = interest.contains(.writing)
    var queue = OutputQueue()
    swap(&queue, &output)
    let before = queue.count
    let flushed = queue.flush(to: socket)
    let after = queue.count
    if case .everything = flushed, let buffer = queue.returnBuffer() { worker.takeBack(buffer) }
    swap(&queue, &output)
    switch flushed {
    case .broken: breakDown()
    case .some: waitForRoom(hasSent: after < before)
    case .everything:
      if case .http(let exchange) = mode, let body = exchange.outgoing {
        return continueBody(body, exchange: exchange, hasSent: before > 0)
      }
      stopWaitingForRoom()
      outputSent(hadBeenStalled: hadBeenStalled || before > 0)
    }
  }

  /// The kernel's buffer is full: waits until it has room again.
  /// - Parameter hasSent: whether it took something first, so that its time begins anew.
  func waitForRoom(hasSent: Bool) {
    if hasSent || stall == nil { stall = Stall(since: worker.reactor.now) }
    setInterest(interest.union(.writing))
  }

  func stopWaitingForRoom() {
    guard stall != nil else { return }
    stall = nil
    setInterest(interest.subtracting(.writing))
  }

  /// Writes pieces past the empty queue.
  /// - Returns: the bytes that the kernel took; all of them if the connection is broken.
  func writeThrough(_ pieces: UnsafeBufferPointer<iovec>, byteCount: Int) -> Int {
    guard !isBroken else { return byteCount }
    var taken = 0
    var rest = pieces
    while !rest.isEmpty {
      let batch = UnsafeBufferPointer(rebasing: rest.prefix(1024))  // IOV_MAX
      let batchBytes = pieces.count <= 1024 ? byteCount : batch.reduce(0) { $0 + $1.iov_len }
      let count = send(batch)
      guard count >= 0 else {
        // What follows is lost with the connection; the client resumes.
        breakDown()
        return byteCount
      }
      taken += count
      guard count == batchBytes else {
        waitForRoom(hasSent: true)
        return taken
      }
      rest = UnsafeBufferPointer(rebasing: rest.dropFirst(1024))
    }
    return taken
  }

  /// - Returns: the bytes taken, 0 if the kernel has no room, -1 if the peer is gone.
  private func send(_ pieces: UnsafeBufferPointer<iovec>) -> Int {
    var message = msghdr()
    message.msg_iov = UnsafeMutablePointer(mutating: pieces.baseAddress)
    message.msg_iovlen = .init(pieces.count)
    while true {
      #if canImport(Glibc)
        let count = sendmsg(socket, &message, Int32(MSG_NOSIGNAL))
      #else
        let count = sendmsg(socket, &message, 0)
      #endif
      if count >= 0 { return count }
      if errno == EAGAIN { return 0 }
      if errno != EINTR { return -1 }
    }
  }

  private func outputSent(hadBeenStalled: Bool) {
    switch mode {
    case .http(let exchange): answersSent(exchange)
    case .webSocket(let exchange): if hadBeenStalled { exchange.handler.drained() }
    case .events(let handler, _): if hadBeenStalled { handler.drained() }
    case .closing, .lingering:
      if case .lingering = mode { shutdown(socket, Int32(SHUT_WR)) }
      setReading(true)
      deadline = worker.reactor.now + limits.linger
      lingeringBytes = .max
    case .closed: break
    }
  }

  // MARK: The end

  var isStream: Bool {
    switch mode {
    case .webSocket, .events: true
    default: false
    }
  }

  private var isClosed: Bool {
    if case .closed = mode { true } else { false }
  }

  /// Sends what is queued, then waits up to ``ServerLimits/linger`` for the peer to close.
  func linger() {
    mode = .lingering
    setReading(true)
    flushLater()
  }

  /// Sends what is queued, with the close frame at its end, and waits up to ``ServerLimits/linger`` for the peer's. If
  /// the connection ended right after our frame, the client couldn't tell a clean close from a broken one.
  func awaitClose(_ exchange: WebSocketExchange) {
    mode = .closing(exchange)
    setReading(true)
    flushLater()
  }

  /// The socket is broken. The close is deferred to the turn's end, so that callers in mid-write don't see it vanish.
  func breakDown() {
    guard !isBroken else { return }
    isBroken = true
    worker.closeLater(self)
  }

  func close() {
    guard !isClosed else { return }
    let last = mode
    mode = .closed
    worker.reactor.deregister(registration)
    closeDescriptor(socket)
    worker.remove(self)
    if case .webSocket = last { worker.counters.countClose(.abnormalClosure) }
    switch last {
    case .http(let exchange): exchange.abandon()
    case .webSocket(let exchange): exchange.handler.closed()
    case .events(let handler, _): handler.closed()
    case .closing, .lingering, .closed: break
    }
  }

  /// Enforces the deadlines. Called a few times a second.
  func sweep(_ now: Milliseconds) {
    if stall != nil, hasStalled(now) {
      // For the counters: no close frame reaches a peer whose buffer is full in the middle of another frame.
      if case .webSocket = mode { closeStream(worker.core.hooks.closeCodes.stalled, reason: "") }
      return close()
    }
    switch mode {
    case .http(let exchange):
      if exchange.isOverdue(now: now, connection: self), !exchange.isIdle || output.isEmpty { exchange.timeOut(self) }
    case .webSocket(let exchange): exchange.handler.tick(now)
    case .events(let handler, _): handler.tick(now)
    // While the peer still reads, its queue is sent: the close frame with the reason is at its end.
    case .closing, .lingering: if output.isEmpty, now >= deadline, !extendDeadline(now) { close() }
    case .closed: break
    }
  }

  /// Extends the peer's deadline if it has acknowledged more of the kernel's buffer since the last extension.
  private func extendDeadline(_ now: Milliseconds) -> Bool {
    let unacknowledged = unacknowledgedByteCount(of: socket)
    guard unacknowledged > 0, unacknowledged < lingeringBytes else { return false }
    lingeringBytes = unacknowledged
    deadline = now + limits.linger
    return true
  }

  private struct Stall {
    /// When the kernel's buffer became full.
    var since: Milliseconds
    /// The peer's unacknowledged bytes at the first sweep after that.
    var unacknowledgedBytes: Int?
  }

  /// Whether the peer has read nothing for ``ServerLimits/writeStall``.
  ///
  /// The kernel reports room only when a third of its buffer is free. With a slow peer that may take longer than the
  /// limit, so the bytes that the peer has acknowledged decide.
  private func hasStalled(_ now: Milliseconds) -> Bool {
    guard let current = stall else { return false }
    guard let before = current.unacknowledgedBytes else {
      stall?.unacknowledgedBytes = unacknowledgedByteCount(of: socket)
      return false
    }
    guard now - current.since >= limits.writeStall else { return false }
    let unacknowledged = unacknowledgedByteCount(of: socket)
    if unacknowledged < before { stall = Stall(since: now, unacknowledgedBytes: unacknowledged) }
    return unacknowledged >= before
  }

  private func setInterest(_ new: Interest) {
    guard new != interest else { return }
    interest = new
    worker.reactor.setInterest(new, of: registration)
  }
}

/// `close` under a name that the methods called `close` don't hide.
func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
