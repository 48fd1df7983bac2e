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
  @Test func `it says one line with its URL when it is ready, tells its clients when it is ended, and exits with 0`()
    throws
  {
    let data = TemporaryFolder()
    let server = try Binary.start(["serve", "--port", "0", "--data", data.path])
    let line = Binary.read(server.standardOutput) { $0.hasSuffix("\n") }
    let client = try ProbeClient(port: try #require(Binary.port(in: line), "\(line)"))
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
    let server = try Binary.start(["--port", "\(socket.port)", "--data", data.path])
    let complaint = Binary.read(server.standardError)
    #expect(server.waitForEnd() == .exited(code: 69))
    #expect(complaint.contains("Port \(socket.port) is already in use. Stop the other process, or pass --port <n>."))
  }

  @Test(arguments: [
    (["serve", "--prot", "1"], Int32(64), "Did you mean --port?"), (["sevre"], 64, "Did you mean serve?"),
    (["bench"], 64, "Say what to measure"),
  ])
  func `a mistyped command is answered with the nearest one and exits with 64`(
    arguments: [String], code: Int32, words: String
  ) throws {
    let process = try Binary.start(arguments)
    let complaint = Binary.read(process.standardError)
    #expect(process.waitForEnd() == .exited(code: code))
    #expect(complaint.contains(words), "\(complaint)")
  }

  @Test(arguments: [(["--help"], "serve"), (["serve", "--help"], "--port"), (["--version"], "telltale ")])
  func `help and version go to standard output and exit with 0`(arguments: [String], words: String) throws {
    let process = try Binary.start(arguments)
    #expect(Binary.read(process.standardOutput).contains(words))
    #expect(process.waitForEnd() == .exited(code: 0))
  }
}
