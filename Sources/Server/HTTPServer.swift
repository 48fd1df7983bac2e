import Metrics
import Net
import Synchronization
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What all loops of a server share: immutable, except for a few counters.
package final class ServerCore: Sendable {
  let router: Router
  let limits: ServerLimits
  let hooks: ServerHooks
  let conditions: RequestConditions
  /// Runs deferred handlers.
  let executor = HandlerExecutor()
  /// Distinguishes this process's request ids from those of others.
  let instance: UInt32
  private let openConnections = Atomic(0)
  /// Of these, the ones that were accepted while the server was stopping, which doesn't wait for them.
  private let lateConnections = Atomic(0)
  private let refusedConnections = Atomic(0)
  private let exhaustions = Atomic(0)
  private let draining = Atomic(false)

  init(router: Router, limits: ServerLimits, hooks: ServerHooks) {
    self.router = router
    self.limits = limits
    self.hooks = hooks
    conditions = RequestConditions(router: router)
    instance = .random(in: 0 ... .max)
  }

  var connectionCount: Int { openConnections.load(ordering: .relaxed) }

  /// Counts an accepted connection.
  /// - Returns: whether it is within ``ServerLimits/maxConnections``.
  func connectionOpened() -> Bool {
    let count = openConnections.wrappingAdd(1, ordering: .relaxed).newValue
    if count > limits.maxConnections {
      connectionClosed()
      refusedConnections.wrappingAdd(1, ordering: .relaxed)
    }
    return count <= limits.maxConnections
  }

  func connectionClosed() { openConnections.wrappingSubtract(1, ordering: .relaxed) }

  /// Connections closed at once, because the server had as many as it may.
  var refusedConnectionCount: Int { refusedConnections.load(ordering: .relaxed) }

  /// Counts that no descriptor was left for a new connection.
  func acceptingPaused() {
    exhaustions.wrappingAdd(1, ordering: .relaxed)
    hooks.exhausted()
  }

  var exhaustionCount: Int { exhaustions.load(ordering: .relaxed) }

  var isDraining: Bool { draining.load(ordering: .relaxed) }

  func startDraining() { draining.store(true, ordering: .relaxed) }

  /// Adds to the number of late connections.
  func countLate(_ change: Int) { lateConnections.wrappingAdd(change, ordering: .relaxed) }

  /// The connections that a stopping server waits for.
  var awaitedConnectionCount: Int { connectionCount - lateConnections.load(ordering: .relaxed) }

  func errorResponse(for error: any Error, head: RequestHead?, id: RequestID) -> Response {
    var response = hooks.errorResponse(error, head, id)
    switch error {
    case ServerError.methodNotAllowed(_, let allowed): response.fields["allow"] = allowed.joined(separator: ", ")
    case ServerError.rangeNotSatisfiable(let size): response.fields["content-range"] = "bytes */\(size)"
    case ServerError.codedBody: response.fields["accept-encoding"] = "identity"
    case ServerError.notAcceptable: response.fields.append("vary", value: "accept-encoding")
    case WireError.unsupportedWebSocketVersion: response.fields["sec-websocket-version"] = "13"
    default: break
    }
    if response.status == .upgradeRequired {
      // RFC 9110 §15.5.22 and §7.8: a 426 names what to upgrade to, and Connection names that field.
      response.fields["upgrade"] = "websocket"
      response.fields["connection"] = "Upgrade"
    }
    return response
  }

  func unixSeconds() -> Int { time(nil) }

  func microseconds() -> Int { monotonicMicroseconds() }
}

