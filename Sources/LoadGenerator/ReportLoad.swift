import Domain
import JSONValues

/// Publishers that report messages and wait until they are stored (`POST /v1/jobs/{id}/messages`).
package enum ReportLoad {
  /// Each publisher has a job and a connection of its own, and reports one message at a time.
  package static func publish(
    loop: LoadLoop, target: LoadTarget, publishers count: Int, messageBytes: Int, seconds: Double,
    usage: ProcessUsage?
  ) throws -> LoadReport {
    let client = try HTTPClient(loop: loop, target: target)
    let message = MessageTemplate(byteCount: messageBytes, topic: nil).message
    let requests = try (0..<count).map { number in
      target.request("POST", path: try client.createExternalJob(named: "Publisher \(number + 1)"), json: message)
    }
    let publishers = HTTPClients(requests: requests, pipeline: 1, status: 202)
    let connections = try loop.open(count, to: target, handler: publishers) { _ in [] }
    let before = try commitTimes(client)
    var report = try RequestLoads.measure(
      "publish", counting: (key: "publishes", label: "acknowledged publishes"), loop: loop, target: target,
      connections: connections, clients: publishers, seconds: seconds, usage: usage)
    let commits = try commitTimes(client).flatMap { after in before.map { after.since($0) } }
    report.add("commits", label: "commits, including the warm-up", count: commits?.count)
    for (key, share) in [("p50", 0.5), ("p99", 0.99)] {
      report.add("commit_\(key)_ms", label: "commit \(key)", milliseconds: commits?.percentile(share).map { $0 * 1e3 })
    }
    return report
  }

  /// Nil if the server has no such metric.
  private static func commitTimes(_ client: HTTPClient) throws -> ScrapedHistogram? {
    let metrics = try client.get(Address.metrics.description).body
    return ScrapedHistogram(
      "telltale_store_commit_duration_seconds", in: String(decoding: metrics, as: UTF8.self))
  }

  /// Creates a job and stores messages in it.
  /// - Returns: The job's topic, the cursor before the messages, and the time it took in seconds.
  static func fill(
    loop: LoadLoop, target: LoadTarget, messages count: Int, messageBytes: Int
  ) throws -> (topic: String, cursor: String, seconds: Double) {
    let client = try HTTPClient(loop: loop, target: target)
    let path = try client.createExternalJob(named: "History")
    let message = MessageTemplate(byteCount: messageBytes, topic: nil).message
    let cursor = try report([message], to: path, client: client)
    let start = SendStamp.now()
    var left = count
    while left > 0 {
      let batchSize = min(left, maxMessagesPerRequest, maxRequestBytes / (messageBytes + 1))
      _ = try report([[UInt8]](repeating: message, count: batchSize), to: path, client: client)
      left -= batchSize
    }
    let job = path.split(separator: "/")[2]
    return ("job:\(job)", cursor, Double(SendStamp.now() - start) / 1e9)
  }

  /// - Returns: The cursor in the response.
  private static func report(_ messages: [[UInt8]], to path: String, client: HTTPClient) throws -> String {
    let body = [UInt8(ascii: "[")] + messages.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
    let response = try client.post(body, to: path, expecting: 202)
    guard let cursor = try? JSON(parsing: response.body)["cursor"]?.stringValue else {
      throw LoadError.refused(url: path, reason: "the response has no cursor")
    }
    return cursor
  }

  /// The server's limits for one request.
  private static let maxMessagesPerRequest = 1_000
  private static let maxRequestBytes = (1 << 20) - 1_024
}
