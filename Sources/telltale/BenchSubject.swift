import App
import LoadGenerator
import Net
import Processes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is measured: a server of our own that was started for it, or one that runs somewhere.
final class BenchSubject {
  let usage: ProcessUsage?
  /// Who runs where, for the report.
  let processors: String
  private let url: String
  private let publishURL: String?
  private let own: MeasuredServer?

  /// - Throws: ``UsageError``, or why the server can't be started.
  init(_ options: BenchOptions) throws {
    publishURL = options.text("publish-url")
    let cores = Configuration.coreCount
    if let url = options.text("url") {
      self.url = url
      own = nil
      usage = options.isSet("pid") ? ProcessUsage(processID: pid_t(try options.count("pid", 1...Int(Int32.max)))) : nil
      processors = Self.pinSelf(cores)
      return
    }
    let threads = try options.count("threads", 1...64)
    // A child runs where its parent does when it starts it.
    let serverCores = 0..<min(threads, cores)
    let isPinned = CPUAffinity.pin(to: serverCores)
    let server = try MeasuredServer(
      [Self.program, "bench", "serve", "--threads", "\(threads)", "--log-level", "error"],
      environment: Self.environment)
    own = server
    url = server.url
    usage = server.usage
    let rest = Self.pinSelf(cores)
    processors = isPinned ? "server on \(Self.text(serverCores)), \(rest)" : rest
  }

  /// Ends our own server.
  func stop() { own?.stop() }

  func target(_ defaultPath: String) throws -> LoadTarget { try LoadTarget(url: url, defaultPath: defaultPath) }

  func publishTarget(_ defaultPath: String) throws -> LoadTarget {
    try LoadTarget(url: publishURL ?? url, defaultPath: defaultPath)
  }

  /// - Throws: ``LoadError/notEnoughDescriptors(wanted:limit:)``
  static func loop(for connections: Int) throws -> LoadLoop {
    let limit = Configuration.raiseOpenFileLimit()
    // Ours, and those of a server that was started by us and has the same limit: it keeps 128 for other things, and up to
    // 64 for sockets that are no streams.
    guard connections + 200 <= limit else { throw LoadError.notEnoughDescriptors(wanted: connections, limit: limit) }
    return try LoadLoop()
  }

  /// The generator has the last core for itself where there are enough.
  static func pinSelf(_ cores: Int) -> String {
    let last = (cores - 1)..<cores
    return CPUAffinity.pin(to: last) ? "generator on \(text(last))" : "not pinned"
  }

  static func text(_ cores: Range<Int>) -> String {
    cores.count == 1 ? "core \(cores.lowerBound)" : "cores \(cores.lowerBound)-\(cores.upperBound - 1)"
  }

  /// The variables that a server started by the bench gets.
  static var environment: [String: String] {
    Environment.values(["PATH", "TMPDIR"]).merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
  }

  static var program: String {
    #if os(Linux)
      "/proc/self/exe"  // the child's own /proc/self/exe is still this program when it is looked up
    #else
      CommandLine.arguments[0]
    #endif
  }
}
