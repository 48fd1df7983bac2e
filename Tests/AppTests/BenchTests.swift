import JSONValues
import Net
import Processes
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `telltale bench` against servers of its own: that it counts right, not how fast anything is.
struct BenchTests {
  private func run(
    _ arguments: [String], after preparation: String = ":"
  ) throws -> (ending: ChildProcess.Ending, report: JSON, complaint: String) {
    let process = try Binary.start(["bench", arguments[0], "--json"] + arguments.dropFirst(), after: preparation)
    let output = Binary.read(process.standardOutput)
    let complaint = Binary.read(process.standardError)
    return (process.waitForEnd(), (try? JSON(parsing: Array(output.utf8))) ?? .null, complaint)
  }

  @Test(arguments: [
    (["fanout", "--connections", "10", "--rate", "200", "--seconds", "0.3"], "deliveries", 600),
    (
      ["fanout", "--connections", "10", "--rate", "200", "--seconds", "0.3", "--topics", "5", "--per-connection", "2"],
      "deliveries", 240
    ),
    (["burst", "--connections", "10", "--messages", "50", "--runs", "2"], "messages", 50),
    (["slow", "--connections", "5", "--rate", "200", "--seconds", "0.3"], "deliveries", 300),
    (["idle", "--connections", "20", "--seconds", "0.1"], "connections", 20),
  ])
  func `a small run delivers every message and exits with 0`(arguments: [String], key: String, count: Int) throws {
    // On a busy machine nothing may arrive for a while.
    let patience = arguments[0] == "idle" ? [] : ["--patience", "20"]
    let (ending, report, complaint) = try run(arguments + patience)
    #expect(ending == .exited(code: 0), "\(complaint)")
    #expect(report["workload"]?.stringValue == arguments[0])
    #expect(report[key]?.intValue == count)
    #expect(report["lost"]?.intValue ?? 0 == 0)
    #expect(report["ended"] == nil)
  }

  @Test(arguments: [
    (["echo", "--connections", "4", "--seconds", "0.5"], "round_trips"),
    (["http", "--connections", "4", "--seconds", "0.5"], "requests"),
    (["http", "--connections", "2", "--seconds", "0.5", "--pipeline", "8"], "requests"),
    (["http", "--connections", "2", "--seconds", "0.5", "--path", "/", "--threads", "2"], "requests"),
    (["publish", "--publishers", "4", "--seconds", "0.5"], "publishes"),
  ])
  func `clients that ask are answered again and again`(arguments: [String], key: String) throws {
    let (ending, report, complaint) = try run(arguments)
    #expect(ending == .exited(code: 0), "\(complaint)")
    // More than there are clients: on a busy machine half a second is not much more than that.
    #expect(try #require(report[key]?.intValue) > 4)
  }

  @Test func `publishers are told how long the commits behind their acknowledgements took`() throws {
    let (_, report, complaint) = try run(["publish", "--publishers", "2", "--seconds", "0.3"])
    let commits = try #require(report["commits"]?.intValue, "\(complaint)")
    #expect(commits > 2)
    let (half, most) = (report["commit_p50_ms"]?.doubleValue ?? 0, report["commit_p99_ms"]?.doubleValue ?? 0)
    #expect(half > 0 && most >= half)
  }

  @Test(.enabled(if: Environment.path(ofProgram: "redis-server") != nil, "make test installs redis-server."))
  func `Redis is loaded in turn, and the ratio of the rates is printed`() throws {
    let parent = TemporaryFolder()
    let (ending, report, complaint) = try run(
      ["publish", "--publishers", "2", "--seconds", "0.2", "--beside", "redis", "--rounds", "2"],
      after: "export TMPDIR=\(parent.path)")
    #expect(ending == .exited(code: 0), "\(complaint)")
    #expect(report["peer"]?.stringValue?.hasPrefix("Redis ") == true)
    let (theirs, ratio) = (report["peer_publishes_per_second"]?.doubleValue ?? 0, report["ratio"]?.doubleValue ?? 0)
    #expect(theirs > 0 && ratio > 0 && report["rounds"]?.intValue == 2)
    #expect(report["ratio_min"]?.doubleValue ?? 1 <= ratio && ratio <= report["ratio_max"]?.doubleValue ?? 0)
    #expect(parent.names.isEmpty)
  }

  @Test func `a peer that isn't known is refused`() throws {
    let (ending, _, complaint) = try run(["publish", "--beside", "postgres"])
    #expect(ending == .exited(code: 64) && complaint.contains("--beside knows redis only, not \"postgres\"."))
  }

  @Test func `a replay of more than the window keeps brings every message, beside a live client`() throws {
    let (ending, report, complaint) = try run([
      "replay", "--messages", "12000", "--rate", "50", "--runs", "2", "--patience", "20",
    ])
    #expect(ending == .exited(code: 0), "\(complaint)")
    #expect(report["messages"]?.intValue == 12_000 && report["lost"]?.intValue == 0)
    #expect(try #require(report["replayed_ms"]?.doubleValue) > 0)
    #expect(try #require(report["live_p95_ms"]?.doubleValue) > 0)
  }

