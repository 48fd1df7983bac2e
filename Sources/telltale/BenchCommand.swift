import App
import HTML
import Jobs

/// `telltale bench`: measures this machine, one thing at a time.
enum BenchCommand {
  static func run(_ arguments: [String]) throws -> Int32 {
    switch arguments.first {
    case "pipeline":
      Terminal.say("720p, one core")
      Terminal.say(PipelineBenchmark.table(try PipelineBenchmark.run()))
    case "html":
      Terminal.say("a table of 100 rows of escaped text: \(microsecondsPerTable()) µs")
    case let name?:
      throw UsageError.unknown("bench \(name)", among: ["bench pipeline", "bench html"])
    case nil:
      throw UsageError("Say what to measure: telltale bench pipeline, or telltale bench html.")
    }
    return 0
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
