/// Connections that are opened and then left alone.
package enum IdleLoad {
  package static func run(
    _ loop: LoadLoop, _ target: LoadTarget, connections count: Int, settleSeconds: Double, usage: ProcessUsage?
  ) throws -> LoadReport {
    let talk = WebSocketTalk(histogram: LatencyHistogram(), stampOffset: 0)
    // The first connection makes what all of them share.
    try loop.open(1, to: target, speaking: talk) { _ in target.upgrade() }.forEach { $0.close() }
    loop.turn(until: SendStamp.now() + 300_000_000)
    let (sharedBefore, residentBefore) = (usage?.memoryBytes, usage?.residentBytes)
    let window = UsageWindow(usage)
    let start = SendStamp.now()
    let connections = try loop.open(count, to: target, speaking: talk) { _ in target.upgrade() }
    let passed = Double(SendStamp.now() - start) / 1e9
    let share = window.cpuShare
    defer { connections.forEach { $0.close() } }
    loop.turn(until: SendStamp.now() + Int(settleSeconds * 1e9))
    func perConnection(_ before: Int?, _ after: Int?) -> Int? {
      guard let before, let after else { return nil }
      return (after - before) / count
    }
    var report = LoadReport("idle")
    report.add("connections", "connections", count)
    report.add(
      "connects_per_second", "connects/s, with the upgrade", Int((Double(count) / passed).rounded(.down)))
    report.addCPU(share)
    report.addMemory(
      "bytes_per_connection", "server's memory a connection (Pss)", perConnection(sharedBefore, usage?.memoryBytes))
    report.addMemory(
      "resident_bytes_per_connection", "the same by resident pages", perConnection(residentBefore, usage?.residentBytes)
    )
    let ended = connections.count { $0.ending != nil }
    if ended > 0 { report.add("ended", "connections that ended", ended) }
    return report
  }
}
