import Domain
import Metrics
import Net
import Realtime
import Server

/// One loop's realtime connections.
package final class RealtimeLoop: StreamService {
  let service: RealtimeService
  package let fanOut: FanOut
  package private(set) var counters = Counters()
  private let snapshotReads: OffLoopReads<Topic, TopicSnapshot?, (TopicSnapshot?) -> Void>
  private var pace = FanOutPace()

  /// Counts since the loop started.
  package struct Counters: Sendable {
    /// Opened and refused streams.
    package var admitted: [Transport: Int] = [:]
    package var refused: [Transport: Int] = [:]
    /// Connections that replaced a lost one: those that resumed without a gap, and those that got a snapshot instead.
    package var resumed = 0
    package var gaps = 0
    /// The time from a ping to its pong.
    package var latencies = Histogram.waits
  }

  /// The maximum number of concurrent snapshot reads of a loop.
  private static let maxSnapshotReads = 8

  package init(service: RealtimeService, waker: Waker) {
    self.service = service
    let snapshots = service.snapshots
    snapshotReads = OffLoopReads(
      maxRunning: Self.maxSnapshotReads, read: { snapshots.read($0, done: $1) }, wake: { waker.wake() })
    fanOut = FanOut(hub: service.hub, limits: service.queueLimits, wake: { waker.wake() })
  }

  package func open(_ request: Request, _ stream: Server.Stream) throws -> any StreamHandler {
    let framing: Framing =
      switch stream.kind {
      // A frame is compressed once for all clients, so the window must be the full one.
      case .webSocket: stream.deflate?.serverWindowBits == 15 ? .deflatedWebSocket : .webSocket
      case .events(let isChunked): isChunked ? .chunkedSSE : .sse
      }
    do throws(RealtimeRefusal) {
      return try admit(request, stream: stream, framing: framing)
    } catch {
      counters.refused[framing.transport, default: 0] += 1
      guard stream.kind == .webSocket else { throw error.error }
      return RefusedConnection(stream, error)
    }
  }

  private func admit(
    _ request: Request, stream: Server.Stream, framing: Framing
  ) throws(RealtimeRefusal) -> RealtimeConnection {
    let parameters = try RealtimeRequest(request, kinds: service.topicKinds)
    if let topic = parameters.snapshotTopic, !service.snapshots.exists(topic) {
      let sentence =
        topic.jobID.map { "Job \($0) not found. GET /v1/jobs lists all jobs." } ?? "There is no topic \(topic)."
      throw RealtimeRefusal(.policyViolation, AppError(.notFound, sentence))
    }
    do throws(ConnectionManager.Refusal) {
      try service.admit(session: parameters.sessionID, transport: framing.transport)
    } catch {
      let code: AppError.Code = if case .tooMany = error { .unavailable } else { .tooManyConnections }
      throw RealtimeRefusal(.tooManyConnections, AppError(code, error.description))
    }
    counters.admitted[framing.transport, default: 0] += 1
    return RealtimeConnection(self, stream: stream, framing: framing, request: parameters)
  }

  func readSnapshot(of topic: Topic, done: @escaping (TopicSnapshot?) -> Void) {
    snapshotReads.request(topic, for: done)
  }

  func countResumed() { counters.resumed += 1 }
  func countGap() { counters.gaps += 1 }

  /// - Parameter latency: milliseconds from a ping to its pong.
  func count(latency: Int) { counters.latencies.observe(microseconds: latency * 1000) }

  package func turnEnded() -> Milliseconds? {
    for (done, snapshot) in snapshotReads.receive() { done(snapshot) }
    let start = monotonicMicroseconds()
    let wait = pace.wait(now: start)
    guard wait == 0 else {
      fanOut.receiveHistory()
      return (wait + 999) / 1000
    }
    fanOut.turn()
    pace.turned(from: start, to: monotonicMicroseconds())
    return nil
  }
}
