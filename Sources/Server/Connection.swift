import Net
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One accepted socket: reads, hands the bytes to whichever protocol it speaks by now, and writes what that left.
final class Connection: Channel {
  /// What the bytes that arrive mean.
  enum Mode {
    case http(HTTPExchange)
    case webSocket(WebSocketExchange)
    case events(any StreamHandler)
    /// Everything is said: the rest of the output goes, input is thrown away until the peer closes or time is up.
    case lingering
    case closed
  }

  let socket: Int32
  /// The loop's, which holds its connections: the circle ends when a connection closes.
  let worker: Worker
  private(set) var registration: Registration!  // set by the initialiser, which is where registering needs self
  var mode: Mode
  private var output = OutputQueue()
  /// When this connection is given up if nothing changes it; in milliseconds of the loop's clock.
  var deadline: Milliseconds
  /// Set while output waits for the peer to take some.
  private var stall: Stall?
  /// Whether the peer has said that it sends nothing more.
  private(set) var hasReadEnd = false
  private var isWaitingToFlush = false
  private var isBroken = false
  private var interest: Interest = .reading

  init(_ socket: Int32, _ worker: Worker) throws(NetError) {
    self.socket = socket
    self.worker = worker
    mode = .http(HTTPExchange(limits: worker.core.limits))
    deadline = worker.reactor.now + worker.core.limits.headDeadline
    registration = try worker.reactor.register(socket, self, interest: .reading)
  }

  var limits: ServerLimits { worker.core.limits }

  // MARK: Input

  func ready(_ readiness: Readiness) {
    // Who said goodbye and is gone now takes no answer any more; reading would only say goodbye again, for ever.
    if readiness.contains(.failed), hasReadEnd { return close() }
    if readiness.contains(.writable) { flush() }
    if readiness.isWorthReading { read() }
  }

  private func read() {
    let buffer = worker.readBuffer
    let count = recv(socket, buffer.baseAddress, buffer.count, 0)
    if count > 0 {
      receive(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
    } else if count == 0 {
      hasReadEnd = true
      peerClosed()
    } else if errno != EAGAIN && errno != EINTR {
      close()
    }
  }

  /// Takes bytes in whatever mode they find the connection, also when they change it.
  func receive(_ bytes: UnsafeMutableRawBufferPointer) {
    var rest = bytes
    while true {
      let consumed: Int?
      switch mode {
      case .http: consumed = receiveHTTP(rest)
      case .webSocket: consumed = receiveFrames(rest)
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
    case .lingering where !output.isEmpty: setReading(false)
    default: close()
    }
  }

  /// Stops or goes on taking input; the kernel holds the peer back meanwhile.
  func setReading(_ isReading: Bool) {
    setInterest(isReading ? interest.union(.reading) : interest.subtracting(.reading))
  }

  // MARK: Output

  /// Bytes that the peer has not taken yet.
  var queuedByteCount: Int { output.count }

  /// Queues bytes; they leave at the end of the turn.
  func enqueue(_ bytes: UnsafeRawBufferPointer) { enqueue { $0.append(contentsOf: bytes) } }

  func enqueue<Failure>(_ write: (inout [UInt8]) throws(Failure) -> Void) throws(Failure) {
    if output.isEmpty { output.use(worker.spareBuffers.popLast() ?? []) }
    flushLater()
    try output.append(write)
  }

  private func flushLater() {
    guard !isWaitingToFlush else { return }
    isWaitingToFlush = true
    worker.flushLater(self)
  }

  /// Writes what the kernel takes, and asks to be told when it takes more.
  func flush() {
    isWaitingToFlush = false
    guard !isBroken, !isClosed else { return }
    let before = output.count
    let hadBeenStalled = interest.contains(.writing)
    switch output.flush(to: socket) {
    case .broken: breakDown()
    case .some:
      if output.count < before || stall == nil { stall = Stall(since: worker.reactor.now) }
      setInterest(interest.union(.writing))
    case .everything:
      if let buffer = output.giveBack() { worker.spareBuffers.append(buffer) }
      stall = nil
      setInterest(interest.subtracting(.writing))
      outputSent(hadBeenStalled: hadBeenStalled || before > 0)
    }
  }

  /// Writes pieces past the empty queue. Returns the bytes that the kernel took.
  func writeThrough(_ pieces: UnsafeBufferPointer<iovec>, byteCount: Int) -> Int {
    guard !isBroken else { return byteCount }
    var taken = 0
    var rest = pieces
    while !rest.isEmpty {
      let batch = UnsafeBufferPointer(rebasing: rest.prefix(1024))  // IOV_MAX
      let batchBytes = pieces.count <= 1024 ? byteCount : batch.reduce(0) { $0 + $1.iov_len }
      let count = send(batch)
      guard count >= 0 else {
        // Whatever was to come is lost with the connection: the client resumes.
        breakDown()
        return byteCount
      }
      taken += count
      guard count == batchBytes else {
        stall = Stall(since: worker.reactor.now)
        setInterest(interest.union(.writing))
        return taken
      }
      rest = UnsafeBufferPointer(rebasing: rest.dropFirst(1024))
    }
    return taken
  }

  /// - Returns: the bytes taken, 0 where the kernel takes none now, -1 where the peer is gone.
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
    case .events(let handler): if hadBeenStalled { handler.drained() }
    case .lingering:
      shutdown(socket, Int32(SHUT_WR))
      setReading(true)
      deadline = worker.reactor.now + limits.linger
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

  /// Sends what is queued, then waits for the peer to close, but not for long.
  func linger() {
    mode = .lingering
    setReading(true)
    flushLater()
  }

  private func breakDown() {
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
    worker.forget(self)
    if case .webSocket = last { worker.counters.webSocketClosed(.abnormalClosure) }
    switch last {
    case .http(let exchange): exchange.abandon()
    case .webSocket(let exchange): exchange.handler.closed()
    case .events(let handler): handler.closed()
    case .lingering, .closed: break
    }
  }

  /// Checks what time has done. Called a few times a second.
  func sweep(_ now: Milliseconds) {
    if stall != nil, hasStalled(now) {
      // Counted as what it is. The peer can't be told: its buffer is full, in the middle of a frame.
      if case .webSocket = mode {
        closeStream(worker.core.hooks.closeCodes.slowConsumer, reason: "Nothing was taken for 10 s.")
      }
      return close()
    }
    switch mode {
    case .http(let exchange):
      if exchange.isOverdue(now, self), !exchange.isIdle || output.isEmpty { exchange.timeOut(self) }
    case .webSocket(let exchange): exchange.handler.tick(now)
    case .events(let handler): handler.tick(now)
    // As long as the peer takes something, what is queued for it goes out: the reason of the close stands at its end.
    case .lingering: if output.isEmpty, now >= deadline { close() }
    case .closed: break
    }
  }

  /// Since when the kernel has had no room for more, and how much it had sent on in vain soon after.
  private struct Stall {
    var since: Milliseconds
    var unacknowledgedBytes: Int?
  }

  /// Whether the peer has taken nothing for too long.
  ///
  /// The kernel offers room again only when a third of its buffer is free. For a slow peer that may take longer than
  /// the limit, so before one is given up the kernel is asked whether the peer has taken anything at all.
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

/// `close`, under a name that a method called close does not hide.
func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
