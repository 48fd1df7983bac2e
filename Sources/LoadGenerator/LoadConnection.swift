// Hot: one `ready` a read; everything a frame is in FrameWalker.
import Net

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a workload says and does with what it hears: one for all of its connections.
protocol Talk: AnyObject {
  /// The connection is ready: connected, or upgraded where it asked for that.
  func opened(_ connection: LoadConnection)
  /// Bytes have arrived, behind those that were left unconsumed before.
  /// - Returns: how many are done with. The rest comes again with what follows it.
  func received(_ bytes: UnsafeRawBufferPointer, at now: Int, _ connection: LoadConnection) -> Int
}

/// How a connection ended before it was closed by us.
package enum Ending: Equatable, Sendable, CustomStringConvertible {
  /// A close frame, with its code where it had one.
  case closed(code: Int?)
  case status(Int)
  case hungUp
  case failed(String)

  package var description: String {
    switch self {
    case .closed(let code): code.map { "closed with \($0)" } ?? "closed without a code"
    case .status(let status): "answered with status \(status)"
    case .hungUp: "the connection was ended"
    case .failed(let reason): reason
    }
  }
}

/// One client socket: sends, reads into the loop's buffer, and keeps bytes of its own only while a frame is incomplete.
final class LoadConnection: Channel {
  let number: Int
  private unowned let loop: LoadLoop
  private unowned let talk: any Talk
  private let socket: Int32
  private var registration: Registration!  // set by the initialiser, which is where registering needs self
  private var isOpen = true

  private var isWaitingForUpgrade: Bool
  private(set) var isReady = false
  private(set) var ending: Ending?

  /// What the workload counts on this connection.
  var received = 0
  /// When it sent what it waits for the answer to.
  var sentAt = 0
  /// Bytes of an answer's body that are still to come.
  var bodyToCome = 0
  /// Bytes that are still to come and that nobody needs.
  var toSkip = 0

  private var leftover: UnsafeMutableRawPointer?
  private var leftoverBytes = 0
  private static let mostLeftover = 16 * 1024

  private var output: [UInt8] = []
  private var outputHead = 0

  init(_ socket: Int32, number: Int, _ loop: LoadLoop, _ talk: any Talk, greeting: [UInt8]) throws {
    self.socket = socket
    self.number = number
    self.loop = loop
    self.talk = talk
    isWaitingForUpgrade = !greeting.isEmpty
    // A connection to this machine is often there already: then the greeting needs no waiting for it.
    output = greeting
    let isBroken = !flush()
    registration = try loop.reactor.register(socket, self, interest: hasOutput ? [.reading, .writing] : .reading)
    if isBroken { end(.failed("the connection was refused")) } else if greeting.isEmpty { becomeReady() }
  }

  deinit {
    // The reactor holds what is registered: either it has let go of this, or it is gone itself.
    if isOpen { closeDescriptor(socket) }
    leftover?.deallocate()
  }

  // MARK: Output

  var hasOutput: Bool { outputHead < output.count }

  /// Sends now what the kernel takes, and the rest when it takes more.
  func send(_ bytes: [UInt8]) {
    guard isOpen else { return }
    if !hasOutput {
      let taken = Self.send(socket, bytes, from: 0)
      if taken == bytes.count { return }
      if taken < 0, errno != EAGAIN { return end(.hungUp) }
      output.append(contentsOf: bytes[max(taken, 0)...])
    } else {
      output.append(contentsOf: bytes)
    }
    loop.reactor.setInterest([.reading, .writing], of: registration)
  }

  /// - Returns: false where the peer is gone.
  private func flush() -> Bool {
    while hasOutput {
      let taken = Self.send(socket, output, from: outputHead)
      if taken < 0 { return errno == EAGAIN || errno == EINTR }
      outputHead += taken
    }
    output.removeAll(keepingCapacity: output.capacity <= 1 << 20)
    outputHead = 0
    return true
  }

  private static func send(_ socket: Int32, _ bytes: [UInt8], from start: Int) -> Int {
    bytes.withUnsafeBytes { all in
      #if canImport(Glibc)
        Glibc.send(socket, all.baseAddress! + start, all.count - start, Int32(MSG_NOSIGNAL))  // callers have some
      #else
        Darwin.send(socket, all.baseAddress! + start, all.count - start, 0)  // callers have some
      #endif
    }
  }

  // MARK: Input

  /// Whether it takes what the peer sends; else the kernel holds the peer back.
  func setReading(_ isReading: Bool) {
    guard isOpen else { return }
    loop.reactor.setInterest(isReading ? .reading : [], of: registration)
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
    if toSkip > 0 {
      let skipped = min(toSkip, bytes.count)
      toSkip -= skipped
      bytes = UnsafeRawBufferPointer(rebasing: bytes[skipped...])
    }
    if isWaitingForUpgrade {
      guard let head = upgrade(bytes) else { return }
      bytes = UnsafeRawBufferPointer(rebasing: bytes[head...])
    }
    guard !bytes.isEmpty, isOpen else { return }
    let consumed = talk.received(bytes, at: now, self)
    if consumed > bytes.count {
      toSkip = consumed - bytes.count
    } else if consumed < bytes.count {
      keep(UnsafeRawBufferPointer(rebasing: bytes[consumed...]))
    }
  }

  /// - Returns: the bytes of the answer's head, nil where it is incomplete or no upgrade.
  private func upgrade(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let answer = ResponseScanner(bytes) else {
      keep(bytes)
      return nil
    }
    let head = UnsafeRawBufferPointer(rebasing: bytes[..<answer.headBytes])
    guard answer.status == 101, ResponseScanner.field("sec-websocket-accept", head) == LoadTarget.accept else {
      end(.status(answer.status))
      return nil
    }
    isWaitingForUpgrade = false
    becomeReady()
    return answer.headBytes
  }

  private func becomeReady() {
    isReady = true
    talk.opened(self)
  }

  private func keep(_ bytes: UnsafeRawBufferPointer) {
    guard isOpen else { return }
    guard bytes.count <= Self.mostLeftover else { return end(.failed("a head of more than 16 KiB came")) }
    let place = leftover ?? .allocate(byteCount: Self.mostLeftover, alignment: 16)
    leftover = place
    if let start = bytes.baseAddress { place.copyMemory(from: start, byteCount: bytes.count) }
    leftoverBytes = bytes.count
  }

  // MARK: The end

  /// The peer ended it, or does not speak as expected.
  func end(_ ending: Ending) {
    guard isOpen else { return }
    self.ending = ending
    loop.endedCount += 1
    close()
  }

  /// Ends it at once, with a reset: the port is free again, where a goodbye would keep it for a minute.
  func close() {
    guard isOpen else { return }
    isOpen = false
    loop.reactor.deregister(registration)
    var atOnce = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
    closeDescriptor(socket)
  }
}

/// `close`, under a name that a method called close does not hide.
private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
