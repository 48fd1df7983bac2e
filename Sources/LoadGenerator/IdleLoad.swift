/// Connections that are opened and then stay idle.
package enum IdleLoad {
  package static func run(
    loop: LoadLoop, target: LoadTarget, connections count: Int, settleSeconds: Double, usage: ProcessUsage?
  ) throws -> LoadReport {
    let counter = DeliveryCounter(histogram: LatencyHistogram(), stampOffset: 0)
    // The first connection allocates what all of them share.
    try loop.open(1, to: target, handler: counter) { _ in target.upgrade() }.forEach { $0.close() }
    loop.turn(until: SendStamp.now() + 300_000_000)
    let (sharedBefore, residentBefore) = (usage?.memoryBytes, usage?.residentBytes)
    let window = UsageWindow(usage)
    let start = SendStamp.now()
    let connections = try loop.open(count, to: target, handler: counter) { _ in target.upgrade() }
    let passed = Double(SendStamp.now() - start) / 1e9
    let share = window.cpuShare
    defer { connections.forEach { $0.close() } }
    loop.turn(until: SendStamp.now() + Int(settleSeconds * 1e9))
    func perConnection(before: Int?, after: Int?) -> Int? {
      guard let before, let after else { return nil }
      return (after - before) / count
    }
    var report = LoadReport("idle")
    report.add("connections", label: "connections", count: count)
    report.add(
      "connects_per_second", label: "connects/s, including the upgrade",
      count: Int((Double(count) / passed).rounded(.down)))
    report.addCPU(share)
    report.addMemory(
      "bytes_per_connection", label: "server memory per connection (PSS)",
      bytes: perConnection(before: sharedBefore, after: usage?.memoryBytes))
    report.addMemory(
      "resident_bytes_per_connection", label: "the same, by resident pages",
      bytes: perConnection(before: residentBefore, after: usage?.residentBytes))
    let ended = connections.count { $0.disconnectReason != nil }
    if ended > 0 { report.add("ended", label: "lost connections", count: ended) }
    return report
  }
}
