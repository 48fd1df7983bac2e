import Net

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The load generator's event loop: a reactor on a single thread, and the buffer that all connections read into.
///
/// It uses the server's own ``Reactor``, which adds 0.1 µs of dispatch to a system call of some microseconds.
package final class LoadLoop {
  let reactor: Reactor
  /// The read buffer. Large, so that a busy connection needs few reads; shared, so that an idle one costs nothing.
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 * 1024, alignment: 64)
  /// The number of connections that ended before we closed them.
  var disconnectCount = 0
  /// Wakes a turn before its millisecond is over.
  let alarm: Alarm
  private var connectionCount = 0

  /// The maximum number of connections that are being opened at once. A server's accept queue holds a few hundred.
  private static let maxPendingConnections = 512

  package init() throws {
    reactor = try Reactor()
    alarm = try Alarm(reactor)
    reactor.every(1) {}  // so that a turn never waits longer than a millisecond
  }

  deinit { buffer.deallocate() }

  /// Opens connections and waits until all of them are ready for their workload.
  /// - Parameters:
  ///   - greeting: The first bytes that connection number n sends: an upgrade request, or nothing.
  /// - Throws: ``LoadError/refused(url:reason:)`` if the server refuses a connection, or on a timeout.
  func open(
    _ count: Int, to target: LoadTarget, handler: any ConnectionHandler, receiveBufferBytes: Int32? = nil,
    greeting: (Int) -> [UInt8]
  ) throws -> [LoadConnection] {
    var connections: [LoadConnection] = []
    connections.reserveCapacity(count)
    var ready = 0
    var deadline = SendStamp.now() + Self.openTimeoutNanoseconds
    while ready < count {
      while connections.count < count, connections.count - ready < Self.maxPendingConnections {
        let descriptor = try connect(to: target, receiveBufferBytes: receiveBufferBytes)
        connections.append(
          try LoadConnection(
            socket: descriptor, number: connections.count, loop: self, handler: handler,
            greeting: greeting(connections.count)))
      }
      turn()
      let before = ready
      while ready < connections.count, connections[ready].isReady { ready += 1 }
      if let reason = connections[before...].lazy.compactMap(\.disconnectReason).first {
        connections.forEach { $0.close() }
        throw LoadError.refused(url: "\(target)", reason: "\(reason)")
      }
      if ready > before { deadline = SendStamp.now() + Self.openTimeoutNanoseconds }
      guard SendStamp.now() < deadline else {
        connections.forEach { $0.close() }
        throw LoadError.refused(url: "\(target)", reason: "no response on connection \(ready + 1) within 10 s")
      }
    }
    return connections
  }

  /// Waits for events, at most a millisecond, and handles them.
  func turn(_ work: () -> Void = {}) { reactor.turn(work) }

  /// Turns until a time on the clock of ``SendStamp``, or until a condition holds.
  func turn(until end: Int, orUntil isDone: () -> Bool = { false }) {
    while SendStamp.now() < end, !isDone() { turn() }
  }

  private func connect(to target: LoadTarget, receiveBufferBytes: Int32?) throws -> Int32 {
    let source = connectionCount / Self.maxConnectionsPerAddress
    connectionCount += 1
    return try target.address.startConnecting(
      loopbackSource: target.isIPv4Loopback && source > 0 ? UInt8(clamping: 1 + source) : nil,
      receiveBufferBytes: receiveBufferBytes)
  }

  /// After this many connections, the next 127.0.0.x becomes the source address. An address has 28,000 ephemeral ports per
  /// server, but Linux tries every second one first: once those 14,000 are used, finding one takes most of a millisecond.
  private static let maxConnectionsPerAddress = 12_000

  /// The maximum time without progress while opening connections.
  private static let openTimeoutNanoseconds = 10_000_000_000
}
