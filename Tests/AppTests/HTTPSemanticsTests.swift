import App
import Domain
import Server
import TestSupport
import Testing
import Wire

/// RFC 9110 and 9111 over all routes: whatever a route answers, caches and clients can rely on the same.
struct HTTPSemanticsTests {
  private let app: RunningApp
  private let job: String

  init() throws {
    app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 1), to: "square.y4m")
    job = try app.startJob(["source": "square.y4m", "plugins": ["quality_check"]])
    try app.finish(job)
    #expect(try app.client().request("PUT", "/v1/uploads/clip.y4m", body: Array("clip".utf8)).status == 201)
  }

  /// The path of a route, of something that exists if it can be read.
  private func path(_ route: Route) throws -> String {
    if route.pattern.hasPrefix("/assets/") {
      let page = try app.client().request("GET", "/").text
      let isNested = route.pattern.contains("{inner}")
      return String(
        try #require(
          page.split(separator: "\"").first {
            $0.hasPrefix("/assets/") && $0.split(separator: "/").count == (isNested ? 5 : 4)
          }))
    }
    let name = route.pattern.hasPrefix("/v1/plugins") ? "quality_check" : "clip.y4m"
    return route.pattern.replacing("{id}", with: job).replacing("{name}", with: name)
      .replacing("{picture}", with: "0.png").replacing("{component}", with: "realtime-overlay")
      .replacing("{story}", with: "with-error")
  }

  private func send(_ method: String, _ path: String, _ headers: [String: String] = [:]) throws -> ProbeClient.Answer {
    var headers = headers
    headers["Connection"] = "close"
    let hasBody = method == "POST" || method == "PUT"
    if hasBody { headers["Content-Type"] = "application/json" }
    return try app.client().request(method, path, headers: headers, body: hasBody ? Array("{}".utf8) : nil)
  }

  private func reads() throws -> [(path: String, answer: ProbeClient.Answer)] {
    try app.application.routes.filter { $0.method == .get }.map { route in
      let path = try path(route)
      return (path, try send("GET", path))
    }
  }

  /// Whether each answer of a path differs, because it contains the time.
  private func isMoving(_ path: String) -> Bool { ["/", "/jobs/\(job)", "/metrics", "/health"].contains(path) }

  /// Without what differs from one answer to the next.
  private func comparable(_ answer: ProbeClient.Answer, of path: String) -> [String: String] {
    let changing = ["date", "x-request-id"] + (isMoving(path) ? ["content-length", "etag"] : [])
    return answer.fields.filter { !changing.contains($0.key) }
  }

  @Test func `every answer says how long it is fresh, and only what names its content is fresh at all`() throws {
    for route in app.application.routes {
      let path = try path(route)
      let answers = try [send(route.method.rawValue, path), send("TRACE", path), send("OPTIONS", path)]
      for answer in answers {
        let control = answer.fields["cache-control"]
        let isAddressed = answer.status == 200 && (path.hasPrefix("/assets/") || path.hasSuffix(".png"))
        let isPage = answer.fields["content-type"]?.hasPrefix("text/html") == true
        let isState =
          answer.status == 200 && route.method == .get && answer.fields["etag"] != nil && !isAddressed
        let expected =
          isAddressed ? "public, max-age=31536000, immutable" : isPage || isState ? "no-cache" : "no-store"
        #expect(control == expected, "\(answer.status) \(route.method) \(path)")
        #expect(answer.fields["date"] != nil && answer.fields["age"] == nil && answer.fields["expires"] == nil)
      }
    }
    for path in ["/nothing", "/v1/jobs/none", "/v1/jobs?limit=x", "/jobs/none", "/v1/jobs/\(job)/frames/9.png"] {
      let control = try send("GET", path).fields["cache-control"]
      #expect(control == "no-store" || path == "/jobs/none" && control == "no-cache", "\(path)")
    }
  }

  @Test func `HEAD has the status and the fields of GET`() throws {
    for (path, answer) in try reads() {
      let head = try send("HEAD", path)
      #expect(head.status == answer.status, "\(path)")
      #expect(comparable(head, of: path) == comparable(answer, of: path), "\(path)")
    }
  }

  @Test func `each path says which methods it has, to OPTIONS and to all others`() throws {
    for route in app.application.routes {
      let path = try path(route)
      let methods = Set(app.application.routes.filter { $0.pattern == route.pattern }.map(\.method))
      let allowed = Set(methods.map(\.rawValue) + (methods.contains(.get) ? ["HEAD"] : []) + ["OPTIONS"])
      func allow(_ answer: ProbeClient.Answer) -> Set<String> {
        Set((answer.fields["allow"] ?? "").split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init))
      }
      let options = try send("OPTIONS", path)
      #expect(options.status == 204 && allow(options) == allowed, "\(path)")
      for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"] where !allowed.contains(method) {
        let refused = try send(method, path)
        #expect(refused.status == 405 && allow(refused) == allowed, "\(method) \(path)")
      }
      #expect(try send("BREW", path).status == 501)
    }
  }

  @Test func `every GET evaluates the conditions of its request`() throws {
    let future = "Fri, 31 Dec 2100 00:00:00 GMT"
    let past = "Thu, 01 Jan 1970 00:00:01 GMT"
    for (path, answer) in try reads() {
      let tag = isMoving(path) ? nil : answer.fields["etag"]
      let isStrong = tag.map { !$0.hasPrefix("W/") } ?? false
      let rows: [([String: String], Int)] = [
        (["If-None-Match": tag ?? "\"x\""], tag == nil ? 200 : 304), (["If-None-Match": "*"], 304),
        (["If-None-Match": "\"x\", \(tag ?? "\"y\"")"], tag == nil ? 200 : 304), (["If-None-Match": "\"x\""], 200),
        (["If-Match": tag ?? "\"x\""], isStrong ? 200 : 412), (["If-Match": "*"], 200), (["If-Match": "\"x\""], 412),
        (["If-Match": "\"x\"", "If-None-Match": "*"], 412),
        // No route has a date of its last change, so these are ignored.
        (["If-Modified-Since": future], 200), (["If-Unmodified-Since": past], 200),
      ]
      for (headers, status) in rows {
        // Conditions are for what would succeed (RFC 9110 §13.2.1).
        let expected = answer.status == 200 ? status : answer.status
        for method in ["GET", "HEAD"] {
          let conditional = try send(method, path, headers)
          #expect(conditional.status == expected, "\(method) \(path) \(headers)")
          guard conditional.status == 304 else { continue }
          #expect(conditional.body.isEmpty && conditional.fields["content-length"] == nil, "\(path)")
          for name in ["cache-control", "vary"] {
            #expect(conditional.fields[name] == answer.fields[name], "\(path): \(name)")
          }
          #expect((conditional.fields["etag"] == nil) == (answer.fields["etag"] == nil), "\(path)")
        }
      }
    }
  }

  @Test func `what has ranges says so, and gives them under a strong tag only`() throws {
    var withRanges = 0
    for (path, answer) in try reads() {
      let hasRanges = answer.fields["accept-ranges"] == "bytes"
      if hasRanges { withRanges += 1 }
      let tag = answer.fields["etag"] ?? "\"none\""
      for (headers, isPart) in [
        (["Range": "bytes=0-0"], true), (["Range": "bytes=0-0", "If-Range": tag], true),
        (["Range": "bytes=0-0", "If-Range": "\"x\""], false), (["Range": "bytes=0-0", "If-Range": "W/\(tag)"], false),
        (["Range": "bytes=0-0", "If-Range": "Fri, 31 Dec 2100 00:00:00 GMT"], false),
        (["Range": "bytes=0-0,2-2"], false), (["Range": "rows=0-0"], false),
      ] as [([String: String], Bool)] {
        let part = try send("GET", path, headers)
        #expect(part.status == (hasRanges && isPart ? 206 : answer.status), "\(path) \(headers)")
        if part.status == 206 {
          #expect(part.body == Array(answer.body.prefix(1)) && part.fields["etag"] == answer.fields["etag"])
          #expect(part.fields["cache-control"] == answer.fields["cache-control"])
        }
        #expect(try send("HEAD", path, headers).status == answer.status, "\(path) \(headers)")
      }
      if hasRanges {
        let beyond = try send("GET", path, ["Range": "bytes=\(answer.body.count)-"])
        #expect(beyond.status == 416 && beyond.fields["content-range"] == "bytes */\(answer.body.count)")
      }
    }
    #expect(withRanges > 0)
  }

  @Test func `every GET chooses the coding that the client accepts`() throws {
    for (path, answer) in try reads() where answer.status == 200 {
      for refusal in ["identity;q=0", "*;q=0", "gzip;q=0, *;q=0"] {
        #expect(try send("GET", path, ["Accept-Encoding": refusal]).status == 406, "\(path) \(refusal)")
      }
      let plain = try send("GET", path, ["Accept-Encoding": "identity, gzip;q=0"])
      #expect(plain.fields["content-encoding"] == nil, "\(path)")
      #expect(plain.body == answer.body || isMoving(path), "\(path)")
      // A file is sent as it is.
      let isFile = answer.fields["accept-ranges"] != nil
      let coded = try send("GET", path, ["Accept-Encoding": "gzip;q=0.5, identity;q=0"])
      #expect(coded.status == 200 && (coded.fields["content-encoding"] == "gzip") == !isFile, "\(path)")
      guard coded.fields["content-encoding"] == "gzip" else { continue }
      #expect(coded.fields["vary"]?.contains("accept-encoding") == true, "\(path)")
      if let tag = answer.fields["etag"], !tag.hasPrefix("W/") { #expect(coded.fields["etag"] != tag, "\(path)") }
    }
  }

  @Test func `every request that changes something does so only if its conditions hold`() throws {
    for route in app.application.routes where !route.method.isSafe {
      let path = try path(route)
      let hasState = app.application.routes.contains { $0.pattern == route.pattern && $0.method == .get }
      #expect(try send(route.method.rawValue, path, ["If-Match": "\"x\""]).status == 412, "\(route.method) \(path)")
      if hasState || route.method == .put {
        let answer = try send(route.method.rawValue, path, ["If-None-Match": "*"])
        #expect(answer.status == 412 && answer.json?["code"] == "PRECONDITION_FAILED", "\(route.method) \(path)")
      }
    }
    #expect(try app.extended(job)["status"] == "succeeded")
    #expect(app.data.read("uploads/clip.y4m") == Array("clip".utf8))
    // The state that was read is the one that is removed.
    let tag = try #require(try send("GET", "/v1/jobs/\(job)").fields["etag"])
    #expect(try send("DELETE", "/v1/jobs/\(job)", ["If-Match": tag]).status == 204)
    #expect(try send("DELETE", "/v1/jobs/\(job)", ["If-Match": tag]).status == 404)
  }

  @Test func `an upload is replaced only by a request that means to`() throws {
    func put(_ text: String, _ headers: [String: String]) throws -> ProbeClient.Answer {
      try app.client().request("PUT", "/v1/uploads/a.y4m", headers: headers, body: Array(text.utf8))
    }
    #expect(try put("none", ["If-Match": "*"]).status == 412)
    #expect(try put("first", ["If-None-Match": "*"]).status == 201)
    #expect(try put("second", ["If-None-Match": "*"]).status == 412)
    #expect(try put("second", ["If-Match": "\"x\""]).status == 412)
    #expect(app.data.read("uploads/a.y4m") == Array("first".utf8))
    // Its tag is its SHA-256.
    let first = "\"a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e\""
    #expect(try put("second", ["If-None-Match": first]).status == 412)
    #expect((200...201).contains(try put("second", ["If-Match": first]).status))
    #expect(app.data.read("uploads/a.y4m") == Array("second".utf8))
    #expect(try put("third", ["If-Match": first]).status == 412)
    #expect((200...201).contains(try put("third", [:]).status))
  }

  @Test func `with allowed origins every answer varies by origin`() throws {
    let app = try RunningApp(["--allow-origin", "https://good.example"])
    for headers in [[:], ["Origin": "https://good.example"], ["Origin": "https://evil.example"]] as [[String: String]] {
      for path in ["/", "/v1/jobs", "/nothing", "/livez"] {
        let answer = try app.client().request("GET", path, headers: headers)
        #expect(answer.varies.contains("origin"), "\(path) \(headers)")
      }
    }
  }
}

extension ProbeClient.Answer {
  /// The last of several fields is the one that is kept.
  fileprivate var varies: String { fields["vary"] ?? "" }
}
