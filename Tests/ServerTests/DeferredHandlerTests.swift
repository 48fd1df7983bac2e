import Dispatch
import Server
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The threads of deferred handlers.
@Suite(.serialized) struct DeferredHandlerTests {
  @Test func `a deferred handler runs off the loop, also after it has awaited`() throws {
    let server = try EchoServer(threads: 1)
    let names = try ProbeClient(port: server.port).request("GET", "/thread").text.split(separator: " ")
    #expect(!names.isEmpty)
    #expect(names.allSatisfy { !$0.hasPrefix("loop") }, "\(names)")
  }

  @Test func `a handler that starts on the loop answers at once or later, or leaves the request to another`() throws {
    let server = try EchoServer(threads: 1)
    let client = try ProbeClient(port: server.port)
    for text in ["later", "at once"] {
      #expect(try client.request("POST", "/started", body: Array(text.utf8)).text.hasPrefix("\(text) on loop"))
    }
    let left = try client.request("POST", "/started", body: Array("left".utf8)).text
    #expect(left.hasPrefix("left on ") && !left.hasPrefix("left on loop"))
    let refused = try client.request("POST", "/started", body: Array("refused".utf8))
    #expect(refused.status == 409)
    // Conditions are checked off the loop.
    let checked = try client.request("POST", "/started", headers: ["If-None-Match": "\"x\""], body: Array("later".utf8))
      .text
    #expect(checked.hasPrefix("later on ") && !checked.hasPrefix("later on loop"))
    #expect(try client.request("POST", "/started", body: Array("later".utf8)).status == 200)
  }

  @Test func `handlers that block hold up neither the loop, nor other handlers, nor the cooperative pool`() throws {
    let server = try EchoServer(threads: 1)
    defer { server.gate.open() }
    // More than the cooperative pool has threads.
    let count = activeProcessorCount + 2
    let blocked = try (0..<count).map { _ in try ProbeClient(port: server.port) }
    for client in blocked { try client.send("GET /blocked HTTP/1.1\r\nHost: x\r\n\r\n") }
    #expect(eventually(seconds: 20) { server.gate.blockedCount == count })
    let other = try ProbeClient(port: server.port)
    #expect(try other.request("GET", "/").text == "home")
    #expect(try other.request("GET", "/deferred?n=1").text == "deferred 1")
    let hasRun = Mutex(false)
    Task.detached { hasRun.withLock { $0 = true } }
    // Other suites may keep the pool busy for a while.
    #expect(eventually(seconds: 60) { hasRun.withLock { $0 } })
    server.gate.open()
    for client in blocked { #expect(try client.answer().text == "released") }
  }

  #if canImport(Glibc)
    @Test func `1,000 handlers that await hold no threads`() throws {
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 4_096))
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      let server = try EchoServer(threads: 1)
      defer { server.gate.open() }
      let before = threadCount()
      let clients = try (0..<1_000).map { _ in try ProbeClient(port: server.port) }
      for client in clients { try client.send("GET /suspended HTTP/1.1\r\nHost: x\r\n\r\n") }
      #expect(eventually(seconds: 20) { server.gate.suspendedCount == 1_000 })
      // Other suites run beside this one and have threads of their own.
      #expect(threadCount() < before + 100)
      server.gate.open()
      for client in clients { #expect(try client.answer().text == "resumed") }
    }

    private func threadCount() -> Int {
      guard let tasks = opendir("/proc/self/task") else { return 0 }
      defer { closedir(tasks) }
      var count = -2  // . and ..
      while readdir(tasks) != nil { count += 1 }
      return count
    }
  #endif

  private var activeProcessorCount: Int { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
