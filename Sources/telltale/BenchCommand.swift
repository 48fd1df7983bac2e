import App
import HTML
import JSONValues
import Jobs
import LoadGenerator

/// `telltale bench`: measures a server by load, or this machine, one thing at a time.
enum BenchCommand {
  static func run(_ arguments: [String]) throws -> Int32 {
    let rest = Array(arguments.dropFirst())
    switch arguments.first {
    case "pipeline":
      Terminal.say("720p, one core")
      Terminal.say(PipelineBenchmark.table(try PipelineBenchmark.run()))
    case "html":
      Terminal.say("a table of 100 rows of escaped text: \(microsecondsPerTable()) µs")
    case "start": return try BenchStart.run(rest)
    case "serve": return try BenchServer.run(rest)
    case "--help", "-h": Terminal.say(help)
    case let name?:
      guard let workload = BenchWorkload.all.first(where: { $0.name == name }) else {
        throw UsageError.unknown("bench \(name)", among: names.map { "bench \($0)" })
      }
      return try measure(workload, rest)
    case nil: throw UsageError("Say what to measure: telltale bench \(names.joined(separator: ", ")).")
    }
    return 0
  }

  private static var names: [String] { BenchWorkload.all.map(\.name) + ["start", "pipeline", "html", "serve"] }

  /// - Returns: 1 where messages were lost.
  private static func measure(_ workload: BenchWorkload, _ arguments: [String]) throws -> Int32 {
    if arguments.contains("--help") {
      Terminal.say(help(of: workload.name, workload.help, workload.options + BenchWorkload.common))
      return 0
    }
    let options = try BenchOptions(arguments, workload.options + BenchWorkload.common)
    let subject = try BenchSubject(options)
    defer { subject.stop() }
    let report = try workload.run(options, subject)
    tell(report, workload.name, ranOn: subject.processors, options)
    return report.lost > 0 ? 1 : 0
  }

  static func tell(_ report: LoadReport, _ name: String, ranOn processors: String, _ options: BenchOptions) {
    var report = report
    report.add("processors", "processors", .string(processors), processors)
    if options.isSet("json") {
      Terminal.say(String(decoding: JSON.object(report.json).encoded(), as: UTF8.self))
    } else {
      Terminal.say("bench \(name)\n\(report.table)")
    }
  }

  private static var help: String {
    let workloads = BenchWorkload.all.map { "  \($0.name.padded(to: 10)) \($0.help)" }.joined(separator: "\n")
    return """
      Usage: telltale bench WORKLOAD [OPTIONS]

      Starts a server of its own on one core and loads it from another, or loads the one at --url:

      \(workloads)

      Measures this machine:

        start      \(BenchStart.help)
        pipeline   the plugins, on pictures of 720p
        html       rendering a table

        serve      the server that the workloads start, with /bench/publish, /bench/echo and /bench/page

      telltale bench WORKLOAD --help has the options. Exits with 1 where messages were lost.
      """
  }

  static func help(of name: String, _ help: String, _ options: [BenchOptions.Option]) -> String {
    let lines = options.map { option in
      let standard = option.standard.map { " (\($0))" } ?? ""
      return "  \("--\(option.name) \(option.placeholder ?? "")".padded(to: 24)) \(option.help)\(standard)"
    }
    return """
      Usage: telltale bench \(name) [OPTIONS]

      \(help).

      \(lines.joined(separator: "\n"))
      """
  }

  /// The median of 500 renderings, after 50 to warm up.
  private static func microsecondsPerTable() -> Int {
    let page = BenchmarkTable(rowCount: 100)
    var bytes = 0
    let times = (0..<550).map { _ in ContinuousClock().measure { bytes += page.render().count } }
    precondition(bytes > 0)
    return Int(times.dropFirst(50).sorted()[250] / .microseconds(1))
  }
}
