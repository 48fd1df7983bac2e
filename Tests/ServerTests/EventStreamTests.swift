import Server
import TestSupport
import Testing
import Wire

/// How the body of an event stream is framed, and what becomes of one that is requested while the server stops.
struct EventStreamTests {
  private let hello = "event: hello\ndata: world\n\n"

  @Test func `with HTTP 1.1 each event is a chunk`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    let answer = try client.request("GET", "/stream", headers: ["Accept": "text/event-stream"])
    #expect(answer.fields["transfer-encoding"] == "chunked" && answer.fields["content-length"] == nil)
    let chunk = try client.read(through: Array("\n\n\r\n".utf8))
    #expect(String(decoding: chunk, as: UTF8.self) == "1a\r\n\(hello)\r\n")
  }

  @Test func `with HTTP 1.0 the events are the body, which ends with the connection`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.send("GET /stream HTTP/1.0\r\nAccept: text/event-stream\r\n\r\n")
    let answer = try client.answer()
    #expect(answer.status == 200 && answer.fields["transfer-encoding"] == nil)
    #expect(answer.fields["connection"] == "close")
    #expect(try client.nextServerSentEvent() == hello)
    let stopper = Stopper(server)
    let rest = String(decoding: try client.readToEnd(), as: UTF8.self).replacing(": tick\n\n", with: "")
    #expect(rest.hasPrefix("retry: ") && rest.hasSuffix("\n\n") && !rest.contains("\r"), "\(rest)")
    stopper.wait()
  }

  @Test func `a stream that the server ends has a last chunk, behind the time to come back`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.openEvents("/stream")
    #expect(try client.nextServerSentEvent() == hello)
    let stopper = Stopper(server)
    try expectRetry(String(decoding: client.readToEnd(), as: UTF8.self))
    #expect(client.hasReadLastChunk)
    stopper.wait()
  }

  @Test func `HEAD has the fields of a stream, and opens none`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    let answer = try client.request("HEAD", "/stream", headers: ["Accept": "text/event-stream"])
    #expect(answer.status == 200 && answer.fields["content-type"] == "text/event-stream; charset=utf-8")
    #expect(answer.fields["content-length"] == nil)
    #expect(try client.request("GET", "/").text == "home")
    #expect(try client.request("HEAD", "/stream").status == 426)
  }

  @Test func `a stream that is requested while the server stops tells the client to come back`() throws {
    let server = try EchoServer(threads: 1)
    // In flight, so that the server waits.
    let waiting = try ProbeClient(port: server.port)
    try waiting.send("GET /suspended HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(eventually { server.gate.suspendedCount == 1 })
    let stopper = Stopper(server)
    #expect(try eventually { try ProbeClient(port: server.port).request("GET", "/").status == 503 })

    let events = try ProbeClient(port: server.port)
    let answer = try events.openEvents("/stream")
    #expect(answer.status == 200 && answer.fields["content-type"] == "text/event-stream; charset=utf-8")
    try expectRetry(String(decoding: events.readToEnd(), as: UTF8.self))
    #expect(events.hasReadLastChunk)

    let socket = try ProbeClient(port: server.port)
    try socket.upgrade("/stream")
    #expect(
      try socket.nextEvent()
        == .close(.serviceRestart, reason: "The server is shutting down. Try again in a few seconds."))
    #expect(try socket.readToEnd().isEmpty)

    server.gate.open()
    #expect(try waiting.answer().text == "resumed")
    stopper.wait()
  }

  /// Expects nothing but comments and a time between 1 and 3 s.
  private func expectRetry(_ text: String) throws {
    var parser = SSEParser()
    #expect(try parser.parse(Array(text.utf8)).isEmpty, "\(text)")
    #expect((1_000...3_000).contains(parser.retryMilliseconds ?? 0), "\(text)")
  }
}
