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
    let place = TemporaryFolder()
    let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
    defer { close(socket.descriptor) }
    let server = try Binary.start(["--port", "\(socket.port)", "--data", "\(place.path)/data"])
    let complaint = Binary.read(server.standardError)
    #expect(server.waitForEnd() == .exited(code: 69))
    #expect(complaint.contains("Port \(socket.port) is already in use. Stop the other process, or pass --port <n>."))
    #expect(access("\(place.path)/data", F_OK) != 0, "nothing is left behind")
  }

  @Test func `a second server on the same folder and port is told who has them, and exits with 1`() throws {
    let first = try RunningBinary()
    let second = try Binary.start(["--port", "\(first.port)", "--data", first.data.path])
    let complaint = Binary.read(second.standardError)
    #expect(second.waitForEnd() == .exited(code: 1))
    #expect(complaint.contains("(process \(first.pid) at http://127.0.0.1:\(first.port)/)"), "\(complaint)")
  }

  @Test func `a source root that can't be read is refused at the start`() throws {
    let place = TemporaryFolder()
    place.write([], to: "file")
    for (root, reason) in [("none", "does not exist"), ("file", "is not a folder")] {
      let server = try Binary.start([
        "serve", "--port", "0", "--data", "\(place.path)/data", "--source-root", "\(place.path)/\(root)",
      ])
      let complaint = Binary.read(server.standardError)
      #expect(server.waitForEnd() == .exited(code: 64))
      #expect(complaint.contains("The source root \(place.path)/\(root) \(reason)."), "\(complaint)")
      #expect(access("\(place.path)/data", F_OK) != 0, "nothing is left behind")
    }
  }

  @Test func `a backup into a folder that does not exist names that folder`() throws {
    let server = try RunningBinary()
    let backup = try Binary.start(["backup", "/nowhere/at/all.db", "--data", server.data.path])
    let complaint = Binary.read(backup.standardError)
    #expect(backup.waitForEnd() == .exited(code: 1))
    #expect(complaint == "telltale: /nowhere/at can't be used: the folder does not exist.\n")
  }

  #if os(Linux)
    @Test func `a data folder that may not be made is told with what to do`() throws {
      // No user may create a folder there, not even root.
      let server = try Binary.start(["serve", "--port", "0", "--data", "/sys/telltale"])
      let complaint = Binary.read(server.standardError)
      #expect(server.waitForEnd() == .exited(code: 1))
      #expect(complaint.contains("Change its permissions, or pass another folder with --data."), "\(complaint)")
    }
  #endif

  @Test(arguments: [
    (["serve", "--prot", "1"], Int32(64), "Did you mean --port?"), (["sevre"], 64, "Did you mean serve?"),
    (["start"], 64, "start is unknown. The commands are serve, doctor, backup and bench."),
    (["serve", "-p", "1"], 64, "Options begin with two dashes, such as --port 8000.\nSee telltale serve --help."),
    (["doctor", "--port", "x"], 64, "not \"x\".\nSee telltale doctor --help."), (["bench"], 64, "bench fanout"),
    (["--public-url", "telltale.example"], 64, "Did you mean https://telltale.example?"),
    (["--web-root", "/nowhere"], 64, "The folder /nowhere has no js/*.js in it."),
    (["backup"], 64, "telltale backup FILE."),
  ])
  func `a mistyped command is answered with the nearest one and exits with 64`(
    arguments: [String], code: Int32, words: String
  ) throws {
    let process = try Binary.start(arguments)
    let complaint = Binary.read(process.standardError)
    #expect(process.waitForEnd() == .exited(code: code))
    #expect(complaint.contains(words), "\(complaint)")
  }

  @Test func `a file of options that can't be read is told, instead of a start without them`() throws {
    let place = TemporaryFolder()
    place.write([], to: "telltale.json/file")
    let process = try Binary.start(["doctor"], after: "cd '\(place.path)'")
    #expect(Binary.read(process.standardError).contains("telltale.json can't be opened: it is not a regular file."))
    #expect(process.waitForEnd() == .exited(code: 64))
  }

  @Test func `a backup takes its options before and after the name of the file`() throws {
    let server = try RunningBinary()
    let place = TemporaryFolder()
    for arguments in [
      ["\(place.path)/a.db", "--data", server.data.path], ["--data", server.data.path, "\(place.path)/b.db"],
    ] {
      let backup = try Binary.start(["backup"] + arguments)
      _ = Binary.read(backup.standardOutput)
      #expect(backup.waitForEnd() == .exited(code: 0))
    }
    #expect(place.exists("a.db") && place.exists("b.db"))
  }

  @Test(arguments: [
    (["--help"], "serve"), (["serve", "--help"], "--port"), (["--version"], "telltale "), (["--help"], "--version"),
    (["serve", "-h"], "--port"), (["doctor", "-h"], "ffmpeg"), (["backup", "-h"], "telltale.position"),
    (["bench", "start", "-h"], "--runs"), (["bench", "echo", "-h"], "--connections"),
  ])
  func `help and version go to standard output and exit with 0`(arguments: [String], words: String) throws {
    let process = try Binary.start(arguments)
    #expect(Binary.read(process.standardOutput).contains(words))
    #expect(process.waitForEnd() == .exited(code: 0))
  }
}