  @Test func `a server with a history starts again after an end and after a kill, and nothing is left behind`() throws {
    let parent = TemporaryFolder()
    let process = try Binary.start(
      ["bench", "start", "--json", "--gigabytes", "0.01", "--runs", "1"], after: "export TMPDIR=\(parent.path)")
    let report = try JSON(parsing: Array(Binary.read(process.standardOutput).utf8))
    #expect(process.waitForEnd() == .exited(code: 0))
    #expect(try #require(report["database_bytes"]?.intValue) >= 10_000_000)
    #expect(try #require(report["clean_ms"]?.doubleValue) > 0)
    #expect(try #require(report["killed_ms"]?.doubleValue) > 0)
    #expect(parent.names.isEmpty)
  }

  /// `bench serve`, until this object goes.
  private final class RunningServer {
    let port: Int
    private let process: ChildProcess

    init() throws {
      process = try Binary.start(["bench", "serve"])
      let line = Binary.read(process.standardOutput) { $0.hasSuffix("\n") }
      port = try #require(Binary.port(in: line), "\(line)")
    }

    deinit {
      process.signalGroup(SIGTERM)
      _ = process.waitForEnd()
    }
  }

  @Test func `messages that nobody received are lost, and the exit code is 1`() throws {
    let server = try RunningServer()
    // An echo is no broadcast: the subscribers hear nothing of it.
    let (ending, report, complaint) = try run([
      "fanout", "--connections", "2", "--rate", "100", "--seconds", "0.1", "--url",
      "http://127.0.0.1:\(server.port)", "--publish-url", "http://127.0.0.1:\(server.port)/bench/echo",
    ])
    #expect(ending == .exited(code: 1), "\(complaint)")
    #expect(report["lost"]?.intValue == 20)
  }

  @Test func `the page of the benchmark has 2,048 bytes and the headers of every page`() throws {
    let server = try RunningServer()
    let answer = try ProbeClient(port: server.port).request("GET", "/bench/page")
    #expect(answer.status == 200)
    #expect(answer.body.count == 2_048)
    #expect(answer.fields["content-security-policy"] != nil)
  }

  @Test(arguments: [
    (["fanout", "--conections", "3"], Int32(64), "Did you mean --connections?"),
    (["fanuot"], 64, "Did you mean bench fanout?"),
    (["fanout", "--rate", "often"], 64, "--rate must be a whole number"),
    (["echo", "--seconds", "0"], 64, "--seconds must be a number of seconds"),
    (["http", "--connections"], 64, "--connections needs a value: --connections N."),
    (["http", "--url", "https://127.0.0.1/"], 69, "Use ws://HOST:PORT/PATH or http://HOST:PORT/PATH, such as http:"),
    (["http", "--path", "/nowhere"], 69, "answered with status 404"),
    (["fanout", "--connections", "2", "--publish-url", "ws://127.0.0.1:1"], 69, "refused"),
    (["start", "--gigabytes", "much"], 64, "--gigabytes must be a number from"),
  ])
  func `what can't be run is said, with what to do`(arguments: [String], code: Int32, words: String) throws {
    let (ending, _, complaint) = try run(arguments)
    #expect(ending == .exited(code: code))
    #expect(complaint.contains(words), "\(complaint)")
  }

  @Test func `more connections than files may be open are refused before the first`() throws {
    let (ending, _, complaint) = try run(["idle", "--connections", "1000"], after: "ulimit -n 512")
    #expect(ending == .exited(code: 69))
    #expect(complaint.contains("the hard limit of 512"), "\(complaint)")
  }

  @Test func `what it made goes when it ends, and nothing that a link in there leads to`() throws {
    let (parent, outside) = (TemporaryFolder(), TemporaryFolder())
    outside.write([1], to: "kept")
    let process = try Binary.start(["bench", "serve"], after: "export TMPDIR=\(parent.path)")
    _ = Binary.read(process.standardOutput) { $0.hasSuffix("\n") }
    let own = try #require(parent.names.first)
    #expect(symlink(outside.path, "\(parent.path)/\(own)/link") == 0)
    parent.write([2], to: "\(own)/file")
    process.signalGroup(SIGTERM)
    #expect(process.waitForEnd() == .exited(code: 0))
    #expect(parent.names.isEmpty)
    #expect(outside.read("kept") == [1])
  }

  @Test(arguments: ["fanout", "burst", "echo", "idle", "http", "slow", "publish", "replay", "start"])
  func `help lists the options and starts nothing`(workload: String) throws {
    let process = try Binary.start(["bench", workload, "--help"])
    let help = Binary.read(process.standardOutput)
    #expect(process.waitForEnd() == .exited(code: 0))
    #expect(help.contains("Usage: telltale bench \(workload) [OPTIONS]"))
    #expect(help.contains("--json"))
  }
}
