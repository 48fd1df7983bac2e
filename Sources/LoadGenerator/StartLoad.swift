#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The time from the start of a server to the line that says it is ready.
package enum StartLoad {
  /// Starts a server on the same data repeatedly: after an orderly shutdown, and after `kill -9` with many messages that
  /// are committed but not yet in the main database file.
  /// - Parameters:
  ///   - command: Starts the server on any port, with the data.
  ///   - messages: The number of messages stored before each kill.
  package static func run(
    loop: LoadLoop, command: [String], environment: [String: String], messages: Int, messageBytes: Int, runs: Int
  ) throws -> LoadReport {
    var report = LoadReport("start")
    report.add("runs", label: "runs of each kind", count: runs)
    for (key, label, signal) in [("clean", "an orderly shutdown", SIGTERM), ("killed", "kill -9", SIGKILL)] {
      var times: [Double] = []
      for run in 0...runs {
        let start = SendStamp.now()
        let server = try MeasuredServer(command, environment: environment)
        // The first start is not measured: it doesn't follow a shutdown of this kind.
        if run > 0 { times.append(Double(SendStamp.now() - start) / 1e6) }
        defer { server.end(signal) }
        guard signal == SIGKILL else { continue }
        let target = try LoadTarget(url: server.url, defaultPath: "/")
        _ = try ReportLoad.fill(loop: loop, target: target, messages: messages, messageBytes: messageBytes)
      }
      times.sort()
      report.add("\(key)_ms", label: "ready after \(label) (median)", milliseconds: times[runs / 2])
      report.add("\(key)_slowest_ms", label: "slowest run", milliseconds: times[runs - 1])
    }
    return report
  }
}