/// A listening socket, and event loops that share its connections.
package final class HTTPServer: Sendable {
  private let core: ServerCore
  private let loops: [EventLoop<Worker>]
  private let acceptor: EventLoop<Acceptor>
  private let isHurrying = Atomic(false)
  /// The port that it listens on.
  package let port: Int

  /// Starts to serve.
  /// - Parameters:
  ///   - socket: owned by the server from now on.
  ///   - threads: how many event loops serve connections, at least 1.
  ///   - clock: for deadlines and heartbeats.
  ///   - makeStreams: makes a loop's ``StreamService`` on that loop. The waker ends the loop's wait from any thread.
  package init(
    socket: ListeningSocket, threads: Int, router: Router, limits: ServerLimits = ServerLimits(), hooks: ServerHooks,
    clock: LoopClock = .monotonic, makeStreams: @escaping @Sendable (Waker) -> any StreamService
  ) throws {
    let core = ServerCore(router: router, limits: limits, hooks: hooks)
    let loops = try (0..<max(threads, 1)).map { index in
      try EventLoop<Worker>(name: "loop-\(index)", clock: clock) { reactor, mailbox in
        Worker(reactor: reactor, mailbox: mailbox, core: core, streams: makeStreams(reactor.waker))
      }
    }
    let mailboxes = loops.map(\.mailbox)
    acceptor = try EventLoop<Acceptor>(name: "accept", clock: clock) { reactor, _ in
      try Acceptor(socket: socket, reactor: reactor, core: core, mailboxes: mailboxes)
    }
    self.core = core
    self.loops = loops
    self.port = socket.port
  }

  /// Connections that are open now.
  package var connectionCount: Int { core.connectionCount }

  /// Connections closed at once, because the server had as many as it may.
  package var refusedConnectionCount: Int { core.refusedConnectionCount }

  /// How often accepting paused because no descriptor was left.
  package var exhaustionCount: Int { core.exhaustionCount }

  /// The turns of each loop, with its name. The accepting loop is last.
  package var turnTimes: [(loop: String, times: TurnTimes)] {
    loops.enumerated().map { ("\($0.offset)", $0.element.turnTimes) } + [("accept", acceptor.turnTimes)]
  }

  /// Runs a query on every loop that serves connections, and waits. Not to be called on a loop.
  /// - Returns: the answers by loop; nil for a loop that was too busy to answer in time.
  package func askLoops<Answer: Sendable>(
    patience: Milliseconds, _ question: @escaping @Sendable (Worker) -> Answer
  ) -> [Answer?] {
    let end = Milliseconds.monotonic() + patience
    return loops.map { $0.ask(patience: max(0, end - .monotonic()), question) }
  }

  /// Whether it is stopping.
  package var isDraining: Bool { core.isDraining }

  /// Closes streams, lets requests end, and stops.
  ///
  /// Meanwhile new connections are accepted: a client whose connection is refused can't tell a restart from a machine
  /// that is down. Their requests are answered with 503. A request for a stream gets a stream that ends at once and
  /// tells the client when to reconnect, because an EventSource never reconnects after an error response.
  /// - Parameters:
  ///   - spread: milliseconds over which streams are closed, so that clients don't reconnect all at once.
  ///   - patience: milliseconds after which the remaining connections are closed.
  package func shutDown(spread: Int, patience: Int) {
    core.startDraining()
    for loop in loops { loop.mailbox.execute { $0.drain(over: spread) } }
    var end = Milliseconds.monotonic() + patience
    while core.awaitedConnectionCount > 0, Milliseconds.monotonic() < end {
      if isHurrying.exchange(false, ordering: .relaxed) {
        for loop in loops { loop.mailbox.execute { $0.drain(over: 0) } }
        end = min(end, Milliseconds.monotonic() + Self.hurriedPatience)
      }
      usleep(10_000)
    }
    acceptor.mailbox.execute { $0.close() }
    acceptor.stop()
    for loop in loops {
      loop.mailbox.execute { $0.closeAll() }
      loop.stop()
    }
  }

  /// Makes a running ``shutDown(spread:patience:)`` close every stream at once and wait only briefly.
  package func hurry() { isHurrying.store(true, ordering: .relaxed) }

  /// Milliseconds for a close frame and its answer.
  private static let hurriedPatience = 500
}
