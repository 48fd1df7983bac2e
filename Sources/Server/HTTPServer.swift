import Dispatch
import Net
import Synchronization
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What all loops of a server share. Immutable, but for a counter.
package final class ServerCore: Sendable {
  let router: Router
  let limits: ServerLimits
  let hooks: ServerHooks
  /// Where handlers run that may wait.
  let blockingWork = DispatchQueue(label: "requests", attributes: .concurrent)
  /// Tells this process's request ids from another's.
  let instance: String
  private let openConnections = Atomic(0)

  init(router: Router, limits: ServerLimits, hooks: ServerHooks) {
    self.router = router
    self.limits = limits
    self.hooks = hooks
    instance = String(UInt32.random(in: 0 ... .max), radix: 36)
  }

  var connectionCount: Int { openConnections.load(ordering: .relaxed) }

  /// - Returns: whether there was room for one more.
  func connectionOpened() -> Bool {
    let count = openConnections.wrappingAdd(1, ordering: .relaxed).newValue
    if count > limits.maxConnections { connectionClosed() }
    return count <= limits.maxConnections
  }

  func connectionClosed() { openConnections.wrappingSubtract(1, ordering: .relaxed) }

  func errorResponse(_ error: any Error, _ head: RequestHead?, _ id: String) -> Response {
    var response = hooks.errorResponse(error, head, id)
    switch error {
    case ServerError.methodNotAllowed(_, let allowed): response.fields["allow"] = allowed.joined(separator: ", ")
    case ServerError.upgradeRequired: response.fields["upgrade"] = "websocket"
    case WireError.unsupportedWebSocketVersion: response.fields["sec-websocket-version"] = "13"
    default: break
    }
    return response
  }

  func unixSeconds() -> Int { time(nil) }

  func microseconds() -> Int { Int(DispatchTime.now().uptimeNanoseconds / 1000) }
}

/// The server: a listening socket, and event loops that share its connections.
package final class HTTPServer: Sendable {
  private let core: ServerCore
  private let loops: [EventLoop<Worker>]
  private let acceptor: EventLoop<Acceptor>
  /// The port it listens on, where 0 was asked for.
  package let port: Int

  /// Starts to listen and serve.
  /// - Parameters:
  ///   - threads: how many event loops serve connections, at least 1.
  ///   - clock: what deadlines and heartbeats go by.
  ///   - makeStreams: makes a loop's ``StreamService`` on that loop. The waker ends the loop's wait from any thread.
  package init(
    host: String, port: Int, threads: Int, router: Router, limits: ServerLimits = ServerLimits(), hooks: ServerHooks,
    clock: LoopClock = .monotonic, makeStreams: @escaping @Sendable (Waker) -> any StreamService
  ) throws {
    let socket = try ListeningSocket(host: host, port: port)
    let core = ServerCore(router: router, limits: limits, hooks: hooks)
    let loops = try (0..<max(threads, 1)).map { index in
      try EventLoop<Worker>(name: "loop-\(index)", clock: clock) { reactor, mailbox in
        Worker(reactor: reactor, mailbox: mailbox, core: core, streams: makeStreams(reactor.waker))
      }
    }
    let mailboxes = loops.map(\.mailbox)
    acceptor = try EventLoop<Acceptor>(name: "accept", clock: clock) { reactor, _ in
      try Acceptor(socket, reactor, core, mailboxes)
    }
    self.core = core
    self.loops = loops
    self.port = socket.port
  }

  /// Connections that are open now.
  package var connectionCount: Int { core.connectionCount }

  /// Stops accepting, says goodbye to streams, and lets requests end.
  /// - Parameters:
  ///   - spread: over how many milliseconds streams are closed, so that clients don't come back all at once.
  ///   - patience: after how many milliseconds the rest is cut off.
  package func shutDown(spread: Int, patience: Int) {
    acceptor.mailbox.execute { $0.close() }
    acceptor.stop()
    for loop in loops { loop.mailbox.execute { $0.drain(over: spread) } }
    let end = Milliseconds.monotonic() + patience
    while core.connectionCount > 0, Milliseconds.monotonic() < end { usleep(10_000) }
    for loop in loops { loop.stop() }
  }
}
