import Server
import Synchronization
import TestSupport
import Testing

/// The course of a producer.
private final class ProducerRecord: Sendable {
  private struct State {
    var startCount = 0
    var pieceCount = 0
    var end: String?
  }

  private let state = Mutex(State())

  var startCount: Int { state.withLock { $0.startCount } }
  var pieceCount: Int { state.withLock { $0.pieceCount } }
  /// How the producer ended; nil while it runs.
  var end: String? { state.withLock { $0.end } }

  /// Runs a producer and records its course.
  func run(_ produce: (@escaping () -> Void) async throws -> Void) async throws {
    state.withLock { $0.startCount += 1 }
    do {
      try await produce { self.state.withLock { $0.pieceCount += 1 } }
      state.withLock { $0.end = "returned" }
    } catch {
      state.withLock { $0.end = error is CancellationError ? "cancelled" : "failed" }
      throw error
    }
  }
}

struct StreamBodyTests {
  private let record = ProducerRecord()
  private let clock = ManualClock()

  private static let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)

  /// A server with streams of several kinds.
  private func server() throws -> EchoServer {
    func route(_ path: String, _ produce: @escaping @Sendable (BodyWriter) async throws -> Void) -> Route {
      Route(
        .get, path, role: .viewer,
        .immediate { _ in Response(contentType: "text/plain", body: .stream(StreamBody(produce))) })
    }
    return try EchoServer(
      threads: 1, clock: clock.loopClock,
      routes: [
        route("/pieces") { [record] writer in
          try await record.run { count in
            for piece in ["one", "", "two", String(repeating: "3", count: 20)] {
              try await writer.write(Array(piece.utf8))
              count()
            }
          }
        },
        route("/nothing-written") { _ in },
        route("/endless") { [record] writer in
          try await record.run { count in
            while true {
              try await writer.write(Self.piece)
              count()
            }
          }
        },
        route("/failing-midway") { writer in
          try await writer.write(Array("half".utf8))
          throw EchoServer.Failure()
        },
        route("/silent") { [record] writer in
          try await record.run { count in
            try await writer.write(Array("first".utf8))
            count()
            try await Task.sleep(for: .seconds(3_600))
          }
        },
      ])
  }

  /// Waits until the loop has handled everything that was sent so far.
  private func settle(_ server: EchoServer) throws {
    let client = try ProbeClient(port: server.port)
    #expect(try client.request("GET", "/", headers: ["Connection": "close"]).status == 200)
  }

  private func text(_ client: ProbeClient, through end: String) throws -> String {
    String(decoding: try client.read(through: Array(end.utf8)), as: UTF8.self)
  }

  private let chunks = "3\r\none\r\n3\r\ntwo\r\n14\r\n33333333333333333333\r\n0\r\n\r\n"

  @Test func `a stream is chunked, and the connection stays open for the next request`() throws {
    let server = try server()
    let client = try ProbeClient(port: server.port)
    for _ in 0..<2 {
      let head = try client.request("GET", "/pieces")
      #expect(head.fields["transfer-encoding"] == "chunked")
      #expect(head.fields["content-length"] == nil)
      #expect(try text(client, through: "0\r\n\r\n") == chunks)
    }
    #expect(try client.request("GET", "/").text == "home")
    #expect(record.end == "returned")
  }

  @Test func `a stream without a piece is an empty body`() throws {
    let server = try server()
    let client = try ProbeClient(port: server.port)
    _ = try client.request("GET", "/nothing-written")
    #expect(try text(client, through: "\r\n\r\n") == "0\r\n\r\n")
    try client.send("GET /nothing-written HTTP/1.0\r\n\r\n")
    _ = try client.answer()
    #expect(try client.readToEnd().isEmpty)
  }

  @Test func `with HTTP/1.0 a stream ends with the connection`() throws {
    let server = try server()
    let client = try ProbeClient(port: server.port)
    try client.send("GET /pieces HTTP/1.0\r\n\r\n")
    let head = try client.answer()
    #expect(head.fields["transfer-encoding"] == nil)
    #expect(head.fields["connection"] == "close")
    #expect(String(decoding: try client.readToEnd(), as: UTF8.self) == "onetwo33333333333333333333")
  }

  @Test func `HEAD starts no producer`() throws {
    let server = try server()
    let client = try ProbeClient(port: server.port)
    #expect(try client.request("HEAD", "/pieces").fields["transfer-encoding"] == "chunked")
    #expect(try client.request("GET", "/").text == "home")
    #expect(record.startCount == 0)
  }

  @Test func `requests that are pipelined behind a stream are answered behind it`() throws {
    let server = try server()
    let client = try ProbeClient(port: server.port)
    try client.send(["/pieces", "/items/1", "/pieces"].map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
    client.closeSendingHalf()
    for path in ["/pieces", "/items/1", "/pieces"] {
      let answer = try client.answer()
      if path == "/pieces" {
        #expect(try text(client, through: "0\r\n\r\n") == chunks)
      } else {
        #expect(answer.text == "item 1")
      }
    }
    #expect(try client.readToEnd().isEmpty)
  }

  @Test func `a producer waits for a client that does not read`() throws {
    let server = try server()
    let client = try ProbeClient(port: server.port)
    _ = try client.request("GET", "/endless")
    #expect(eventually { record.pieceCount > 0 })
    for _ in 0..<20 { try settle(server) }
    // The kernel's buffers of both ends hold less than this.
    let count = record.pieceCount
    #expect(count <= largeBodyBytes >> 20)
    _ = try client.skip(count: largeBodyBytes)
    #expect(eventually { record.pieceCount > count })
  }

  @Test func `a client that reads nothing of a stream for 10 s is disconnected, and its producer cancelled`() throws {
    let server = try server()
    let client = try ProbeClient(port: server.port)
    _ = try client.request("GET", "/endless")
    for _ in 0..<20 { try settle(server) }
    // Second by second: if the kernel makes room for more, the client has as long again.
    var seconds = 0
    while record.end == nil, seconds < 60 {
      seconds += 1
      clock.advance(seconds: 1)
      try settle(server)
    }
    #expect(seconds >= 10)
    #expect(eventually { record.end == "cancelled" })
    #expect(eventually { server.server.connectionCount == 0 })
  }

  @Test func `a producer that is silent for long keeps its connection`() throws {
    let server = try server()
    let client = try ProbeClient(port: server.port)
    _ = try client.request("GET", "/silent")
    #expect(try text(client, through: "first") == "5\r\nfirst")
    for _ in 0..<5 {
      clock.advance(seconds: 100)
      try settle(server)
    }
    #expect(eventually { server.server.connectionCount == 1 })
    #expect(record.end == nil)
  }

  @Test(arguments: ["/endless", "/silent"])
  func `a client that disconnects cancels the producer`(path: String) throws {
    let server = try server()
    do {
      let client = try ProbeClient(port: server.port)
      _ = try client.request("GET", path)
      #expect(eventually { record.pieceCount > 0 })
      client.resetWhenClosed()
    }
    #expect(eventually { record.end == "cancelled" })
    #expect(server.answers.failedBodies.withLock { $0.isEmpty })
  }

  @Test func `a server that stops cancels the producers that are left`() throws {
    let server = try server()
    let client = try ProbeClient(port: server.port)
    _ = try client.request("GET", "/silent")
    #expect(eventually { record.pieceCount > 0 })
    server.stop(spread: 0, patience: 100)
    #expect(eventually { record.end == "cancelled" })
  }

  @Test func `a producer that throws midway ends the connection without the last chunk`() throws {
    let server = try server()
    let client = try ProbeClient(port: server.port)
    _ = try client.request("GET", "/failing-midway")
    #expect(String(decoding: try client.readToEnd(), as: UTF8.self) == "4\r\nhalf\r\n")
    #expect(server.answers.failedBodies.withLock { $0 } == ["Failure()"])
  }

  @Test func `a producer that throws midway resets an HTTP/1.0 connection, whose end would mean the body's`() throws {
    let server = try server()
    let client = try ProbeClient(port: server.port)
    try client.send("GET /failing-midway HTTP/1.0\r\n\r\n")
    #expect(throws: ProbeClient.Failure.self) {
      _ = try client.readToEnd()
    }
  }
}
