import Net

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The generator's one thread: a reactor, the buffer that all connections read into, and the opening of connections.
///
/// The server's own ``Reactor`` carries it: an event costs 0.1 µs of dispatch beside a system call of some microseconds.
package final class LoadLoop {
  let reactor: Reactor
  /// What one read may bring. Large, so that a busy connection costs few reads; shared, so that an idle one costs nothing.
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 * 1024, alignment: 64)
  /// Connections that were ended by their peer.
  var endedCount = 0
  /// Ends a turn's wait before the millisecond is over.
  let alarm: Alarm
  private var connectionCount = 0

  /// How many connections may be on their way at once: the servers' queues hold a few hundred.
  private static let mostOpening = 512

  package init() throws {
    reactor = try Reactor()
    alarm = try Alarm(reactor)
    reactor.every(1) {}  // so that a turn never waits longer than a millisecond
  }

  deinit { buffer.deallocate() }

  /// Opens connections and waits until all of them are ready for their workload.
  /// - Parameters:
  ///   - greeting: what connection number n sends first: an upgrade, or nothing.
  /// - Throws: ``LoadError/refused(url:reason:)`` where one is turned away, or where it takes too long.
  func open(
    _ count: Int, to target: LoadTarget, speaking talk: any Talk, receiveBufferBytes: Int32? = nil,
    greeting: (Int) -> [UInt8]
  ) throws -> [LoadConnection] {
    var connections: [LoadConnection] = []
    connections.reserveCapacity(count)
    var ready = 0
    var deadline = SendStamp.now() + Self.patience
    while ready < count {
      while connections.count < count, connections.count - ready < Self.mostOpening {
        let descriptor = try connect(to: target, receiveBufferBytes)
        connections.append(
          try LoadConnection(descriptor, number: connections.count, self, talk, greeting: greeting(connections.count)))
      }
      turn()
      let before = ready
      while ready < connections.count, connections[ready].isReady { ready += 1 }
      if let ending = connections[before...].lazy.compactMap(\.ending).first {
        connections.forEach { $0.close() }
        throw LoadError.refused(url: "\(target)", reason: "\(ending)")
      }
      if ready > before { deadline = SendStamp.now() + Self.patience }
      guard SendStamp.now() < deadline else {
        connections.forEach { $0.close() }
        throw LoadError.refused(url: "\(target)", reason: "no answer to connection \(ready + 1) within 10 s")
      }
    }
    return connections
  }

  /// Waits for events, at most a millisecond, and handles them.
  func turn(_ work: () -> Void = {}) { reactor.turn(work) }

  /// Turns until the time is over or something has become true.
  func turn(until end: Int, orUntil isDone: () -> Bool = { false }) {
    while SendStamp.now() < end, !isDone() { turn() }
  }

  private func connect(to target: LoadTarget, _ receiveBufferBytes: Int32?) throws -> Int32 {
    let source = connectionCount / Self.mostFromOneAddress
    connectionCount += 1
    return try target.address.startConnecting(
      loopbackSource: target.isLoopback && source > 0 ? UInt8(clamping: 1 + source) : nil,
      receiveBufferBytes: receiveBufferBytes)
  }

  /// Then the next 127.0.0.x is taken. An address has 28,000 ports for one server, but Linux looks at every second one
  /// first: once those 14,000 are used, finding one takes it most of a millisecond.
  private static let mostFromOneAddress = 12_000

  /// Nanoseconds without progress after which opening is given up.
  private static let patience = 10_000_000_000
}
