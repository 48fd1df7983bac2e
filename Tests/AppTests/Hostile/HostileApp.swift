import TestSupport
import Testing

/// Runs tables of rows against the whole application.
enum HostileApp {
  static func check(_ table: [HostileRow], _ way: HostileRow.Way, _ options: [String] = []) throws {
    let app = try RunningApp(options)
    let problems = try HostileRow.problems(
      of: table, port: app.port, way, behind: "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
      openConnections: { app.connectionCount })
    #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
  }
}
