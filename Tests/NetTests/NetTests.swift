import Net
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct EventLoopTests {
  final class Counter { var value = 0 }

  @Test func `work left by many threads runs on the loop, all of it, and its order is kept for each`() throws {
    let loop = try EventLoop<Counter>(name: "test") { _, _ in Counter() }
    let seen = Mutex<[Int: [Int]]>([:])
    let threads = (0..<4).map { thread in
      Thread(name: "sender") {
        for index in 0..<1000 {
          loop.mailbox.execute { counter in
            counter.value += 1  // no lock: the loop is one thread
            seen.withLock { $0[thread, default: []].append(index) }
          }
        }
      }
    }
    threads.forEach { $0.join() }
    let total = Mutex(0)
    loop.mailbox.execute { counter in total.withLock { $0 = counter.value } }
    loop.stop()
    #expect(total.withLock { $0 } == 4000)
    #expect(seen.withLock { $0.values.allSatisfy { $0 == Array(0..<1000) } })
  }

  struct Refused: Error, Equatable {}

  @Test func `a loop whose owner can't be made throws why`() {
    #expect(throws: Refused()) { try EventLoop<Counter>(name: "test") { _, _ in throw Refused() } }
  }

  @Test func `timers fire again and again`() throws {
    let fired = Mutex(0)
    let loop = try EventLoop<Reactor>(name: "test") { reactor, _ in
      reactor.every(1) { fired.withLock { $0 += 1 } }
      return reactor
    }
    while fired.withLock({ $0 }) < 5 { usleep(1000) }
    loop.stop()
  }
}

struct ListeningSocketTests {
  @Test func `a port that is taken says so and what to do`() throws {
    let first = try ListeningSocket(host: "127.0.0.1", port: 0)
    defer { close(first.descriptor) }
    #expect(first.port > 0)
    #expect(throws: NetError.addressInUse(port: first.port)) {
      try ListeningSocket(host: "127.0.0.1", port: first.port)
    }
    #expect(
      NetError.addressInUse(port: 8000).description
        == "Port 8000 is already in use. Stop the other process, or pass --port <n>.")
  }

  @Test func `an address that is not ours is refused by name`() {
    #expect(throws: NetError.unknownHost("not-a-host")) { try ListeningSocket(host: "not-a-host", port: 0) }
  }
}

struct ChildProcessTests {
  private func output(_ child: ChildProcess) -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var all: [UInt8] = []
    while true {
      let count = buffer.withUnsafeMutableBytes { ChildProcess.read(child.standardOutput, into: $0) }
      if count == 0 { return String(decoding: all, as: UTF8.self) }
      all += buffer[..<count]
    }
  }

  @Test func `a program gets its arguments verbatim, only the environment given, and no descriptor of ours`() throws {
    let path = String(cString: getenv("PATH"))
    let child = try ChildProcess(
      ["sh", "-c", "printf '%s|%s|' \"$1\" \"$SECRET\"; ls /proc/self/fd 2>/dev/null | wc -l", "sh", "a; b $(c)"],
      environment: ["PATH": path])
    #expect(output(child).hasPrefix("a; b $(c)||"))
    #expect(child.waitForEnd() == .exited(code: 0))
  }

  @Test func `its exit code or the signal that ended it is told`() throws {
    let failing = try ChildProcess(["sh", "-c", "exit 7"], environment: ["PATH": "/usr/bin:/bin"])
    #expect(failing.waitForEnd() == .exited(code: 7))
    let killed = try ChildProcess(["sleep", "60"], environment: ["PATH": "/usr/bin:/bin"])
    killed.signalGroup(SIGKILL)
    #expect(killed.waitForEnd() == .signalled(SIGKILL))
  }

  @Test func `a program that is not there is an error with its name`() {
    #expect(throws: NetError.self) { try ChildProcess(["no-such-program-here"], environment: [:]) }
  }

  @Test func `children of the child are in its group and go with it`() throws {
    let child = try ChildProcess(["sh", "-c", "sleep 60 & echo ready; wait"], environment: ["PATH": "/usr/bin:/bin"])
    var buffer = [UInt8](repeating: 0, count: 64)
    _ = buffer.withUnsafeMutableBytes { ChildProcess.read(child.standardOutput, into: $0) }
    child.signalGroup(SIGKILL)
    // The grandchild holds the pipe: its end is seen only when it is gone too.
    #expect(output(child).isEmpty)
    #expect(child.waitForEnd() == .signalled(SIGKILL))
  }
}
