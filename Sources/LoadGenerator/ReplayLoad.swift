/// One client that missed very much, and one beside it that is live.
package enum ReplayLoad {
  /// - Parameters:
  ///   - messages: how many the one that comes back has missed.
  ///   - rate: messages a second that are published to the live one.
  package static func run(
    _ load: FanOutLoad, messages count: Int, messageBytes: Int, rate: Int, runs: Int
  ) throws -> LoadReport {
    defer { load.disconnect() }
    let (topic, cursor, fillSeconds) = try ReportLoad.fill(
      load.loop, load.target, messages: count, messageBytes: messageBytes)
    try load.connect()
    _ = load.publish(rate: rate, seconds: 0.5)
    let alone = load.publish(rate: rate, seconds: 1)
    let aloneP95 = load.talk.histogram.percentile(0.95)
    var (times, lost) = ([Double](), alone.lost)
    let beside = LatencyHistogram()
    for _ in 0..<runs {
      let talk = WebSocketTalk(histogram: LatencyHistogram(), stampOffset: 0)
      let start = SendStamp.now()
      let path = load.target.pathAdding(query: "topics=\(topic)&since=\(cursor)")
      let client = try load.loop.open(1, to: load.target, speaking: talk) { _ in load.target.upgrade(path) }[0]
      let stretch = load.publish(rate: rate, seconds: patience) {
        talk.deliveries >= count || client.ending != nil
      }
      client.close()
      if let ending = client.ending { throw LoadError.refused(url: "\(load.target)", reason: "\(ending)") }
      times.append(Double(talk.lastDelivery - start) / 1e6)
      lost += stretch.lost + max(0, count - talk.deliveries)
      beside.add(load.talk.histogram)
    }
    times.sort()
    var report = LoadReport("replay")
    report.add("messages", "messages missed", count)
    report.add("runs", "runs", runs)
    report.add("replayed_ms", "last one arrived after (median)", milliseconds: times[runs / 2])
    report.add("fastest_ms", "fastest run", milliseconds: times[0])
    report.add("slowest_ms", "slowest run", milliseconds: times[runs - 1])
    report.add("live_p95_ms", "latency p95 of the live one meanwhile", nanoseconds: beside.percentile(0.95))
    report.add("live_max_ms", "its longest", nanoseconds: beside.max)
    report.add("alone_p95_ms", "its p95 without a replay", nanoseconds: aloneP95)
    report.add(
      "stored_per_second", "messages/s stored before, 1,000 a request", Int(Double(count) / max(fillSeconds, 1e-9)))
    report.addLost(lost)
    return report
  }

  /// Seconds for a replay.
  private static let patience = 60.0
}
