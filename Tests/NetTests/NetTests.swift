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

  @Test func `work from many threads runs on the loop, all of it, and in order for each thread`() throws {
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

  @Test func `a thread that collects its wake-ups wakes a loop for all of its work at once, and afterwards`() throws {
    // The turns in which work ran, each with how much.
    let runs = Mutex<[Int]>([])
    let loop = try EventLoop<Counter>(name: "test") { reactor, _ in
      let counter = Counter()
      reactor.onTurnEnd = {
        if counter.value > 0 { runs.withLock { $0.append(counter.value) } }
        counter.value = 0
      }
      return counter
    }
    Thread(name: "sender") {
      CollectedWakes.during {
        for _ in 0..<100 {
          CollectedWakes.during { loop.mailbox.execute { $0.value += 1 } }
          usleep(100)
        }
        #expect(runs.withLock { $0.isEmpty })
      }
      while runs.withLock({ $0.isEmpty }) { usleep(100) }
      loop.mailbox.execute { $0.value += 1 }
    }.join()
    loop.stop()
    #expect(runs.withLock { $0 } == [100, 1])
  }

  struct Refused: Error, Equatable {}

  @Test func `a loop whose owner can't be made throws the error`() {
    #expect(throws: Refused()) { try EventLoop<Counter>(name: "test") { _, _ in throw Refused() } }
  }

  @Test func `timers fire periodically`() throws {
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
  @Test func `a port that is in use is an error that says what to do`() throws {
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

  @Test func `an address of another machine is refused by name`() {
    #expect(throws: NetError.unknownHost("not-a-host")) { try ListeningSocket(host: "not-a-host", port: 0) }
  }
}

struct OutgoingFileTests {
  private let path = "/tmp/telltale-open-file-\(getpid())-\(UInt64.random(in: 0 ... .max))"

  private func write(_ text: String) {
    guard let file = fopen(path, "w") else { return }
    fputs(text, file)
    fclose(file)
  }

  /// Sends through a pair of sockets.
  /// - Returns: what arrives at the other.
  private func sent(_ send: (_ socket: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> OutgoingFile.Sent) -> (
    OutgoingFile.Sent, String
  ) {
    var pair: [Int32] = [0, 0]
    #if canImport(Glibc)
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
    #else
      socketpair(AF_UNIX, SOCK_STREAM, 0, &pair)
    #endif
    defer { pair.forEach { _ = close($0) } }
    var buffer = [UInt8](repeating: 0, count: 4)
    let result = buffer.withUnsafeMutableBytes { send(pair[0], $0) }
    shutdown(pair[0], Int32(SHUT_WR))
    var received = [UInt8](repeating: 0, count: 64)
    received.removeLast(received.count - max(0, recv(pair[1], &received, received.count, 0)))
    return (result, String(decoding: received, as: UTF8.self))
  }

  @Test func `bytes are sent from any offset, and behind the end there are none`() throws {
    write("0123456789")
    defer { unlink(path) }
    let file = try OutgoingFile(path: path)
    #expect(file.size == 10)
    #expect(sent { file.send(from: 3, count: 5, to: $0, buffer: $1) } == (.bytes(5), "34567"))
    #expect(sent { file.send(from: 10, count: 5, to: $0, buffer: $1) } == (.endOfFile, ""))
  }

  @Test func `a copy is sent as far as the buffer reaches`() throws {
    write("0123456789")
    defer { unlink(path) }
    let file = try OutgoingFile(path: path)
    #expect(sent { file.sendCopy(from: 3, count: 5, to: $0, buffer: $1) } == (.bytes(4), "3456"))
    #expect(sent { file.sendCopy(from: 3, count: 2, to: $0, buffer: $1) } == (.bytes(2), "34"))
    #expect(sent { file.sendCopy(from: 10, count: 5, to: $0, buffer: $1) } == (.endOfFile, ""))
  }

  @Test func `a missing file, a folder and a pipe are refused with the reason`() throws {
    #expect(throws: NetError.cannotOpen(path: path, reason: "No such file or directory")) {
      try OutgoingFile(path: path)
    }
    #expect(throws: NetError.cannotOpen(path: "/tmp", reason: "not a regular file")) { try OutgoingFile(path: "/tmp") }
    mkfifo(path, 0o600)
    defer { unlink(path) }
    #expect(throws: NetError.cannotOpen(path: path, reason: "not a regular file")) { try OutgoingFile(path: path) }
  }
}

struct GuardedTests {
  @Test func `a thread waits until another has made its condition true`() {
    let count = Guarded(0)
    let thread = Thread(name: "counter") { for _ in 0..<10 { count.withLock { $0 += 1 } } }
    #expect(count.wait { $0 == 10 ? "ten" : nil } == "ten")
    thread.join()
  }
}
