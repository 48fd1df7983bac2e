import App
import JSONValues
import TestSupport
import Testing

struct AccessTests {
  @Test(arguments: ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000", "LOCALHOST"])
  func `a loopback name is served`(host: String) throws {
    let app = try RunningApp()
    #expect(try app.client().request("GET", "/livez", headers: ["Host": host]).status == 200)
  }

  @Test(arguments: ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "evil.example:8000"])
  func `a foreign Host is 421: a rebound name reads nothing`(host: String) throws {
    let app = try RunningApp()
    let answer = try app.client().request("GET", "/v1/jobs", headers: ["Host": host])
    #expect(answer.status == 421)
    #expect(answer.json?["code"] == "MISDIRECTED_REQUEST")
  }

  @Test(arguments: ["https://evil.example", "null", "http://localhost.evil.example", "http://localhost:1"])
  func `a foreign Origin may change nothing and open no stream`(origin: String) throws {
    let app = try RunningApp()
    let headers = ["Origin": origin, "Content-Type": "application/json"]
    #expect(try app.client().request("POST", "/v1/jobs", headers: headers, body: Array("{}".utf8)).status == 403)
    let events = try app.client().request(
      "GET", "/v1/realtime", headers: ["Origin": origin, "Accept": "text/event-stream"])
    #expect(events.status == 403)
    #expect(throws: ProbeClient.Failure.self) {
      try app.client().upgrade("/v1/realtime", headers: ["Origin": origin])
    }
  }

  @Test func `our own origin, an allowed one, and no origin at all may`() throws {
    let app = try RunningApp(["--allow-origin", "https://friend.example"])
    for headers in [[:], ["Origin": "http://localhost"], ["Origin": "https://friend.example"]] {
      let client = try app.client()
      try client.upgrade("/v1/realtime", headers: headers)
    }
    let answer = try app.client().request("GET", "/v1/jobs", headers: ["Origin": "https://friend.example"])
    #expect(answer.fields["access-control-allow-origin"] == "https://friend.example")
    let foreign = try app.client().request("GET", "/v1/jobs", headers: ["Origin": "https://evil.example"])
    #expect(foreign.fields["access-control-allow-origin"] == nil)
  }

  @Test(arguments: [
    ("localhost:80", "http://localhost"), ("localhost", "http://localhost:80"),
    ("LOCALHOST:8000", "http://localhost:8000"),
    ("[0:0:0:0:0:0:0:1]:8000", "http://[::1]:8000"), ("127.0.0.1:080", "HTTP://127.0.0.1"),
  ])
  func `a page of this server may, however its origin is spelt`(host: String, origin: String) throws {
    let app = try RunningApp()
    let headers = ["Host": host, "Origin": origin, "Content-Type": "application/json"]
    let answer = try app.client().request("POST", "/v1/jobs", headers: headers, body: Array("{}".utf8))
    #expect(answer.status == 422, "\(answer.text)")
  }

  @Test(arguments: [
    ("https://telltale.example", "telltale.example"), ("https://telltale.example:443/", "127.0.0.1:8000"),
    ("HTTPS://Telltale.Example", "TELLTALE.EXAMPLE:443"),
  ])
  func `a page behind a proxy that terminates TLS may, whether the proxy rewrites Host or not`(
    url: String, host: String
  ) throws {
    let app = try RunningApp(["--public-url", url])
    let headers = ["Host": host, "Origin": "https://telltale.example", "Content-Type": "application/json"]
    #expect(try app.client().request("POST", "/v1/jobs", headers: headers, body: Array("{}".utf8)).status == 422)
    try app.client().upgrade("/v1/realtime", headers: headers)
    // Plain HTTP can be read and changed on its way, so it is another origin, even with the same Host.
    for origin in ["https://telltale.example:444", "http://telltale.example", "http://telltale.example:443"] {
      let other = headers.merging(["Origin": origin]) { $1 }
      #expect(try app.client().request("POST", "/v1/jobs", headers: other, body: Array("{}".utf8)).status == 403)
    }
  }

  @Test func `a refused origin is told the likely cause first, a proxy, and then how to allow another site`() throws {
    let app = try RunningApp()
    let headers = ["Origin": "https://telltale.example", "Content-Type": "application/json"]
    let answer = try app.client().request("POST", "/v1/jobs", headers: headers, body: Array("{}".utf8))
    let detail = try #require(answer.json?["detail"]?.stringValue)
    let cause = try #require(detail.firstRange(of: "start the server with --public-url https://telltale.example."))
    let other = try #require(detail.firstRange(of: "start the server with --allow-origin https://telltale.example."))
    #expect(cause.upperBound < other.lowerBound && detail.contains("terminates TLS or rewrites the Host header"))
  }

  @Test func `advice that was already followed says so`() throws {
    let app = try RunningApp(["--public-url", "https://telltale.example"])
    let headers = ["Origin": "https://www.telltale.example", "Content-Type": "application/json"]
    let origin = try app.client().request("POST", "/v1/jobs", headers: headers, body: Array("{}".utf8))
    #expect(origin.text.contains("not allowed here (its --public-url is https://telltale.example)"), "\(origin.text)")
    let host = try app.client().request("GET", "/v1/jobs", headers: ["Host": "www.telltale.example"])
    #expect(host.text.contains("(its --public-url is https://telltale.example)"), "\(host.text)")
  }

  @Test(arguments: ["null", "nonsense", "file://"])
  func `an origin that nobody can allow is not advised to be allowed`(origin: String) throws {
    let app = try RunningApp()
    let headers = ["Origin": origin, "Content-Type": "application/json"]
    let answer = try app.client().request("POST", "/v1/jobs", headers: headers, body: Array("{}".utf8))
    #expect(answer.status == 403 && !answer.text.contains("--allow-origin"), "\(answer.text)")
  }

  @Test func `of two Origins none is believed`() throws {
    let app = try RunningApp()
    let client = try app.client()
    try client.send(
      "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n\r\n"
    )
    #expect(try client.answer().status == 403)
  }

  @Test func `a cross-site form is refused`() throws {
    let app = try RunningApp()
    let answer = try app.client().request(
      "POST", "/jobs", headers: ["Sec-Fetch-Site": "cross-site", "Content-Type": "application/x-www-form-urlencoded"],
      body: Array("source=x".utf8))
    #expect(answer.status == 403)
  }
}

