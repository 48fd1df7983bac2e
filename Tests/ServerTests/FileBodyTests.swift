import Net
import Server
import Synchronization
import TestSupport
import Testing
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct FileBodyTests {
  private let folder = TemporaryFolder()
  private let clock = ManualClock()

  /// A file of several turns.
  private static let bytes = Array(largeBytes[..<(2 << 20)])

  /// Repeats at no power of two, so that a piece sent twice or left out shows.
  private static let largeBytes = {
    var bytes = (0..<65_521).map { UInt8(truncatingIfNeeded: $0 * 31 >> 3) }
    while bytes.count < largeBodyBytes { bytes += bytes }
    return Array(bytes[..<largeBodyBytes])
  }()

  /// A server with a file behind `/file`.
  private func server(_ bytes: [UInt8], limits: ServerLimits = ServerLimits()) throws -> EchoServer {
    let path = folder.write(bytes, to: "file")
    return try EchoServer(
      limits: limits, threads: 1, clock: clock.loopClock,
      routes: [
        Route(
          .get, "/file", role: .viewer,
          .deferred { _ in Response(contentType: "text/plain", body: .file(try FileBody(path: path))) })
      ])
  }

  /// Waits until the loop has handled everything that was sent so far.
  private func settle(_ server: EchoServer) throws {
    let client = try ProbeClient(port: server.port)
    #expect(try client.request("GET", "/", headers: ["Connection": "close"]).status == 200)
  }

  private func pass(seconds: Int, _ server: EchoServer) throws {
    clock.advance(seconds: seconds)
    try settle(server)
  }

  #if canImport(Glibc)
    /// How many descriptors of this process are open on the file.
    private var openCount: Int {
      let path = "\(folder.path)/file"
      var target = [CChar](repeating: 0, count: 512)
      return (0..<4096).count { descriptor in
        let count = readlink("/proc/self/fd/\(descriptor)", &target, target.count)
        return count == path.utf8.count
          && target[..<count].elementsEqual(path.utf8.map { CChar(bitPattern: $0) })
      }
    }
  #endif

  @Test func `a file arrives completely, and the connection stays open for the next request`() throws {
    let server = try server(Self.bytes)
    let client = try ProbeClient(port: server.port)
    for _ in 0..<2 {
      let answer = try client.request("GET", "/file")
      #expect(answer.fields["content-length"] == "\(Self.bytes.count)")
      #expect(answer.body == Self.bytes)
    }
    #expect(try client.request("GET", "/").text == "home")
    #if canImport(Glibc)
      #expect(eventually { openCount == 0 })
    #endif
  }

  @Test func `an empty file is an empty body`() throws {
    let server = try server([])
    let client = try ProbeClient(port: server.port)
    let answer = try client.request("GET", "/file")
    #expect(answer.status == 200)
    #expect(answer.fields["content-length"] == "0")
    #expect(try client.request("GET", "/").text == "home")
  }

  @Test func `HEAD has the length of the file and no body`() throws {
    let server = try server(Array("0123456789".utf8))
    let client = try ProbeClient(port: server.port)
    #expect(try client.request("HEAD", "/file").fields["content-length"] == "10")
    #expect(try client.request("GET", "/").text == "home")
  }

  @Test(arguments: [
    ("bytes=2-5", 206, "2345", "bytes 2-5/10"), ("bytes=-3", 206, "789", "bytes 7-9/10"),
    ("bytes=8-", 206, "89", "bytes 8-9/10"),
    ("bytes=10-", 416, "The range begins behind the end: there are 10 bytes. Request less.", "bytes */10"),
  ])
  func `a range is sent from the middle of the file`(range: String, status: Int, text: String, field: String) throws {
    let server = try server(Array("0123456789".utf8))
    let client = try ProbeClient(port: server.port)
    let answer = try client.request("GET", "/file", headers: ["Range": range])
    #expect(answer.status == status)
    #expect(answer.text == text)
    #expect(answer.fields["content-range"] == field)
    #expect(answer.fields["content-length"] == "\(text.utf8.count)")
  }

  @Test func `requests that are pipelined behind a file are answered behind it`() throws {
    let server = try server(Self.bytes)
    let client = try ProbeClient(port: server.port)
    let paths = ["/file", "/items/1", "/file", "/deferred?n=2"]
    try client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
    client.closeSendingHalf()
    #expect(try client.answer().body == Self.bytes)
    #expect(try client.answer().text == "item 1")
    #expect(try client.answer().body == Self.bytes)
    #expect(try client.answer().text == "deferred 2")
    #expect(try client.readToEnd().isEmpty)
  }

  @Test(arguments: ["HTTP/1.1\r\nConnection: close", "HTTP/1.0"])
  func `a connection that is not kept ends behind the file`(version: String) throws {
    let server = try server(Self.bytes)
    let client = try ProbeClient(port: server.port)
    try client.send("GET /file \(version)\r\nHost: x\r\n\r\n")
    let answer = try client.answer()
    #expect(answer.fields["connection"] == "close")
    #expect(answer.body == Self.bytes)
    #expect(try client.readToEnd().isEmpty)
  }

  @Test func `a file that shrinks while it is sent ends the connection`() throws {
    let server = try server(Self.largeBytes)
    do {
      let client = try ProbeClient(port: server.port)
      try client.send("GET /file HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = try client.read(through: Array("\r\n\r\n".utf8))
      for _ in 0..<5 { try settle(server) }
      #expect(truncate("\(folder.path)/file", 1) == 0)
      #expect(try client.readToEnd().count < largeBodyBytes)
    }
    #expect(eventually { server.server.connectionCount == 0 })
  }

  @Test func `a client that reads nothing of a file for 10 s is disconnected, and the file is closed`() throws {
    let server = try server(Self.largeBytes)
    let stalled = try ProbeClient(port: server.port)
    try stalled.send("GET /file HTTP/1.1\r\nHost: x\r\n\r\n")
    _ = try stalled.read(through: Array("\r\n\r\n".utf8))
    for _ in 0..<5 { try pass(seconds: 0, server) }
    #if canImport(Glibc)
      #expect(openCount == 1)
    #endif
    try pass(seconds: 9, server)
    #expect(eventually { server.server.connectionCount == 1 })
    // On a busy machine the kernel's buffer may have become full only now.
    for _ in 0..<10 { try pass(seconds: 1, server) }
    #expect(eventually { server.server.connectionCount == 0 })
    #if canImport(Glibc)
      #expect(eventually { openCount == 0 })
    #endif
  }

  @Test func `a file that is read slowly arrives completely, however long that takes`() throws {
    let server = try server(Self.largeBytes)
    let slow = try ProbeClient(port: server.port)
    try slow.send("GET /file HTTP/1.1\r\nHost: x\r\n\r\n")
    _ = try slow.read(through: Array("\r\n\r\n".utf8))
    var received = 0
    for _ in 0..<12 {
      received += try slow.skip(count: largeBodyBytes / 24)
      try settle(server)
      try pass(seconds: 9, server)
    }
    received += try slow.skip(count: largeBodyBytes - received)
    #expect(received == largeBodyBytes)
    #expect(try slow.request("GET", "/").status == 200)
  }

  @Test func `a client that resets the connection in the middle of a file closes the file`() throws {
    let server = try server(Self.largeBytes)
    do {
      let client = try ProbeClient(port: server.port)
      try client.send("GET /file HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = try client.read(through: Array("\r\n\r\n".utf8))
      client.resetWhenClosed()
    }
    #expect(eventually { server.server.connectionCount == 0 })
    #if canImport(Glibc)
      #expect(eventually { openCount == 0 })
    #endif
  }

  @Test func `other connections have their turn while a large file is sent`() throws {
    var limits = ServerLimits()
    // A turn for each byte: another client is answered long before the last.
    limits.fileBytesPerTurn = 1
    let bytes = [UInt8](repeating: 7, count: 30_000)
    let server = try server(bytes, limits: limits)
    let received = Mutex<[UInt8]?>(nil)
    let port = server.port
    let download = Thread(name: "download") {
      let answer = try? ProbeClient(port: port).request("GET", "/file")
      received.withLock { $0 = answer?.body }
    }
    #expect(eventually { server.answers.statuses.withLock { $0 } == [200] })
    #expect(try ProbeClient(port: server.port).request("GET", "/").text == "home")
    #expect(received.withLock { $0 } == nil)
    download.join()
    #expect(received.withLock { $0 } == bytes)
  }

  @Test func `a file that can't be opened is an error before the head is sent`() throws {
    let server = try server([])
    #expect(unlink("\(folder.path)/file") == 0)
    #expect(try ProbeClient(port: server.port).request("GET", "/file").status == 500)
  }
}
