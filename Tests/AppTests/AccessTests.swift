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

struct ConfigurationTests {
  @Test func `an option goes before the environment, which goes before the file`() throws {
    let file = Array("{\"port\": 1, \"data\": \"file\", \"jobs\": 3}".utf8)
    let environment = ["TELLTALE_PORT": "2", "TELLTALE_DATA": "environment"]
    let configuration = try Configuration(arguments: ["--port", "3"], environment: environment, file: file)
    #expect(configuration.port == 3)
    #expect(configuration.data == "environment")
    #expect(configuration.jobs == 3)
  }

  @Test func `a mistake outside the command line is told by the name it has there`() {
    let ofEnvironment = #expect(throws: UsageError.self) {
      try Configuration(arguments: [], environment: ["TELLTALE_PORT": "zz"])
    }
    #expect(ofEnvironment?.description == "TELLTALE_PORT must be a whole number from 0 to 65535, not \"zz\".")
    let ofValue = #expect(throws: UsageError.self) {
      try Configuration(arguments: [], file: Array("{\"max_connections\": 0}".utf8))
    }
    #expect(ofValue?.description.hasPrefix("max_connections in telltale.json must be a whole number") == true)
    let ofKey = #expect(throws: UsageError.self) {
      try Configuration(arguments: [], file: Array("{\"prot\": 1}".utf8))
    }
    #expect(ofKey?.description == "prot in telltale.json is unknown. Did you mean port?")
  }

  @Test(arguments: [
    (["--prot", "1"], "--prot is unknown. Did you mean --port?"), (["--port"], "--port needs a value: --port N."),
    (["--port", "x"], "--port must be a whole number from 0 to 65535, not \"x\"."), (["extra"], "extra"),
    (["--host", "0.0.0.0"], "not a loopback address"),
    (["--heartbeat-timeout", "5"], "longer than --heartbeat-interval"),
  ])
  func `a mistake is answered with a sentence that helps`(arguments: [String], sentence: String) {
    let error = #expect(throws: UsageError.self) { try Configuration(arguments: arguments) }
    #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
  }
}
