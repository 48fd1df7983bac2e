import Domain
import Metrics
import Net
import Realtime
import Server
import Synchronization

/// What the realtime connections of all loops share: the hub, the registry, and what a newcomer is told.
final class RealtimeService: Sendable {
  let hub: EventHub
  let sessionLimits: RealtimeSession.Limits
  let queueLimits: QueueLimits
  /// One `metadata` a plugin, what every connection is sent first: framed once.
  let introduction: [Framing: [UInt8]]
  /// What a connection that watches one job starts from.
  let jobs: JobSnapshots
  private let manager: Mutex<ConnectionManager>

  init(
    hub: EventHub, connectionLimits: ConnectionManager.Limits, sessionLimits: RealtimeSession.Limits,
    queueLimits: QueueLimits = .standard, metadata: [RealtimeMessage], jobs: JobSnapshots
  ) {
    self.hub = hub
    self.sessionLimits = sessionLimits
    self.queueLimits = queueLimits
    introduction = Framing.allCases.reduce(into: [:]) { introduction, framing in
      for message in metadata { framing.append(message, to: &introduction[framing, default: []]) }
    }
    self.jobs = jobs
    manager = Mutex(ConnectionManager(limits: connectionLimits))
  }

  /// How many connections of each kind are open.
  var connectionCounts: [Transport: Int] { manager.withLock { $0.countByTransport } }

  func admit(session: String?, transport: Transport) throws(ConnectionManager.Refusal) {
    let result = manager.withLock { manager -> Result<Void, ConnectionManager.Refusal> in
      do throws(ConnectionManager.Refusal) {
        return .success(try manager.admit(session: session, transport: transport))
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  func release(session: String?, transport: Transport) {
    manager.withLock { $0.release(session: session, transport: transport) }
  }
}

/// One loop's realtime connections.
final class RealtimeLoop: StreamService {
  let service: RealtimeService
  let fanOut: FanOut
  let snapshots: SnapshotReader
  private(set) var counters = Counters()
  private var pace = FanOutPace()

  /// What has happened on this loop.
  struct Counters: Sendable {
    /// Streams that were opened and that were refused.
    var admitted: [Transport: Int] = [:]
    var refused: [Transport: Int] = [:]
    /// How many came back with a cursor: those who missed nothing, and those who need a snapshot.
    var resumed = 0
    var gaps = 0
  }

  init(service: RealtimeService, waker: Waker) {
    self.service = service
    snapshots = SnapshotReader(read: service.jobs.read, wake: { waker.wake() })
    fanOut = FanOut(hub: service.hub, limits: service.queueLimits, wake: { waker.wake() })
  }

  func open(_ request: Request, _ stream: Server.Stream) throws -> any StreamHandler {
    let framing: Framing =
      switch stream.kind {
      // A frame is compressed for all who take it, so it needs the window that is agreed on unless somebody wants less.
      case .webSocket: stream.deflate?.serverWindowBits == 15 ? .deflatedWebSocket : .webSocket
      case .events: .sse
      }
    do {
      let wish = try RealtimeRequest(request)
      if let jobID = wish.jobID, !service.jobs.isKnown(jobID) {
        throw RealtimeRefusal(
          .policyViolation, AppError(.notFound, "Job \(jobID) not found. GET /v1/jobs lists all jobs."))
      }
      do {
        try service.admit(session: wish.sessionID, transport: framing.transport)
      } catch {
        let code: AppError.Code = if case .tooMany = error { .unavailable } else { .tooManyConnections }
        throw RealtimeRefusal(.tooManyConnections, AppError(code, error.description))
      }
      counters.admitted[framing.transport, default: 0] += 1
      return RealtimeConnection(self, stream, framing, wish)
    } catch let refusal as RealtimeRefusal {
      counters.refused[framing.transport, default: 0] += 1
      // A page can't see why a handshake failed, but it can read a close code.
      guard stream.kind == .webSocket else { throw refusal.error }
      return RefusedConnection(stream, refusal)
    }
  }

  func noteResumed() { counters.resumed += 1 }
  func noteGap() { counters.gaps += 1 }

  func turnEnded() -> Milliseconds? {
    snapshots.turn()
    let start = monotonicMicroseconds()
    let wait = pace.wait(now: start)
    guard wait == 0 else {
      fanOut.takeHistory()
      return (wait + 999) / 1000
    }
    fanOut.turn()
    pace.turned(from: start, to: monotonicMicroseconds())
    return nil
  }
}
