import Net
import Wire

/// One event loop's connections: adds new ones, enforces their deadlines, and flushes their output once a turn.
package final class Worker {
  let reactor: Reactor
  let mailbox: Mailbox<Worker>
  let core: ServerCore
  package let streams: any StreamService
  package internal(set) var counters: LoopCounters

  /// The input of one read, shared by all connections of the loop, so that an idle one needs none. Bodies of files pass
  /// through it on systems without sendfile.
  let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

  /// By descriptor.
  private var connections: [Connection?] = []
  private var connectionCount = 0
  private var waitingToFlush: [Connection] = []
  private var waitingForNextTurn: [Connection] = []
  private var waitingToClose: [Connection] = []
  private(set) var isDraining = false
  /// Memory that connections borrow while they have output. The one that was returned last is lent first, because the
  /// processor's cache has it.
  private var spareBuffers: [[UInt8]] = []
  /// Sockets that were accepted while the server was stopping.
  private var lateSockets: Set<Int32> = []
  private var date: (second: Int, field: HTTPFields) = (0, [:])
  private var requestCount = 0

  /// More than the connections that usually answer in one turn.
  private static let maxSpareBuffers = 64

  init(
    reactor: Reactor, mailbox: Mailbox<Worker>, core: ServerCore, streams: any StreamService
  ) {
    self.reactor = reactor
    self.mailbox = mailbox
    self.core = core
    self.streams = streams
    counters = LoopCounters(router: core.router, closeCodes: core.hooks.closeCodes)
    reactor.every(250) { [unowned self] in sweep() }
    reactor.onTurnEnd = { [unowned self] in turnEnded() }
  }

  deinit { readBuffer.deallocate() }

  // MARK: Connections

  /// Adds an accepted socket.
  func add(_ socket: Int32) {
    guard let connection = try? Connection(socket: socket, worker: self) else {
      closeDescriptor(socket)
      core.connectionClosed()
      return
    }
    while connections.count <= Int(socket) { connections.append(nil) }
    connections[Int(socket)] = connection
    connectionCount += 1
    counters.countConnection()
    if isDraining { markLate(connection) }
  }

  private func markLate(_ connection: Connection) {
    lateSockets.insert(connection.socket)
    core.countLate(1)
  }

  func connection(_ registration: Registration) -> Connection? {
    let connection = connections[Int(registration.descriptor)]
    return connection?.registration == registration ? connection : nil
  }

  /// Removes a closed connection.
  func remove(_ connection: Connection) {
    connections[Int(connection.socket)] = nil
    connectionCount -= 1
    if lateSockets.remove(connection.socket) != nil { core.countLate(-1) }
    core.connectionClosed()
  }

  /// Flushes a connection at the end of this turn.
  func flushLater(_ connection: Connection) { waitingToFlush.append(connection) }

  /// Flushes a connection in the next turn, which begins at once.
  func flushNextTurn(_ connection: Connection) { waitingForNextTurn.append(connection) }

  /// Closes a broken connection at the end of this turn.
  func closeLater(_ connection: Connection) { waitingToClose.append(connection) }

  // MARK: Turns

  private func turnEnded() {
    flushWaiting()
    if let soon = streams.turnEnded() { reactor.waitAtMost(soon) }
    flushWaiting()
    while let connection = waitingToClose.popLast() { connection.close() }
    if !waitingForNextTurn.isEmpty {
      swap(&waitingForNextTurn, &waitingToFlush)
      reactor.waitAtMost(0)
    }
  }

  private func flushWaiting() {
    var index = 0
    while index < waitingToFlush.count {
      waitingToFlush[index].flush()
      index += 1
    }
    waitingToFlush.removeAll(keepingCapacity: true)
    if spareBuffers.count > Self.maxSpareBuffers { spareBuffers.removeLast(spareBuffers.count - Self.maxSpareBuffers) }
  }

  private func sweep() {
    for connection in connections { connection?.sweep(reactor.now) }
  }

  /// Closes streams, spread over the given time, and lets requests end.
  func drain(over milliseconds: Int) {
    isDraining = true
    let streams = connections.compactMap { $0 }.filter(\.isStream)
    for case let connection? in connections where !lateSockets.contains(connection.socket) {
      // The first request of a new connection may be on its way. It will be answered with 503.
      if connection.isFresh { markLate(connection) } else { connection.endIfIdle() }
    }
    // Spread, so that the clients don't all reconnect at once.
    var next = 0
    let started = reactor.now
    func closeShare() {
      let share = milliseconds > 0 ? (reactor.now - started) * streams.count / milliseconds : streams.count
      while next < min(share + 1, streams.count) {
        streams[next].drainStream()
        next += 1
      }
    }
    closeShare()
    if next < streams.count { reactor.every(50, closeShare) }
  }

  /// Closes every connection at once.
  func closeAll() { for connection in connections { connection?.close() } }

  // MARK: For every answer

  /// Lends an empty array that may have capacity.
  func lendBuffer() -> [UInt8] { spareBuffers.popLast() ?? [] }

  func takeBack(_ buffer: consuming [UInt8]) { spareBuffers.append(buffer) }

  /// The Date field, formatted once a second.
  func dateField() -> HTTPFields {
    let second = core.unixSeconds()
    if date.second != second { date = (second, ["date": HTTPDate.text(unixSeconds: second)]) }
    return date.field
  }

  func nextRequestID() -> RequestID {
    requestCount += 1
    return RequestID(process: core.instance, loop: reactor.waker.id, number: requestCount)
  }
}
