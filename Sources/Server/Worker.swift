import Net
import Wire

/// One event loop's connections: takes new ones, sweeps their deadlines, writes what a turn left to write.
package final class Worker {
  let reactor: Reactor
  let mailbox: Mailbox<Worker>
  let core: ServerCore
  package let streams: any StreamService
  package internal(set) var counters: LoopCounters

  /// One read's worth of input, shared by all connections of the loop: an idle one holds none.
  let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

  /// By descriptor.
  private var connections: [Connection?] = []
  private var connectionCount = 0
  private var waitingToFlush: [Connection] = []
  private var waitingToClose: [Connection] = []
  private(set) var isDraining = false
  /// Memory that a connection borrows while it has something to send.
  var spareBuffers: [[UInt8]] = []
  /// Sockets that came when the server was stopping already.
  private var lateSockets: Set<Int32> = []
  private var date: (second: Int, field: HTTPFields) = (0, [:])
  private var requestCount = 0

  /// As many as connections usually answer in one turn.
  private static let maxSpareBuffers = 64

  init(
    reactor: Reactor, mailbox: Mailbox<Worker>, core: ServerCore, streams: any StreamService
  ) {
    self.reactor = reactor
    self.mailbox = mailbox
    self.core = core
    self.streams = streams
    counters = LoopCounters(router: core.router, closeCodes: core.hooks.closeCodes.counted)
    reactor.every(250) { [unowned self] in sweep() }
    reactor.onTurnEnd = { [unowned self] in turnEnded() }
  }

  deinit { readBuffer.deallocate() }

  // MARK: Connections

  func take(_ socket: Int32) {
    guard let connection = try? Connection(socket, self) else {
      closeDescriptor(socket)
      core.connectionClosed()
      return
    }
    while connections.count <= Int(socket) { connections.append(nil) }
    connections[Int(socket)] = connection
    connectionCount += 1
    counters.connectionAccepted()
    if isDraining { noteLate(connection) }
  }

  private func noteLate(_ connection: Connection) {
    lateSockets.insert(connection.socket)
    core.countLate(1)
  }

  func connection(_ registration: Registration) -> Connection? {
    let connection = connections[Int(registration.descriptor)]
    return connection?.registration == registration ? connection : nil
  }

  func forget(_ connection: Connection) {
    connections[Int(connection.socket)] = nil
    connectionCount -= 1
    if lateSockets.remove(connection.socket) != nil { core.countLate(-1) }
    core.connectionClosed()
  }

  /// Its output leaves at the end of this turn, with everything that comes until then.
  func flushLater(_ connection: Connection) { waitingToFlush.append(connection) }

  /// It is broken, and goes at the end of this turn: whoever is writing to it now need not expect that.
  func closeLater(_ connection: Connection) { waitingToClose.append(connection) }

  // MARK: Turns

  private func turnEnded() {
    flushWaiting()
    if let soon = streams.turnEnded() { reactor.waitAtMost(soon) }
    flushWaiting()
    while let connection = waitingToClose.popLast() { connection.close() }
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

  /// Says goodbye to streams, spread over the given time, and lets requests end.
  func drain(over milliseconds: Int) {
    isDraining = true
    let streams = connections.compactMap { $0 }.filter(\.isStream)
    for case let connection? in connections where !lateSockets.contains(connection.socket) {
      // A request may be on its way on a connection that was just made: it will be told to come back later.
      if connection.isFresh { noteLate(connection) } else { connection.endIfIdle() }
    }
    // Not all at once: they would all come back at once.
    var next = 0
    let started = reactor.now
    func sayGoodbye() {
      let share = milliseconds > 0 ? (reactor.now - started) * streams.count / milliseconds : streams.count
      while next < min(share + 1, streams.count) {
        streams[next].drainStream()
        next += 1
      }
    }
    sayGoodbye()
    if next < streams.count { reactor.every(50, sayGoodbye) }
  }

  /// Cuts off whoever is still there.
  func closeAll() { for connection in connections { connection?.close() } }

  // MARK: What every answer needs

  /// The Date field, made once a second.
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
