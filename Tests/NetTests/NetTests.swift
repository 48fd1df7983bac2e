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
