import App
import LoadGenerator
import Net
import Processes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The server to measure: one that this process starts, or one that is already running.
final class BenchSubject {
  let usage: ProcessUsage?
  /// Which process is pinned to which cores, for the report.
  let processors: String
  private let url: String
  private let publishURL: String?
  private let own: MeasuredServer?
  /// Nil if the server was not started by this process.
  private let serverCores: Range<Int>?

  /// - Throws: ``UsageError``, or an error if the server can't be started.
  init(_ options: BenchOptions) throws {
    publishURL = options.text("publish-url")
    let cores = OwnProcess.coreCount
    if let url = options.text("url") {
      self.url = url
      own = nil
      serverCores = nil
      usage =
        options.isSet("pid") ? ProcessUsage(processID: pid_t(try options.count("pid", in: 1...Int(Int32.max)))) : nil
      processors = Self.pinSelf(cores)
      return
    }
    let threads = try options.count("threads", in: 1...64)
    // A child inherits the affinity that its parent has when it starts it.
    let serverCores = 0..<min(threads, cores)
    let isPinned = CPUAffinity.pin(to: serverCores)
    let server = try MeasuredServer(
      [Self.program, "bench", "serve", "--threads", "\(threads)", "--log-level", "error"],
      environment: Self.environment)
    own = server
    self.serverCores = serverCores
    url = server.url
    usage = server.usage
    let rest = Self.pinSelf(cores)
    processors = isPinned ? "server on \(Self.text(serverCores)), \(rest)" : rest
  }

  /// Runs `body` pinned to the cores of the started server, so that a program that it starts shares them.
  func onServerCores<Result>(_ body: () throws -> Result) rethrows -> Result {
    if let serverCores, CPUAffinity.pin(to: serverCores) {
      defer { _ = Self.pinSelf(OwnProcess.coreCount) }
      return try body()
    }
    return try body()
  }

  /// Stops the server if this process started it.
  func stop() { own?.stop() }

  func target(defaultPath: String) throws -> LoadTarget { try LoadTarget(url: url, defaultPath: defaultPath) }

  func publishTarget(defaultPath: String) throws -> LoadTarget {
    try LoadTarget(url: publishURL ?? url, defaultPath: defaultPath)
  }

  /// - Throws: ``LoadError/notEnoughDescriptors(wanted:limit:)``
  static func loop(for connections: Int) throws -> LoadLoop {
    let limit = OwnProcess.raiseOpenFileLimit()
    // A server that we started has the same limit. It reserves 128 descriptors for other purposes, and up to 64 for
    // connections that are not streams.
    guard connections + 200 <= limit else { throw LoadError.notEnoughDescriptors(wanted: connections, limit: limit) }
    return try LoadLoop()
  }

  /// Pins the load generator to the last core, if there are enough cores.
  static func pinSelf(_ cores: Int) -> String {
    let last = (cores - 1)..<cores
    return CPUAffinity.pin(to: last) ? "generator on \(text(last))" : "not pinned"
  }

  static func text(_ cores: Range<Int>) -> String {
    cores.count == 1 ? "core \(cores.lowerBound)" : "cores \(cores.lowerBound)-\(cores.upperBound - 1)"
  }

  /// The environment variables that a started server inherits.
  static var environment: [String: String] {
    Environment.values(["PATH", "TMPDIR"]).merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
  }

  static var program: String {
    #if os(Linux)
      "/proc/self/exe"  // resolved in the child before exec, where it is still this program
    #else
      CommandLine.arguments[0]
    #endif
  }
}
