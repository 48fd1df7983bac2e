import Files
import Processes
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct ChildProcessTests {
  private static let environment = Environment.values(["PATH"])

  private func start(_ script: String, arguments: [String] = [], directory: String? = nil) throws -> ChildProcess {
    try ChildProcess(
      ["sh", "-c", script, "sh"] + arguments, environment: Self.environment, directory: directory)
  }

  private func output(of child: ChildProcess) -> String {
    String(decoding: child.standardOutput.read(), as: UTF8.self)
  }

  private func exists(_ process: pid_t) -> Bool { kill(process, 0) == 0 || errno != ESRCH }

  // MARK: What it gets

  @Test func `arguments are passed verbatim`() throws {
    let child = try start("printf '%s|' \"$@\"", arguments: ["a; b $(c)", "", "*", "d\ne", "'\""])
    #expect(output(of: child) == "a; b $(c)||*|d\ne|'\"|")
    #expect(child.waitForEnd() == .exited(code: 0))
  }

  @Test func `the environment is what was given and nothing else`() throws {
    let child = try ChildProcess(["/usr/bin/env"], environment: ["ONE": "1", "TWO": "a b=c"])
    #expect(output(of: child).split(separator: "\n").sorted() == ["ONE=1", "TWO=a b=c"])
  }

  @Test func `it runs in the directory given, or in ours`() throws {
    let folder = TemporaryFolder()
    let real = try #require(FileSystem.resolve(folder.path))
    #expect(output(of: try start("pwd", directory: folder.path)) == "\(real)\n")
    let own = try #require(FileSystem.resolve("."))
    #expect(output(of: try start("pwd -P")) == "\(own)\n")
  }

  #if os(Linux)
    @Test func `it inherits no descriptor but its three, not even one that lacks the flag to be closed`() throws {
      let open = dup(STDERR_FILENO)
      defer { close(open) }
      #expect(fcntl(open, F_GETFD) & FD_CLOEXEC == 0)
      // The fourth is the one that lists them.
      #expect(output(of: try start("exec ls /proc/self/fd")) == "0\n1\n2\n3\n")
    }
  #endif

  @Test func `its standard input is empty`() throws {
    #expect(output(of: try start("wc -c")).split(separator: " ").joined() == "0\n")
  }

  @Test func `a signal that we block or ignore reaches it`() throws {
    var (blocked, before) = (sigset_t(), sigset_t())
    sigemptyset(&blocked)
    sigaddset(&blocked, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &blocked, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    #expect(try start("kill -TERM $$; sleep 60").waitForEnd() == .signalled(SIGTERM))
  }

  @Test func `standard output and standard error come apart`() throws {
    let child = try start("echo out; echo err >&2")
    #expect(output(of: child) == "out\n")
    #expect(child.standardError.read() == Array("err\n".utf8))
  }

  // MARK: How it ends

  @Test(arguments: [0, 1, 7, 127, 255]) func `the exit code is told`(code: Int32) throws {
    #expect(try start("exit \(code)").waitForEnd() == .exited(code: code))
  }

  @Test(arguments: [SIGKILL, SIGTERM, SIGINT, SIGSEGV]) func `the signal that ended it is told`(signal: Int32) throws {
    let child = try ChildProcess(["sleep", "60"], environment: Self.environment)
    child.signalGroup(signal)
    #expect(child.waitForEnd() == .signalled(signal))
  }

  @Test func `children of the child are in its group and go with it`() throws {
    let child = try start("sleep 60 & echo ready; wait")
    var bytes: [UInt8] = []
    child.standardOutput.read(upTo: 64, appendingTo: &bytes)
    child.signalGroup(SIGKILL)
    // The grandchild holds the pipe, which ends only when that one is gone too.
    #expect(output(of: child).isEmpty)
    #expect(child.waitForEnd() == .signalled(SIGKILL))
  }

  @Test func `every caller that waits gets the same answer, however often`() async throws {
    let child = try start("sleep 0.05; exit 3")
    await withTaskGroup(of: ChildProcess.Ending.self) { group in
      for _ in 0..<4 { group.addTask { child.waitForEnd() } }
      for await ending in group { #expect(ending == .exited(code: 3)) }
    }
    #expect(child.waitForEnd() == .exited(code: 3))
    child.signalGroup(SIGKILL)
    #expect(child.waitForEnd() == .exited(code: 3))
  }

  @Test func `a process that was waited for is no zombie`() throws {
    let children = try (0..<20).map { _ in try start("exit 0") }
    for child in children { #expect(child.waitForEnd() == .exited(code: 0)) }
    #expect(children.allSatisfy { !exists($0.processID) })
  }

  @Test func `a process that is let go of is killed with its group and reaped`() throws {
    var child: ChildProcess? = try start("sleep 60 & echo $!; wait")
    let process = try #require(child?.processID)
    let grandchild = try #require(child.flatMap { pid_t($0.standardOutput.readLine()) })
    #expect(exists(process) && exists(grandchild))
    child = nil
    #expect(!exists(process))
    // The process that inherited the grandchild reaps it.
    #expect(eventually { !exists(grandchild) || isZombie(grandchild) })
  }

  private func isZombie(_ process: pid_t) -> Bool {
    let status = (try? FileSystem.read("/proc/\(process)/status", maxBytes: 1 << 16)) ?? []
    return String(decoding: status, as: UTF8.self).contains("\nState:\tZ")
  }

  // MARK: What can't be started

  @Test(arguments: [
    (["no-such-program-here"], "no-such-program-here could not be started: No such file or directory."),
    ([], " could not be started: No such file or directory."),
    (["/"], "/ could not be started: Permission denied."),
  ])
  func `a program that can't be started is an error with its name and the reason`(
    command: [String], sentence: String
  ) {
    let error = #expect(throws: ProcessError.self) { try ChildProcess(command, environment: [:]) }
    #expect(error?.description == sentence)
  }

  @Test func `a directory that does not exist is an error`() {
    #expect(throws: ProcessError.cannotStart(program: "sh", reason: "No such file or directory")) {
      try ChildProcess(["sh"], environment: Self.environment, directory: "/no-such-folder")
    }
  }

  #if os(Linux)
    /// In a process of its own, because other tests open descriptors.
    @Test func `neither a failed start nor a finished child keeps a descriptor`() async {
      await #expect(processExitsWith: .success) {
        func count() throws -> Int { try FileSystem.names(in: "/proc/self/fd").count }
        let before = try count()
        for _ in 0..<10 {
          _ = try? ChildProcess(["no-such-program-here"], environment: [:])
          #expect(try ChildProcess(["/bin/true"], environment: [:]).waitForEnd() == .exited(code: 0))
        }
        #expect(try count() == before)
      }
    }
  #endif
}

struct OutputPipeTests {
  private func makePipe() throws -> (reading: OutputPipe, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    return (OutputPipe(owning: ends[0]), ends[1])
  }

  private func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    #expect(send(bytes, to: descriptor) == bytes.count)
  }

  private func send(_ bytes: [UInt8], to descriptor: Int32) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes, bytes.count)
    #else
      Darwin.write(descriptor, bytes, bytes.count)
    #endif
  }

  @Test func `a read appends what has arrived, at most as much as asked for`() throws {
    let (reading, writing) = try makePipe()
    write("abcdef", to: writing)
    var bytes = Array(">".utf8)
    #expect(reading.read(upTo: 4, appendingTo: &bytes) == 4)
    #expect(reading.read(upTo: 4, appendingTo: &bytes) == 2)
    close(writing)
    #expect(reading.read(upTo: 4, appendingTo: &bytes) == 0)
    #expect(bytes == Array(">abcdef".utf8))
  }

  @Test func `a read goes on until it has enough`() throws {
    let (reading, writing) = try makePipe()
    write("one\ntwo", to: writing)
    #expect(reading.read { $0.contains(UInt8(ascii: "\n")) } == Array("one\ntwo".utf8))
    write("three", to: writing)
    close(writing)
    #expect(reading.read() == Array("three".utf8))
  }

  @Test(arguments: [("one\ntwo\n", "one"), ("one", "one"), ("\n", ""), ("", "")])
  func `the first line comes without its end`(output: String, line: String) throws {
    let (reading, writing) = try makePipe()
    write(output, to: writing)
    close(writing)
    #expect(reading.readLine() == line)
  }

  @Test func `a pipe is at its end once the writer has closed it and everything was read`() throws {
    let (reading, writing) = try makePipe()
    #expect(!reading.isAtEnd)
    write("a", to: writing)
    #expect(!reading.isAtEnd)
    close(writing)
    #expect(!reading.isAtEnd)
    #expect(reading.read() == [UInt8(ascii: "a")])
    #expect(reading.isAtEnd)
  }
}

struct EnvironmentTests {
  @Test func `only variables that are set have values`() {
    let values = Environment.values(["PATH", "NO_SUCH_VARIABLE_HERE"])
    #expect(values.keys.sorted() == ["PATH"])
    #expect(values["PATH"] == String(cString: getenv("PATH")))
  }

  @Test func `a program is found on the PATH by its name`() throws {
    let path = try #require(Environment.path(ofProgram: "sh"))
    #expect(path.hasPrefix("/") && path.hasSuffix("/sh"))
    #expect(FileSystem.isExecutable(path))
    #expect(Environment.path(ofProgram: "no-such-program-here") == nil)
  }
}
