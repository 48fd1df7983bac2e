import Files
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A server process that has run out of descriptors.
struct ExhaustionTests {
  /// Seconds of processor time that a process has used, in user and system mode.
  private func cpuSeconds(_ process: pid_t) throws -> Double {
    let stat = String(decoding: try #require(readFile("/proc/\(process)/stat")), as: UTF8.self)
    // The name in parentheses may hold anything; what follows it is numbers, user and system time the 12th and 13th.
    let numbers = stat[try #require(stat.lastIndex(of: ")"))...].split(separator: " ").dropFirst()
    let ticks = numbers.dropFirst(11).prefix(2).compactMap { Double($0) }
    #expect(ticks.count == 2)
    return ticks.reduce(0, +) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  @Test(.enabled(if: readFile("/proc/self/stat") != nil, "There is no /proc here to measure by."))
  func `without a descriptor left it waits without work, serves who is connected, and takes the next one when it can`()
    throws
  {
    // So few that the process, and not its own limit of connections, is what runs out.
    let server = try RunningBinary(["--threads", "1", "--jobs", "1"], limit: "ulimit -n 32")
    let first = try server.client()
    #expect(try first.request("GET", "/livez").status == 200)
    // The kernel completes these for it: connecting always works, being served does not.
    var others = try (0..<40).map { _ in try ProbeClient(port: server.port, seconds: 1) }
    let before = try cpuSeconds(server.pid)
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .seconds(1.5) {
      #expect(try first.request("GET", "/livez").status == 200)
      usleep(50_000)
    }
    // It may have been longer, on a machine that is busy with something else.
    let share = (try cpuSeconds(server.pid) - before) / ((ContinuousClock.now - start) / .seconds(1))
    #expect(share < 0.1, "it used \(Int(share * 100))% of a core while it could do nothing")
    #expect(throws: ProbeClient.Failure.self, "the last one can't have been served yet") {
      try others[39].request("GET", "/livez")
    }
    let metrics = try first.request("GET", "/metrics").text
    #expect(metrics.contains("telltale_connections_total{transport=\"http\",result=\"exhausted\"} 1\n"))
    #expect(metrics.contains("telltale_connections_total{transport=\"http\",result=\"refused\"} 0\n"))
    #expect(eventually { server.logText.contains("no file descriptor left") })
    others.removeAll()
    #expect(eventually { (try? server.client().request("GET", "/livez").status) == 200 })
  }

  @Test func `it takes no more connections than descriptors allow, less 128 for everything else`() throws {
    let server = try RunningBinary(limit: "ulimit -n 148")
    let clients = try (0..<20).map { _ in try server.client() }
    for client in clients { #expect(try client.request("GET", "/livez").status == 200) }
    #expect(try server.client().readToEnd().isEmpty)
    #expect(
      try clients[0].request("GET", "/metrics").text.contains(
        "telltale_connections_total{transport=\"http\",result=\"refused\"} 1\n"))
  }
}

/// A file of the kernel's; nil if it can't be read.
func readFile(_ path: String) -> [UInt8]? { try? FileSystem.read(path, maxBytes: 1 << 20) }
