#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How long a server takes from its start to the line that says that it is ready.
package enum StartLoad {
  /// Starts a server with the same data again and again: some times after it was ended properly, some times after it was
  /// killed with much that is stored and not yet in the database's own file.
  /// - Parameters:
  ///   - command: starts it, on any port, with the data.
  ///   - messages: stored before each kill.
  package static func run(
    _ loop: LoadLoop, _ command: [String], environment: [String: String], messages: Int, messageBytes: Int, runs: Int
  ) throws -> LoadReport {
    var report = LoadReport("start")
    report.add("runs", "runs each", runs)
    for (key, label, signal) in [("clean", "a clean end", SIGTERM), ("killed", "kill -9", SIGKILL)] {
      var times: [Double] = []
      for run in 0...runs {
        let start = SendStamp.now()
        let server = try MeasuredServer(command, environment: environment)
        // The first start follows whatever was before.
        if run > 0 { times.append(Double(SendStamp.now() - start) / 1e6) }
        defer { server.end(signal) }
        guard signal == SIGKILL else { continue }
        let target = try LoadTarget(url: server.url, defaultPath: "/")
        _ = try ReportLoad.fill(loop, target, messages: messages, messageBytes: messageBytes)
      }
      times.sort()
      report.add("\(key)_ms", "ready after \(label) (median)", milliseconds: times[runs / 2])
      report.add("\(key)_slowest_ms", "slowest run", milliseconds: times[runs - 1])
    }
    return report
  }
}
