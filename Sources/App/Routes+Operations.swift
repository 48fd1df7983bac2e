import Domain
import Files
import JSONValues
import Metrics
import Realtime
import Server
import Wire

/// Monitoring: liveness, readiness, health and metrics. And the streams.
extension Application {
  var operationRoutes: [Route] {
    [
      Route(.get, .liveness, role: .viewer, whileDraining: .answered, .immediate { [self] _ in liveness }),
      Route(
        .get, .readiness, role: .viewer, whileDraining: .answered,
        .deferred { [self] _ in
          let reason = readinessProblem
          return .json(
            ["status": reason == nil ? "ready" : "not ready", "reason": reason.map(JSON.string) ?? .null],
            reason == nil ? .ok : .serviceUnavailable)
        }),
      Route(.get, .health, role: .viewer, whileDraining: .answered, .immediate { [self] _ in health }),
      Route(
        .get, .metrics, role: .viewer, whileDraining: .answered, .deferred { [self] _ in try metrics() }),
      Route(.get, .realtime, role: .viewer, .stream),
      Route(.get, .engineStream, role: .viewer, .stream),
      Route(.get, .eventStream, role: .viewer, .stream),
    ]
  }

  /// Answered on a loop without waiting, so that a response alone shows that this loop runs.
  private var liveness: Response {
    let stuck = server?.turnTimes.filter { $0.times.sinceTurn > Self.longestTurn }.map(\.loop) ?? []
    guard stuck.isEmpty else {
      return .json(
        [
          "status": "stuck",
          "reason": .string(
            "Loop \(stuck.joined(separator: ", ")) has not finished a turn for \(Self.longestTurn / 1_000_000) s."),
        ],
        .serviceUnavailable)
    }
    return .json(["status": "alive"])
  }

  /// The longest turn, in microseconds, of a loop that counts as alive.
  private static let longestTurn = 5_000_000

  private func metrics() throws(AppError) -> Response {
    guard let server else { throw AppError(.unavailable, "The server is starting or stopping.") }
    let report = MetricsReport(self, server: server, loops: census.collect(from: server))
    return Response(.ok, contentType: MetricsText.contentType, body: report.write())
  }

  private var health: Response {
    let failure = storeThread.failure
    return .json(health(failure), failure == nil ? .ok : .serviceUnavailable)
  }

  private func health(_ failure: StorageFailure?) -> JSONObject {
    var byStatus = JSONObject()
    for status in JobStatus.allCases { byStatus[status.rawValue] = .int(jobs.count(status)) }
    let connections = realtime.connectionCounts
    return [
      "status": failure == nil ? "healthy" : "critical", "version": .string(Self.version),
      "uptime_seconds": .int(uptimeSeconds),
      "jobs": .object(byStatus),
      "connections": [
        "websocket": .int(connections[.webSocket, default: 0]), "sse": .int(connections[.sse, default: 0]),
      ],
      "messages_published": .int(hub.position.offset), "storage": .object(StorageFailure.json(failure)),
      // No engine runs in this version.
      "engines": [:],
    ]
  }

  private var readinessProblem: String? {
    if server?.isDraining ?? false { return "The server is shutting down." }
    if let failure = storeThread.examine() {
      return "Nothing can be stored since \(failure.since). \(failure.reason)"
    }
    guard let free = FileSystem.freeFraction(at: configuration.data) else {
      return "The data folder \(configuration.data) can't be reached."
    }
    return free > 0.05 ? nil : "Less than 5% of the disk is free."
  }
}
