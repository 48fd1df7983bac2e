// Hot: one `ready` per read. The work per frame is in FrameWalker.
import Net

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a workload does on its connections. All connections of a workload share one handler.
protocol ConnectionHandler: AnyObject {
  /// The connection is ready: connected, and upgraded if it requested an upgrade.
  func opened(_ connection: LoadConnection)
  /// Bytes have arrived. The buffer begins with the bytes that the previous call didn't consume.
  /// - Returns: The number of consumed bytes. The rest is passed again, together with the bytes that follow.
  func received(_ bytes: UnsafeRawBufferPointer, at now: Int, on connection: LoadConnection) -> Int
}

/// Why a connection ended before we closed it.
package enum DisconnectReason: Equatable, Sendable, CustomStringConvertible {
  /// A close frame, with its code if it had one.
  case closed(code: Int?)
  case status(Int)
  case hungUp
  case failed(String)

  package var description: String {
    switch self {
    case .closed(let code): code.map { "closed with \($0)" } ?? "closed without a code"
    case .status(let status): "answered with status \(status)"
    case .hungUp: "the peer closed the connection"
    case .failed(let reason): reason
    }
  }
}

/// One client socket. Reads into the loop's shared buffer, and has a buffer of its own only while a frame is incomplete.
final class LoadConnection: Channel {
  let number: Int
  private unowned let loop: LoadLoop
  private unowned let handler: any ConnectionHandler
  private let socket: Int32
  private var registration: Registration!  // set at the end of `init`, because registering needs self
  private var isOpen = true

  private var isWaitingForUpgrade: Bool
  private(set) var isReady = false
  private(set) var disconnectReason: DisconnectReason?

  /// A counter for the workload's own use.
  var received = 0
  /// When the pending request was sent.
  var sentAt = 0
  /// Bytes of a response body that haven't arrived yet.
  var remainingBodyBytes = 0
  /// Bytes that haven't arrived yet and will be discarded.
  var bytesToSkip = 0

  private var leftover: UnsafeMutableRawPointer?
  private var leftoverBytes = 0
  private static let maxLeftoverBytes = 16 * 1024

  private var output: [UInt8] = []
  private var outputHead = 0

  init(socket: Int32, number: Int, loop: LoadLoop, handler: any ConnectionHandler, greeting: [UInt8]) throws {
    self.socket = socket
    self.number = number
    self.loop = loop
    self.handler = handler
    isWaitingForUpgrade = !greeting.isEmpty
    // A connection to this machine is usually established already, so the greeting can be sent without waiting.
    output = greeting
    let isBroken = !flush()
    registration = try loop.reactor.register(socket, self, interest: hasOutput ? [.reading, .writing] : .reading)
    if isBroken { end(.failed("the connection was refused")) } else if greeting.isEmpty { becomeReady() }
  }

  deinit {
    // The reactor retains registered channels: either it has released this one, or it is gone itself.
    if isOpen { closeDescriptor(socket) }
    leftover?.deallocate()
  }

  // MARK: Output

  var hasOutput: Bool { outputHead < output.count }

  /// Sends as much as the kernel accepts, and buffers the rest until the socket is writable.
  func send(_ bytes: [UInt8]) {
    guard isOpen else { return }
    if !hasOutput {
      let sent = Self.send(socket, bytes, from: 0)
      if sent == bytes.count { return }
      if sent < 0, errno != EAGAIN { return end(.hungUp) }
      output.append(contentsOf: bytes[max(sent, 0)...])
    } else {
      output.append(contentsOf: bytes)
    }
    loop.reactor.setInterest([.reading, .writing], of: registration)
  }

  /// - Returns: False if the peer is gone.
  private func flush() -> Bool {
    while hasOutput {
      let sent = Self.send(socket, output, from: outputHead)
      if sent < 0 { return errno == EAGAIN || errno == EINTR }
      outputHead += sent
    }
    output.removeAll(keepingCapacity: output.capacity <= 1 << 20)
    outputHead = 0
    return true
  }

