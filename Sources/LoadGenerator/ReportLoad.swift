import JSONValues

/// Publishers that wait until what they reported is stored (`POST /v1/jobs/{id}/messages`).
package enum ReportLoad {
  /// Each publisher has a job and a connection of its own, and reports one message at a time.
  package static func publish(
    _ loop: LoadLoop, _ target: LoadTarget, publishers count: Int, messageBytes: Int, seconds: Double,
    usage: ProcessUsage?
  ) throws -> LoadReport {
    let asker = try HTTPAsker(loop, target)
    let message = MessageTemplate(byteCount: messageBytes, topic: nil).message
    let requests = try (0..<count).map { number in
      target.request("POST", try asker.makeJob("Publisher \(number + 1)"), json: message)
    }
    let talk = HTTPTalk(requests: requests, pipeline: 1, status: 202)
    let connections = try loop.open(count, to: target, speaking: talk) { _ in [] }
    let before = try commitTimes(asker)
    var report = try RequestLoads.measure(
      "publish", (key: "publishes", label: "acknowledged publishes"), loop, target, connections, talk,
      seconds: seconds, usage: usage)
    let commits = try commitTimes(asker).flatMap { after in before.map { after.since($0) } }
    report.add("commits", "commits, those of the warm-up included", commits?.count)
    for (key, share) in [("p50", 0.5), ("p99", 0.99)] {
      report.add("commit_\(key)_ms", "commit \(key)", milliseconds: commits?.percentile(share).map { $0 * 1e3 })
    }
    return report
  }

  /// Nil where the server does not tell.
  private static func commitTimes(_ asker: HTTPAsker) throws -> ScrapedHistogram? {
    ScrapedHistogram(
      "telltale_store_commit_duration_seconds", in: String(decoding: try asker.get("/metrics").body, as: UTF8.self))
  }

  /// Fills the history of a new job.
  /// - Returns: the job's topic, the cursor behind which the messages are, and how many seconds it took.
  static func fill(
    _ loop: LoadLoop, _ target: LoadTarget, messages count: Int, messageBytes: Int
  ) throws -> (topic: String, cursor: String, seconds: Double) {
    let asker = try HTTPAsker(loop, target)
    let path = try asker.makeJob("History")
    let message = MessageTemplate(byteCount: messageBytes, topic: nil).message
    let cursor = try report([message], path, asker)
    let start = SendStamp.now()
    var left = count
    while left > 0 {
      let some = min(left, mostInRequest, mostBytes / (messageBytes + 1))
      _ = try report([[UInt8]](repeating: message, count: some), path, asker)
      left -= some
    }
    let job = path.split(separator: "/")[2]
    return ("job:\(job)", cursor, Double(SendStamp.now() - start) / 1e9)
  }

  /// - Returns: the cursor that the answer names.
  private static func report(_ messages: [[UInt8]], _ path: String, _ asker: HTTPAsker) throws -> String {
    let body = [UInt8(ascii: "[")] + messages.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
    let answer = try asker.post(path, body, expecting: 202)
    guard let cursor = try? JSON(parsing: answer.body)["cursor"]?.stringValue else {
      throw LoadError.refused(url: path, reason: "the answer names no cursor")
    }
    return cursor
  }

  /// What a request may bring: messages, and bytes.
  private static let mostInRequest = 1_000
  private static let mostBytes = (1 << 20) - 1_024
}
