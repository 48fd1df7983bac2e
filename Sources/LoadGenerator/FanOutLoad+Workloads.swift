/// The workloads that publish messages to subscribers.
extension FanOutLoad {
  /// Publishes at a steady rate.
  package func fanOut(rate: Int, seconds: Double) throws -> LoadReport {
    defer { disconnect() }
    try connect()
    _ = publish(rate: rate, seconds: min(Self.warmUpSeconds, seconds))
    return report("fanout", rate: rate, publish(rate: rate, seconds: seconds))
  }

  /// Finds the highest rate that keeps the 99th percentile below a limit: doubles the rate, then bisects.
  package func fanOutMax(p99BelowMilliseconds limit: Double, seconds: Double) throws -> LoadReport {
    defer { disconnect() }
    try connect()
    _ = publish(rate: 200, seconds: Self.warmUpSeconds)
    var (good, bad) = (0, 0)
    var next = 500
    while bad == 0 || bad - good > max(good / 20, 1) {
      if try isSustainable(rate: next, p99BelowMilliseconds: limit) { good = next } else { bad = next }
      guard good > 0 || bad > 1 else { break }
      next = bad == 0 ? good * 2 : (good + bad) / 2
    }
    // A rate that was sustainable for a moment may be too high over the whole time.
    var rate = max(good, 1)
    var measurement = publish(rate: rate, seconds: seconds)
    for _ in 0..<5 where !meets(limit, in: measurement) {
      try reconnect()
      rate = max(rate * 9 / 10, 1)
      measurement = publish(rate: rate, seconds: seconds)
    }
    var report = self.report("fanout", rate: rate, measurement)
    let holds = meets(limit, in: measurement)
    report.add(
      "holds", label: "p99 below \(Int(limit)) ms", value: .bool(holds),
      text: holds ? "yes" : "no: the machine is too busy")
    return report
  }

  /// Whether the server keeps up with a rate for 1.5 s. Tries twice, because a single hiccup of the machine proves nothing.
  private func isSustainable(rate: Int, p99BelowMilliseconds limit: Double) throws -> Bool {
    for _ in 0..<2 {
      if meets(limit, in: publish(rate: rate, seconds: 1.5, maxSecondsBehind: 0.5)) { return true }
      try reconnect()
    }
    return false
  }

  private func meets(_ limit: Double, in measurement: Measurement) -> Bool {
    !measurement.wasCutShort && measurement.lost == 0 && Double(counter.histogram.percentile(0.99)) / 1e6 < limit
  }

  /// Discards the connections after an overload, so that late deliveries don't count in the next measurement.
  private func reconnect() throws {
    disconnect()
    loop.turn(until: SendStamp.now() + 300_000_000)
    try connect()
  }

  /// Publishes messages back to back, several times, and reports the median time to the last delivery.
  package func burst(messages: Int, runs: Int) throws -> LoadReport {
    defer { disconnect() }
    try connect()
    _ = publish(rate: 200, seconds: Self.warmUpSeconds)
    var times: [Double] = []
    var lost = 0
    var cpu: Double?
    for _ in 0..<runs {
      let measurement = burst(messages)
      times.append(measurement.seconds * 1e3)
      lost += measurement.lost
      cpu = measurement.cpuShare
      loop.turn(until: SendStamp.now() + 100_000_000)
    }
    times.sort()
    var report = LoadReport("burst")
    report.add("connections", label: "connections", count: subscribers.count)
    report.add("messages", label: "messages back to back", count: messages)
    report.add("runs", label: "runs", count: runs)
    report.add("last_delivered_ms", label: "last delivered after (median)", milliseconds: times[runs / 2])
    report.add("fastest_ms", label: "fastest run", milliseconds: times[0])
    report.add("slowest_ms", label: "slowest run", milliseconds: times[runs - 1])
    let perSecond = Double(messages * subscribers.count) / times[runs / 2] * 1e3
    report.add("deliveries_per_second", label: "deliveries/s", count: Int(perSecond.rounded(.down)))
    report.addCPU(cpu)
    report.addLost(lost)
    addDisconnects(to: &report)
    return report
  }

  /// Publishes at a steady rate while one additional subscriber doesn't read.
  package func besideSlow(rate: Int, seconds: Double) throws -> LoadReport {
    defer { disconnect() }
    try connect()
    // Fills the server's replay window first, so that its memory isn't attributed to the slow subscriber.
    for _ in 0..<10 { _ = burst(1_000) }
    let memory = MemoryWatch(usage, loop: loop)
    let (slow, slowCounter) = try connectSlow()
    defer { slow.close() }
    let measurement = publish(rate: rate, seconds: seconds)
    let growth = memory.growth
    // The slow subscriber reads now, and finds out whether the server closed its connection.
    slow.setReading(isEnabled: true)
    loop.turn(until: SendStamp.now() + 3_000_000_000) {
      slow.disconnectReason != nil || slowCounter.deliveries >= measurement.published
    }
    var report = self.report("slow", rate: rate, measurement)
    report.add("slow_received", label: "received by the slow subscriber", count: slowCounter.deliveries)
    let end = slow.disconnectReason.map { "\($0)" } ?? "still connected"
    report.add("slow_end", label: "end of its connection", value: .string(end), text: end)
    report.addMemory("memory_growth_bytes", label: "peak growth of server memory", bytes: growth)
    return report
  }

  func report(_ workload: String, rate: Int, _ measurement: Measurement) -> LoadReport {
    var report = LoadReport(workload)
    report.add("connections", label: "connections", count: subscribers.count)
    report.add("rate", label: "messages/s published", count: rate)
    report.add("published", label: "messages published", count: measurement.published)
    report.add("deliveries", label: "deliveries", count: measurement.deliveries)
    report.add("seconds", seconds: measurement.seconds)
    report.add(
      "deliveries_per_second", label: "deliveries/s",
      count: Int((Double(measurement.deliveries) / measurement.seconds).rounded(.down)))
    report.addLatency(counter.histogram)
    report.addCPU(measurement.cpuShare)
    report.addLost(measurement.lost)
    addDisconnects(to: &report)
    return report
  }

  private func addDisconnects(to report: inout LoadReport) {
    guard let first = disconnectReasons.first else { return }
    let count = disconnectReasons.count
    report.add("ended", label: "lost connections", value: .int(count), text: "\(count), the first: \(first)")
  }

  /// Publishing before a measurement: buffers grow, caches fill.
  private static let warmUpSeconds = 0.5
}