  private static func send(_ socket: Int32, _ bytes: [UInt8], from start: Int) -> Int {
    bytes.withUnsafeBytes { all in
      #if canImport(Glibc)
        Glibc.send(socket, all.baseAddress! + start, all.count - start, Int32(MSG_NOSIGNAL))  // only called with bytes
      #else
        Darwin.send(socket, all.baseAddress! + start, all.count - start, 0)  // only called with bytes
      #endif
    }
  }

  // MARK: Input

  /// Enables or disables reading. While reading is disabled, TCP flow control holds the peer back.
  func setReading(isEnabled: Bool) {
    guard isOpen else { return }
    loop.reactor.setInterest(isEnabled ? .reading : [], of: registration)
  }

  func ready(_ readiness: Readiness) {
    if readiness.contains(.writable) {
      guard flush() else { return end(.hungUp) }
      if !hasOutput { loop.reactor.setInterest(.reading, of: registration) }
    }
    if !readiness.isDisjoint(with: [.readable, .failed]) { read() }
  }

  private func read() {
    let base = loop.buffer.baseAddress!  // allocated with the loop
    let kept = leftoverBytes
    if kept > 0, let leftover { base.copyMemory(from: leftover, byteCount: kept) }
    let count = recv(socket, base + kept, loop.buffer.count - kept, 0)
    guard count > 0 else {
      if count == 0 { return end(.hungUp) }
      if errno != EAGAIN && errno != EINTR { end(.failed(String(cString: strerror(errno)))) }
      return
    }
    let now = SendStamp.now()
    leftoverBytes = 0
    var bytes = UnsafeRawBufferPointer(start: base, count: kept + count)
    if bytesToSkip > 0 {
      let skipped = min(bytesToSkip, bytes.count)
      bytesToSkip -= skipped
      bytes = UnsafeRawBufferPointer(rebasing: bytes[skipped...])
    }
    if isWaitingForUpgrade {
      guard let head = upgrade(bytes) else { return }
      bytes = UnsafeRawBufferPointer(rebasing: bytes[head...])
    }
    guard !bytes.isEmpty, isOpen else { return }
    let consumed = handler.received(bytes, at: now, on: self)
    if consumed > bytes.count {
      bytesToSkip = consumed - bytes.count
    } else if consumed < bytes.count {
      keep(UnsafeRawBufferPointer(rebasing: bytes[consumed...]))
    }
  }

  /// - Returns: The size of the response head; nil if it is incomplete, or refuses the upgrade.
  private func upgrade(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let response = ResponseScanner(bytes) else {
      keep(bytes)
      return nil
    }
    let head = UnsafeRawBufferPointer(rebasing: bytes[..<response.headBytes])
    guard response.status == 101, ResponseScanner.field("sec-websocket-accept", in: head) == LoadTarget.accept else {
      end(.status(response.status))
      return nil
    }
    isWaitingForUpgrade = false
    becomeReady()
    return response.headBytes
  }

  private func becomeReady() {
    isReady = true
    handler.opened(self)
  }

  private func keep(_ bytes: UnsafeRawBufferPointer) {
    guard isOpen else { return }
    guard bytes.count <= Self.maxLeftoverBytes else { return end(.failed("the response head exceeds 16 KiB")) }
    let buffer = leftover ?? .allocate(byteCount: Self.maxLeftoverBytes, alignment: 16)
    leftover = buffer
    if let start = bytes.baseAddress { buffer.copyMemory(from: start, byteCount: bytes.count) }
    leftoverBytes = bytes.count
  }

  // MARK: Closing

  /// Records that the peer closed the connection or violated the protocol, and closes the socket.
  func end(_ reason: DisconnectReason) {
    guard isOpen else { return }
    disconnectReason = reason
    loop.disconnectCount += 1
    close()
  }

  /// Closes the connection with a reset, which frees the port at once. An orderly close would leave it in TIME_WAIT for a
  /// minute.
  func close() {
    guard isOpen else { return }
    isOpen = false
    loop.reactor.deregister(registration)
    var reset = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
    closeDescriptor(socket)
  }
}

/// Calls `close(2)`, which the method `close` shadows.
private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
