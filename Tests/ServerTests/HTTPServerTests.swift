import Server
import TestSupport
import Testing
import Wire

struct HTTPServerTests {
  @Test func `a request is answered, and the connection stays open for the next one`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    for _ in 0..<3 {
      let answer = try client.request("GET", "/")
      #expect(answer.status == 200)
      #expect(answer.text == "home")
      #expect(answer.fields["content-length"] == "4")
      #expect(answer.fields["x-test"] == "yes")
      #expect(answer.fields["date"]?.hasSuffix("GMT") == true)
    }
  }

  @Test func `100 pipelined requests get 100 answers in order, even if some handlers are deferred`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    var all = ""
    for index in 0..<100 {
      let path = ["/deferred?n=\(index)", "/items/\(index)", "/awaited?n=\(index)"][index % 3]
      all += "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n"
    }
    try client.send(all)
    for index in 0..<100 {
      #expect(try client.answer().text == ["deferred \(index)", "item \(index)", "awaited \(index)"][index % 3])
    }
  }

  @Test func `a deferred handler that throws is answered with an error, and the connection stays open`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    #expect(try client.request("GET", "/awaited").status == 500)
    #expect(try client.request("GET", "/awaited?n=1").text == "awaited 1")
  }

  @Test func `a request that arrives byte by byte is answered like any other`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    for byte in "POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello".utf8 { try client.send([byte]) }
    #expect(try client.answer().text == "5")
  }

  @Test func `a chunked body is assembled`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.send(
      "POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")
    #expect(try client.answer().text == "7")
  }

  @Test func `HEAD has the headers of GET and no body`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    let answer = try client.request("HEAD", "/")
    #expect(answer.status == 200)
    #expect(answer.fields["content-length"] == "4")
    #expect(try client.request("GET", "/").text == "home")
  }

  @Test func `an unknown path is 404, a wrong method 405 with Allow, and the connection stays open`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    #expect(try client.request("GET", "/nothing").status == 404)
    let wrong = try client.request("DELETE", "/items/1")
    #expect(wrong.status == 405)
    #expect(wrong.fields["allow"] == "GET, HEAD, OPTIONS")
    #expect(try client.request("OPTIONS", "/items/1").status == 204)
    #expect(try client.request("GET", "/").status == 200)
  }

  @Test func `a body over the limit is refused on its declared length, before a byte of it is sent`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n")
    let answer = try client.answer()
    #expect(answer.status == 413)
    #expect(answer.fields["connection"] == "close")
    #expect(try client.readToEnd().isEmpty)
  }

  @Test func `a chunked body over the limit is refused at the limit`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    let chunk = "200\r\n" + String(repeating: "x", count: 512) + "\r\n"
    try client.send("POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk)
    #expect(try client.answer().status == 413)
  }

  @Test func `a malformed request is 400, and requests pipelined behind it are not answered`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.send("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try client.answer().status == 400)
    #expect(try client.readToEnd().isEmpty)
  }

  @Test func `a client that expects 100 Continue gets it, or the refusal instead`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    #expect(try client.answer().status == 100)
    try client.send("ok")
    #expect(try client.answer().text == "2")
    try client.send("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    #expect(try client.answer().status == 404)
  }

  @Test func `a handler that throws is answered with 500, and the connection stays open`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    #expect(try client.request("GET", "/failing").status == 500)
    #expect(try client.request("GET", "/").status == 200)
  }

  @Test func `a client that closes its sending half still gets its answer`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.send("GET /deferred?n=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(String(decoding: try client.readToEnd(), as: UTF8.self).hasSuffix("deferred 1"))
  }

  @Test func `an upload reaches its sink completely`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    let body = [UInt8](repeating: 7, count: 3 << 20)
    let answer = try client.request("PUT", "/uploads/a", body: body)
    #expect(answer.status == 201)
    #expect(answer.text == "\(body.count)")
  }

  @Test func `an upload whose client disconnects is abandoned, not finished`() throws {
    let server = try EchoServer()
    do {
      let client = try ProbeClient(port: server.port)
      try client.send("PUT /uploads/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
    }
    #expect(eventually { server.uploads.state.withLock { $0.abandoned } == 1 })
    #expect(server.uploads.state.withLock { $0.finished } == 0)
  }

  @Test
  func `an upload ends at the first piece that can't be written, with an error and without being finished`() throws {
    let server = try EchoServer(threads: 1)
    let client = try ProbeClient(port: server.port)
    /// Waits until the loop has handled everything that was sent so far.
    func settle() throws {
      #expect(try ProbeClient(port: server.port).request("GET", "/", headers: ["Connection": "close"]).status == 200)
    }
    try client.send("PUT /uploads/failing HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\none")
    try settle()
    try client.send("twothr")
    try settle()
    // The end of the body is queued behind the piece that fails now.
    server.uploads.mayFail.signal()
    let answer = try client.answer()
    #expect(answer.status == 500)
    #expect(answer.fields["connection"] == "close")
    #expect(try client.readToEnd().isEmpty)
    #expect(server.uploads.state.withLock { $0 == (bytes: 0, finished: 0, abandoned: 1) })
  }

  @Test func `connections over the limit are closed, and there is room again when one ends`() throws {
    var limits = ServerLimits()
    limits.maxConnections = 2
    let server = try EchoServer(limits: limits)
    let first = try ProbeClient(port: server.port)
    #expect(try first.request("GET", "/").status == 200)
    do {
      let second = try ProbeClient(port: server.port)
      #expect(try second.request("GET", "/").status == 200)
      let third = try ProbeClient(port: server.port)
      #expect(try third.readToEnd().isEmpty)
    }
    #expect(eventually { (try? ProbeClient(port: server.port).request("GET", "/").status) == 200 })
  }
}

