import JSONValues
import Net
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The built binary, as a person or a script starts it.
struct ProcessTests {
  /// The executable lies beside the test runner.
  private static let binary =
    CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    + "/telltale"

  private func start(_ arguments: [String]) throws -> ChildProcess {
    try ChildProcess([Self.binary] + arguments, environment: ["PATH": String(cString: getenv("PATH"))])
  }

  /// Reads a pipe until what was read satisfies, or until its end.
  private func read(_ descriptor: Int32, until isEnough: (String) -> Bool = { _ in false }) -> String {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !isEnough(String(decoding: all, as: UTF8.self)) {
      let count = buffer.withUnsafeMutableBytes { ChildProcess.read(descriptor, into: $0) }
      guard count > 0 else { break }
      all += buffer[..<count]
    }
    return String(decoding: all, as: UTF8.self)
  }

  private func port(in line: String) -> Int? {
    line.split(separator: "/").first { $0.hasPrefix("127.0.0.1:") }.flatMap { Int($0.dropFirst(10)) }
  }

  @Test func `it says one line with its URL when it is ready, tells its clients when it is ended, and exits with 0`()
    throws
  {
    let data = TemporaryFolder()
    let server = try start(["serve", "--port", "0", "--data", data.path])
    let line = read(server.standardOutput) { $0.hasSuffix("\n") }
    let client = try ProbeClient(port: try #require(port(in: line), "\(line)"))
    try client.upgrade("/v1/realtime")
    _ = try client.nextMessage()
    server.signalGroup(SIGTERM)
    while true {
      if case .close(let code, _) = try client.nextEvent() {
        #expect(code == .serviceRestart)
        break
      }
    }
    #expect(server.waitForEnd() == .exited(code: 0))
  }

  @Test func `a port that is taken is said, with what to do, and exits with 69`() throws {
    let data = TemporaryFolder()
    let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
    defer { close(socket.descriptor) }
    let server = try start(["--port", "\(socket.port)", "--data", data.path])
    let complaint = read(server.standardError)
    #expect(server.waitForEnd() == .exited(code: 69))
    #expect(complaint.contains("Port \(socket.port) is already in use. Stop the other process, or pass --port <n>."))
  }

  @Test(arguments: [
    (["serve", "--prot", "1"], Int32(64), "Did you mean --port?"), (["sevre"], 64, "Did you mean serve?"),
    (["bench"], 64, "bench pipeline"),
  ])
  func `a mistyped command is answered with the nearest one and exits with 64`(
    arguments: [String], code: Int32, words: String
  ) throws {
    let process = try start(arguments)
    let complaint = read(process.standardError)
    #expect(process.waitForEnd() == .exited(code: code))
    #expect(complaint.contains(words), "\(complaint)")
  }

  @Test(arguments: [(["--help"], "serve"), (["serve", "--help"], "--port"), (["--version"], "telltale ")])
  func `help and version go to standard output and exit with 0`(arguments: [String], words: String) throws {
    let process = try start(arguments)
    #expect(read(process.standardOutput).contains(words))
    #expect(process.waitForEnd() == .exited(code: 0))
  }
}
