import Server
import TestSupport
import Testing

/// Roles and capabilities, which are checked before a body is read.
struct CallerTests {
  @Test(arguments: [("viewer", 403), ("operator", 200), ("admin", 200)])
  func `a route is for callers of its role and above`(role: String, status: Int) throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    let answer = try client.request("POST", "/orders", headers: ["X-Role": role])
    #expect(answer.status == status)
    #expect(server.uploads.state.withLock { $0.finished } == (status == 200 ? 1 : 0))
    // The request had no body, so the connection stays usable.
    #expect(try client.request("GET", "/", headers: ["X-Role": role]).text == "home")
  }

  @Test func `the handler gets the caller`() throws {
    let server = try EchoServer()
    #expect(try ProbeClient(port: server.port).request("POST", "/orders").text == "local")
    #expect(try ProbeClient(port: server.port).request("POST", "/orders", headers: ["X-Role": "admin"]).text == "test")
  }

  @Test func `no role includes a capability`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    #expect(try client.request("POST", "/programs", headers: ["X-Role": "admin"]).status == 403)
    #expect(try client.request("POST", "/programs").status == 403)
    #expect(try client.request("POST", "/programs", headers: ["X-Role": "operator", "X-Programs": "1"]).status == 200)
    #expect(try client.request("POST", "/programs", headers: ["X-Role": "viewer", "X-Programs": "1"]).status == 403)
  }

  @Test func `a caller below the role is refused before a byte of the body is sent`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.send("PUT /uploads/a HTTP/1.1\r\nHost: x\r\nX-Role: viewer\r\nContent-Length: 1000\r\n\r\n")
    let answer = try client.answer()
    #expect(answer.status == 403)
    #expect(answer.fields["connection"] == "close")
    #expect(try client.readToEnd().isEmpty)
    #expect(server.uploads.state.withLock { $0 == (bytes: 0, finished: 0, abandoned: 0) })
  }

  @Test func `an unknown caller is refused, also at a path that does not exist`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    #expect(try client.request("GET", "/", headers: ["X-Role": "stranger"]).status == 403)
    #expect(try client.request("GET", "/nothing", headers: ["X-Role": "stranger"]).status == 403)
  }
}
