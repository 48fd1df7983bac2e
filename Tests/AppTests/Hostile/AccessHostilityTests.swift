import TestSupport
import Testing

/// Names and origins that are not ours, in every way in which a page could reach us.
struct AccessHostilityTests {
  private static let webSocket =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

  /// What a page can do, by name: the request line and the fields but for Host and Origin.
  private static let doors: [(name: String, method: String, path: String, lines: String)] = [
    ("a page", "GET", "/", "Accept: text/html\r\n"), ("the API", "GET", "/v1/jobs", ""),
    ("a form", "POST", "/jobs", "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n"),
    ("a new job", "POST", "/v1/jobs", "Content-Type: application/json\r\nContent-Length: 0\r\n"),
    ("an upload", "PUT", "/v1/uploads/a", "Content-Length: 0\r\n"), ("a deletion", "DELETE", "/v1/jobs/a", ""),
    ("events", "GET", "/v1/realtime", "Accept: text/event-stream\r\n"),
    ("a WebSocket", "GET", "/v1/realtime", webSocket), ("engines", "GET", "/ws/engines", webSocket),
    ("the events' WebSocket", "GET", "/ws/events", webSocket),
  ]

  static let hosts: [HostileRow] = [
    "evil.example", "localhost.evil.example", "evil-localhost", "localhost.", "127.0.0.1.evil.example:8000",
    "127.1", "2130706433", "0x7f000001", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "xlocalhost", "localhos",
  ].flatMap { host in
    doors.map { door in
      HostileRow(
        "\(door.name) of \(host)", "\(door.method) \(door.path) HTTP/1.1\r\nHost: \(host)\r\n\(door.lines)\r\n", 421,
        fields: ["x-content-type-options": "nosniff"])
    }
  }

  static let origins: [HostileRow] = [
    "https://evil.example", "null", "NULL", "", "http://localhost.evil.example", "http://evil.example/localhost",
    "http://localhost@evil.example", "http://localhost:8000@evil.example", "https://localhost", "http://localhost:1",
    "http://localhost/", "http://localhost, http://localhost", "http://127.0.0.1", "localhost", "//localhost",
    "file://", "chrome-extension://abc", "http://localhost\tx", "https://friend.example.evil.example",
    "https://evil-friend.example", "http://friend.example", "https://friend.example:444", "https://\u{212A}ind.example",
  ].flatMap { origin in
    doors.filter { $0.method != "GET" || $0.path != "/" && $0.path != "/v1/jobs" }.map { door in
      HostileRow(
        "\(door.name) from \(origin)",
        "\(door.method) \(door.path) HTTP/1.1\r\nHost: localhost\r\nOrigin: \(origin)\r\n\(door.lines)\r\n", 403,
        fields: ["x-content-type-options": "nosniff"])
    }
  }

  private static let options = ["--allow-origin", "https://friend.example", "--allow-origin", "https://kind.example"]

  @Test(arguments: HostileRow.Way.allCases) func `a foreign Host is 421 at every door`(way: HostileRow.Way) throws {
    try HostileApp.check(Self.hosts, way, Self.options)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `a foreign, null or look-alike Origin is 403 wherever it could change or read`(way: HostileRow.Way) throws {
    try HostileApp.check(Self.origins, way, Self.options)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `a foreign Origin is refused also without a Host, as HTTP 1.0 may leave it out`(way: HostileRow.Way) throws {
    let rows = ["POST /v1/jobs", "DELETE /v1/jobs/a", "GET /v1/realtime"].map { line in
      HostileRow(
        line, "\(line) HTTP/1.0\r\nOrigin: https://evil.example\r\nAccept: text/event-stream\r\n\r\n", 403,
        closes: true)
    }
    try HostileApp.check(rows, way)
  }

  @Test func `every kind of answer has the security headers of its kind`() throws {
    let app = try RunningApp()
    let page = ["Accept": "text/html"]
    for (method, path, headers, status) in [
      ("GET", "/", page, 200), ("HEAD", "/", page, 200), ("GET", "/stories", page, 200), ("GET", "/nothing", page, 404),
      ("GET", "/jobs/none", page, 404), ("DELETE", "/", page, 405),
      ("GET", "/", ["Host": "evil.example", "Accept": "text/html"], 421),
      ("POST", "/jobs", ["Origin": "null", "Accept": "text/html"], 403), ("GET", "/v1/jobs", [:], 200),
      ("GET", "/nothing", [:], 404), ("OPTIONS", "/v1/jobs", [:], 204), ("TRACE", "/", [:], 405),
      ("POST", "/v1/jobs", ["Content-Type": "application/json"], 400), ("GET", "/v1/realtime", [:], 426),
      ("GET", "/livez", [:], 200), ("GET", "/favicon.ico", [:], 303),
      ("GET", "/v1/realtime", ["Accept": "text/event-stream"], 200), ("BREW", "/", page, 501),
      ("GET", "/..", page, 400),
    ] as [(String, String, [String: String], Int)] {
      let answer = try app.client().request(method, path, headers: headers)
      #expect(answer.status == status, "\(method) \(path)")
      #expect(answer.fields["x-content-type-options"] == "nosniff", "\(method) \(path)")
      #expect(answer.fields["referrer-policy"] == "same-origin", "\(method) \(path)")
      #expect(answer.fields["server"] == nil && answer.fields["access-control-allow-origin"] == nil)
      let isPage = answer.fields["content-type"]?.hasPrefix("text/html") == true
      #expect(answer.fields["content-security-policy"]?.hasPrefix("default-src 'none'; ") == (isPage ? true : nil))
      #expect(answer.fields["cross-origin-opener-policy"] == (isPage ? "same-origin" : nil))
    }
  }
}