struct StreamTests {
  @Test func `a WebSocket echoes messages, also one that arrives with the handshake`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    var together = Array(
      "GET /stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        .utf8)
    WebSocketFrame.appendMasked(.text, payload: Array("early".utf8), key: 0x5A5A_1234, to: &together)
    try client.send(together)
    #expect(try client.answer().status == 101)
    #expect(try client.nextEvent() == .text(Array("early".utf8)))
    try client.sendText("late")
    #expect(try client.nextEvent() == .text(Array("late".utf8)))
  }

  @Test func `a ping frame is answered with its payload`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.upgrade("/stream")
    var ping: [UInt8] = []
    WebSocketFrame.appendMasked(.ping, payload: Array("abc".utf8), key: 7, to: &ping)
    try client.send(ping)
    #expect(try client.nextEvent() == .pong(Array("abc".utf8)))
  }

  @Test func `a close frame is answered with its code, and then the connection closes`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.upgrade("/stream")
    var close: [UInt8] = []
    WebSocketFrame.appendMasked(.close, payload: WebSocketFrame.closePayload(.normal), key: 7, to: &close)
    try client.send(close)
    #expect(try client.nextEvent() == .close(.normal, reason: ""))
    #expect(try client.readToEnd().isEmpty)
  }

  @Test func `the handler closes with a code and a reason`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.upgrade("/stream")
    try client.sendText("bye")
    #expect(try client.nextEvent() == .close(CloseCode(rawValue: 4003), reason: "on request"))
  }

  @Test(arguments: [
    ([0x81, 0x02, 0x68, 0x69], CloseCode.protocolError),  // not masked
    ([0x82, 0x80, 0, 0, 0, 0], .unsupportedData),  // binary
    ([0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28], .invalidPayload),  // not UTF-8
    ([0x81, 0xFF, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0], .messageTooBig),  // 128 KiB declared
  ])
  func `an invalid frame is answered with its close code`(bytes: [UInt8], code: CloseCode) throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.upgrade("/stream")
    try client.send(bytes)
    let event = try client.nextEvent()
    guard case .close(code, _) = event else {
      Issue.record("expected a close with \(code), got \(event)")
      return
    }
  }

  @Test func `an event stream has the fields that stop proxies from buffering it`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    let answer = try client.openEvents("/stream")
    #expect(answer.status == 200)
    #expect(answer.fields["content-type"] == "text/event-stream; charset=utf-8")
    #expect(answer.fields["x-accel-buffering"] == "no")
    #expect(answer.fields["cache-control"] == "no-store")
    #expect(try client.nextServerSentEvent() == "event: hello\ndata: world\n\n")
  }

  @Test func `a request for neither a WebSocket nor events is 426 with the Upgrade field`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    let answer = try client.request("GET", "/stream")
    #expect(answer.status == 426)
    #expect(answer.fields["upgrade"] == "websocket")
  }

  @Test func `a WebSocket version other than 13 is 426 with the supported one`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    let answer = try client.request(
      "GET", "/stream",
      headers: [
        "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "8",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      ])
    #expect(answer.status == 426)
    #expect(answer.fields["sec-websocket-version"] == "13")
  }

  @Test func `a server that stops closes its WebSockets with 1012 and then accepts no connection`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.upgrade("/stream")
    try client.sendText("x")
    _ = try client.nextEvent()
    let stopper = Stopper(server)
    #expect(try client.nextEvent() == .close(.serviceRestart, reason: "restart"))
    #expect(try client.readToEnd().isEmpty)
    stopper.wait()
    #expect(throws: ProbeClient.Failure.self) { try ProbeClient(port: server.port) }
  }
}
