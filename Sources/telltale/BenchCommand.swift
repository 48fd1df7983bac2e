import App
import HTML
import JSONValues
import Jobs
import LoadGenerator

/// `telltale bench`: measures a server under load, or a single operation on this machine.
enum BenchCommand {
  static func run(_ arguments: [String]) throws -> Int32 {
    let rest = Array(arguments.dropFirst())
    switch arguments.first {
    case "pipeline":
      Console.print("720p, one core")
      Console.print(PipelineBenchmark.table(try PipelineBenchmark.run()))
    case "html":
      Console.print("A table of 100 rows of escaped text: \(microsecondsPerTable()) µs")
    case "start": return try BenchStart.run(rest)
    case "serve": return try BenchServer.run(rest)
    case "--help", "-h": Console.print(help)
    case let name?:
      guard let workload = BenchWorkload.all.first(where: { $0.name == name }) else {
        throw UsageError.unknown("bench \(name)", among: names.map { "bench \($0)" })
      }
      return try measure(workload, rest)
    case nil: throw UsageError("Specify what to measure: telltale bench \(names.joined(separator: ", ")).")
    }
    return 0
  }

  private static var names: [String] { BenchWorkload.all.map(\.name) + ["start", "pipeline", "html", "serve"] }

  /// - Returns: The exit code: 1 if messages were lost, else 0.
  private static func measure(_ workload: BenchWorkload, _ arguments: [String]) throws -> Int32 {
    if CommandLineTool.asksForHelp(arguments) {
      Console.print(help(of: workload.name, summary: workload.help, options: workload.options + BenchWorkload.common))
      return 0
    }
    let options = try BenchOptions(arguments, accepting: workload.options + BenchWorkload.common)
    let subject = try BenchSubject(options)
    defer { subject.stop() }
    let report = try workload.run(options, subject)
    printReport(report, of: workload.name, processors: subject.processors, options: options)
    return report.lost > 0 ? 1 : 0
  }

  static func printReport(
    _ report: LoadReport, of name: String, processors: String, options: BenchOptions
  ) {
    var report = report
    report.add("processors", label: "processors", value: .string(processors), text: processors)
    if options.isSet("json") {
      Console.print(String(decoding: JSON.object(report.json).encoded(), as: UTF8.self))
    } else {
      Console.print("bench \(name)\n\(report.table)")
    }
  }

  private static var help: String {
    let workloads = BenchWorkload.all.map { "  \($0.name.padded(to: 10)) \($0.help)" }.joined(separator: "\n")
    return """
      Usage: telltale bench WORKLOAD [OPTIONS]

      Starts a server on one core and loads it from another core, or loads the server at --url:

      \(workloads)

      Measures this machine:

        start      \(BenchStart.help)
        pipeline   the plugins, on images of 720p
        html       rendering a table

        serve      runs the server that the workloads start, with /bench/publish, /bench/echo and /bench/page

      telltale bench WORKLOAD --help lists the options. Exits with 1 if messages were lost.
      """
  }

  static func help(of name: String, summary: String, options: [BenchOptions.Option]) -> String {
    let lines = options.map { option in
      let defaultValue = option.defaultValue.map { " (\($0))" } ?? ""
      return "  \("--\(option.name) \(option.placeholder ?? "")".padded(to: 24)) \(option.help)\(defaultValue)"
    }
    return """
      Usage: telltale bench \(name) [OPTIONS]

      \(summary.prefix(1).uppercased())\(summary.dropFirst()).

      \(lines.joined(separator: "\n"))
      """
  }

  /// The median of 500 renderings, after 50 for warming up.
  private static func microsecondsPerTable() -> Int {
    let page = BenchmarkTable(rowCount: 100)
    var bytes = 0
    let times = (0..<550).map { _ in ContinuousClock().measure { bytes += page.render().count } }
    precondition(bytes > 0)
    return Int(times.dropFirst(50).sorted()[250] / .microseconds(1))
  }
}
