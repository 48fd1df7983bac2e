/// The workloads that publish.
extension FanOutLoad {
  /// A steady rate.
  package func fanOut(rate: Int, seconds: Double) throws -> LoadReport {
    defer { disconnect() }
    try connect()
    _ = publish(rate: rate, seconds: min(Self.warmUp, seconds))
    return report("fanout", rate: rate, publish(rate: rate, seconds: seconds))
  }

  /// The highest rate at which the 99th percentile stays below a limit, found by doubling, then by halving the gap.
  package func fanOutMax(p99Below limit: Double, seconds: Double) throws -> LoadReport {
    defer { disconnect() }
    try connect()
    _ = publish(rate: 200, seconds: Self.warmUp)
    var (good, bad) = (0, 0)
    var next = 500
    while bad == 0 || bad - good > max(good / 20, 1) {
      if try holds(rate: next, p99Below: limit) { good = next } else { bad = next }
      guard good > 0 || bad > 1 else { break }
      next = bad == 0 ? good * 2 : (good + bad) / 2
    }
    // What held for a moment need not hold for long.
    var rate = max(good, 1)
    var stretch = publish(rate: rate, seconds: seconds)
    for _ in 0..<5 where !isWithin(stretch, limit) {
      try reconnect()
      rate = max(rate * 9 / 10, 1)
      stretch = publish(rate: rate, seconds: seconds)
    }
    var report = self.report("fanout", rate: rate, stretch)
    let holds = isWithin(stretch, limit)
    report.add("holds", "p99 below \(Int(limit)) ms", .bool(holds), holds ? "yes" : "no: the machine is too busy")
    return report
  }

  /// Whether the server keeps up with a rate for a moment. It may try twice: one hiccup of the machine is no verdict.
  private func holds(rate: Int, p99Below limit: Double) throws -> Bool {
    for _ in 0..<2 {
      if isWithin(publish(rate: rate, seconds: 1.5, mostBehind: 0.5), limit) { return true }
      try reconnect()
    }
    return false
  }

  private func isWithin(_ stretch: Stretch, _ limit: Double) -> Bool {
    !stretch.wasCutShort && stretch.lost == 0 && Double(talk.histogram.percentile(0.99)) / 1e6 < limit
  }

  /// After an overload: what is still on its way is not to be counted next time.
  private func reconnect() throws {
    disconnect()
    loop.turn(until: SendStamp.now() + 300_000_000)
    try connect()
  }

  /// Messages back to back, several times: the median time to the last delivery.
  package func burst(messages: Int, runs: Int) throws -> LoadReport {
    defer { disconnect() }
    try connect()
    _ = publish(rate: 200, seconds: Self.warmUp)
    var times: [Double] = []
    var lost = 0
    var cpu: Double?
    for _ in 0..<runs {
      let stretch = burst(messages)
      times.append(stretch.seconds * 1e3)
      lost += stretch.lost
      cpu = stretch.cpuShare
      loop.turn(until: SendStamp.now() + 100_000_000)
    }
    times.sort()
    var report = LoadReport("burst")
    report.add("connections", "connections", subscribers.count)
    report.add("messages", "messages back to back", messages)
    report.add("runs", "runs", runs)
    report.add("last_delivered_ms", "last delivered after (median)", milliseconds: times[runs / 2])
    report.add("fastest_ms", "fastest run", milliseconds: times[0])
    report.add("slowest_ms", "slowest run", milliseconds: times[runs - 1])
    let perSecond = Double(messages * subscribers.count) / times[runs / 2] * 1e3
    report.add("deliveries_per_second", "deliveries/s", Int(perSecond.rounded(.down)))
    report.addCPU(cpu)
    report.addLost(lost)
    addEndings(to: &report)
    return report
  }

  /// A steady rate, and one more subscriber that stops reading before it begins.
  package func besideSlow(rate: Int, seconds: Double) throws -> LoadReport {
    defer { disconnect() }
    try connect()
    // What the server keeps for those who come back fills up first: its memory is not the slow one's.
    for _ in 0..<10 { _ = burst(1_000) }
    let memory = MemoryWatch(usage, loop)
    let (slow, heard) = try connectSlow()
    defer { slow.close() }
    let stretch = publish(rate: rate, seconds: seconds)
    let growth = memory.growth
    // Now it reads, and learns what became of it.
    slow.setReading(true)
    loop.turn(until: SendStamp.now() + 3_000_000_000) {
      slow.ending != nil || heard.deliveries >= stretch.published
    }
    var report = self.report("slow", rate: rate, stretch)
    report.add("slow_received", "the slow one received", heard.deliveries)
    let end = slow.ending.map { "\($0)" } ?? "it stayed"
    report.add("slow_end", "what became of it", .string(end), end)
    report.addMemory("memory_growth_bytes", "server's memory grew by at most", growth)
    return report
  }

  func report(_ workload: String, rate: Int, _ stretch: Stretch) -> LoadReport {
    var report = LoadReport(workload)
    report.add("connections", "connections", subscribers.count)
    report.add("rate", "messages/s published", rate)
    report.add("published", "messages published", stretch.published)
    report.add("deliveries", "deliveries", stretch.deliveries)
    report.add("seconds", seconds: stretch.seconds)
    report.add(
      "deliveries_per_second", "deliveries/s", Int((Double(stretch.deliveries) / stretch.seconds).rounded(.down)))
    report.addLatency(talk.histogram)
    report.addCPU(stretch.cpuShare)
    report.addLost(stretch.lost)
    addEndings(to: &report)
    return report
  }

  private func addEndings(to report: inout LoadReport) {
    guard let first = endings.first else { return }
    report.add("ended", "connections that ended", .int(endings.count), "\(endings.count), the first: \(first)")
  }

  /// Seconds of publishing that nobody measures: buffers grow, caches fill.
  private static let warmUp = 0.5
}
