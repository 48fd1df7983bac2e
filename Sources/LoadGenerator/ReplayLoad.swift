/// A client that resumes after missing many messages, while another client is live.
package enum ReplayLoad {
  /// - Parameters:
  ///   - messages: The number of messages that the resuming client missed.
  ///   - rate: Messages per second published to the live client.
  package static func run(
    _ load: FanOutLoad, messages count: Int, messageBytes: Int, rate: Int, runs: Int
  ) throws -> LoadReport {
    defer { load.disconnect() }
    let (topic, cursor, fillSeconds) = try ReportLoad.fill(
      loop: load.loop, target: load.target, messages: count, messageBytes: messageBytes)
    try load.connect()
    _ = load.publish(rate: rate, seconds: 0.5)
    let alone = load.publish(rate: rate, seconds: 1)
    let aloneP95 = load.counter.histogram.percentile(0.95)
    var (times, lost) = ([Double](), alone.lost)
    let liveLatency = LatencyHistogram()
    for _ in 0..<runs {
      let counter = DeliveryCounter(histogram: LatencyHistogram(), stampOffset: 0)
      let start = SendStamp.now()
      let path = load.target.path(addingQuery: "topics=\(topic)&since=\(cursor)")
      let client = try load.loop.open(1, to: load.target, handler: counter) { _ in load.target.upgrade(path: path) }[0]
      let measurement = load.publish(rate: rate, seconds: timeoutSeconds) {
        counter.deliveries >= count || client.disconnectReason != nil
      }
      client.close()
      if let reason = client.disconnectReason { throw LoadError.refused(url: "\(load.target)", reason: "\(reason)") }
      times.append(Double(counter.lastDelivery - start) / 1e6)
      lost += measurement.lost + max(0, count - counter.deliveries)
      liveLatency.add(load.counter.histogram)
    }
    times.sort()
    var report = LoadReport("replay")
    report.add("messages", label: "messages missed", count: count)
    report.add("runs", label: "runs", count: runs)
    report.add("replayed_ms", label: "last message received after (median)", milliseconds: times[runs / 2])
    report.add("fastest_ms", label: "fastest run", milliseconds: times[0])
    report.add("slowest_ms", label: "slowest run", milliseconds: times[runs - 1])
    report.add("live_p95_ms", label: "live client's p95 during the replay", nanoseconds: liveLatency.percentile(0.95))
    report.add("live_max_ms", label: "live client's max during the replay", nanoseconds: liveLatency.max)
    report.add("alone_p95_ms", label: "live client's p95 without a replay", nanoseconds: aloneP95)
    report.add(
      "stored_per_second", label: "messages/s stored before, 1,000 per request",
      count: Int(Double(count) / max(fillSeconds, 1e-9)))
    report.addLost(lost)
    return report
  }

  /// The time limit of one replay.
  private static let timeoutSeconds = 60.0
}
