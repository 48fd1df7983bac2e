import Files
import Net
import Processes
import Synchronization
import TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The built binary, as a person or a script starts it. It lies beside the test runner.
enum Binary {
  static let path = FilePath.parent(of: CommandLine.arguments[0]) + "/telltale"

  static var environment: [String: String] { Environment.values(["PATH"]) }

  /// - Parameter preparation: what the shell does before, such as `ulimit -n 40`.
  static func start(_ arguments: [String], after preparation: String = ":") throws -> ChildProcess {
    try ChildProcess(
      ["sh", "-c", "\(preparation); exec \"$0\" \"$@\"", path] + arguments, environment: environment)
  }

  /// Reads a pipe until what was read satisfies, or until its end.
  static func read(_ pipe: OutputPipe, until isEnough: (String) -> Bool = { _ in false }) -> String {
    String(decoding: pipe.read { isEnough(String(decoding: $0, as: UTF8.self)) }, as: UTF8.self)
  }

  /// The port in the line that says that the server is ready.
  static func port(in line: String) -> Int? {
    line.split(separator: "/").first { $0.hasPrefix("127.0.0.1:") }.flatMap { Int($0.dropFirst(10)) }
  }
}

/// A server process that is ready, with folders of its own. It is killed when the test is done with it.
final class RunningBinary {
  let sources = TemporaryFolder()
  let data = TemporaryFolder()
  let port: Int
  private let process: ChildProcess
  private let log = Gathered()
  private var logReader: Thread?
  private var hasEnded = false

  /// - Parameters:
  ///   - limit: a command for the shell that runs before, such as `ulimit -n 40`.
  ///   - readsLog: whether its log is read; else whatever it writes waits in the pipe.
  init(_ options: [String] = [], limit: String = ":", readsLog: Bool = true) throws {
    process = try Binary.start(
      ["serve", "--port", "0", "--data", data.path, "--source-root", sources.path] + options, after: limit)
    let line = Binary.read(process.standardOutput) { $0.hasSuffix("\n") }
    guard let port = Binary.port(in: line) else {
      throw ProbeClient.Failure(description: "not ready: \(line) \(Binary.read(process.standardError))")
    }
    self.port = port
    if readsLog { readLog() }
  }

  deinit {
    if !hasEnded {
      process.signalGroup(SIGKILL)
      _ = waitForEnd()
    }
    logReader?.join()
  }

  var pid: pid_t { process.processID }

  /// What it has written to standard error so far.
  var logText: String { String(decoding: log.bytes.withLock { $0 }, as: UTF8.self) }

  /// From now on its log is read, by a thread.
  func readLog() {
    let (errors, log) = (process.standardError, log)
    logReader = Thread(name: "log") {
      var piece: [UInt8] = []
      while errors.read(upTo: 65_536, appendingTo: &piece) > 0 {
        log.bytes.withLock { [piece] in $0 += piece }
        piece.removeAll(keepingCapacity: true)
      }
    }
  }

  private final class Gathered: Sendable {
    let bytes = Mutex<[UInt8]>([])
  }

  func client() throws -> ProbeClient { try ProbeClient(port: port) }

  func signal(_ number: Int32) { kill(pid, number) }

  func waitForEnd() -> ChildProcess.Ending {
    hasEnded = true
    return process.waitForEnd()
  }
}