struct OperationTests {
  @Test func `health tells version, uptime and counts`() throws {
    let app = try RunningApp()
    let health = try app.client().request("GET", "/health").json
    #expect(health?["status"] == "healthy")
    #expect(health?["version"] == .string(Application.version))
    #expect(health?["uptime_seconds"]?.intValue != nil)
    #expect(health?["jobs"]?["running"] == 0)
    #expect(try app.client().request("GET", "/livez").status == 200)
    #expect(try app.client().request("GET", "/readyz").status == 200)
  }

  @Test func `plugins and devices are listed, a device that can't be used with its reason`() throws {
    let app = try RunningApp()
    let plugins = try app.client().request("GET", "/v1/plugins").json?["plugins"]?.arrayValue ?? []
    let names = Set(plugins.compactMap { $0["name"]?.stringValue })
    #expect(names == ["motion_detection", "scene_change", "quality_check", "block_mapper"])
    #expect(try app.client().request("GET", "/v1/plugins/quality_check").json?["name"] == "quality_check")
    #expect(try app.client().request("GET", "/v1/plugins/none").status == 404)
    let devices = try app.client().request("GET", "/v1/devices").json?["devices"]?.arrayValue ?? []
    #expect(devices.first?["device"] == "cpu")
    #expect(devices.first?["available"] == true)
    #expect(devices.dropFirst().allSatisfy { $0["available"] == false && $0["reason"]?.stringValue != nil })
  }
}
