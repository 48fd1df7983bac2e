import Domain
import Server
import Synchronization
import TestSupport
import Testing
import Wire

/// Conditions, ranges and codings, which the server evaluates for every route in the same way.
struct ConditionTests {
  private static let lastModified = "Sun, 06 Nov 1994 08:49:37 GMT"
  private let changes = Changes()
  private let server: EchoServer

  private final class Changes: Sendable {
    let count = Mutex(0)
  }

  init() throws {
    let changes = changes
    let text = String(repeating: "state ", count: 1_000)
    let read: @Sendable (Request) throws -> Response = { request in
      guard request.parameters["name"] != "missing" else { throw AppError(.notFound, "There is none.") }
      var response = Response(contentType: "text/plain", body: Array(text.utf8))
      response.fields["etag"] = "\"v1\""
      response.fields["last-modified"] = Self.lastModified
      response.coding = .compressed
      return response
    }
    let change: @Sendable (Request) throws -> Response = { request in
      guard request.head.method == .put || request.parameters["name"] != "missing" else {
        throw AppError(.notFound, "There is none.")
      }
      changes.count.withLock { $0 += 1 }
      return Response(.noContent)
    }
    server = try EchoServer(routes: [
      Route(.get, "/states/{name}", role: .viewer, .deferred(read)),
      Route(.put, "/states/{name}", role: .viewer, .deferred(change)),
      Route(.delete, "/states/{name}", role: .viewer, .immediate(change)),
      Route(.post, "/states/{name}/action", role: .viewer, .immediate(change)),
      Route(.get, "/secrets/{name}", role: .admin, .deferred(read)),
      Route(.put, "/secrets/{name}", role: .viewer, .deferred(change)),
      Route(.get, "/immediate", role: .viewer, .immediate(read)),
    ])
  }

  private func request(_ method: String, _ path: String, _ headers: [String: String] = [:]) throws -> ProbeClient.Answer
  {
    let isLong = method == "PUT" || method == "POST"
    return try ProbeClient(port: server.port).request(method, path, headers: headers, body: isLong ? [] : nil)
  }

  @Test(arguments: [
    ("PUT", "/states/a", "If-Match", "\"v1\"", 204), ("PUT", "/states/a", "If-Match", "*", 204),
    ("PUT", "/states/a", "If-Match", "\"v0\"", 412), ("PUT", "/states/a", "If-None-Match", "*", 412),
    ("PUT", "/states/a", "If-None-Match", "\"v1\"", 412), ("PUT", "/states/a", "If-None-Match", "\"v0\"", 204),
    ("PUT", "/states/a", "If-Unmodified-Since", lastModified, 204),
    ("PUT", "/states/a", "If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT", 412),
    ("PUT", "/states/a", "If-Modified-Since", lastModified, 204),
    ("PUT", "/states/missing", "If-None-Match", "*", 204), ("PUT", "/states/missing", "If-Match", "*", 412),
    ("DELETE", "/states/a", "If-Match", "\"v1\"", 204), ("DELETE", "/states/a", "If-Match", "\"v0\"", 412),
    ("DELETE", "/states/missing", "If-Match", "*", 404), ("DELETE", "/states/missing", "If-None-Match", "*", 404),
    ("POST", "/states/a/action", "If-None-Match", "*", 204), ("POST", "/states/a/action", "If-Match", "*", 412),
    ("PUT", "/states/a", "Range", "bytes=0-1", 204),
  ])
  func `a change is made only if its conditions hold`(
    method: String, path: String, name: String, value: String, status: Int
  ) throws {
    #expect(try request(method, path, [name: value]).status == status)
    #expect(changes.count.withLock { $0 } == (status == 204 ? 1 : 0))
  }

  @Test func `a change is compared with the coding that its client reads`() throws {
    let coding = ["Accept-Encoding": "gzip"]
    let tag = try #require(try request("GET", "/states/a", coding).fields["etag"])
    #expect(try request("PUT", "/states/a", coding.merging(["If-Match": tag]) { $1 }).status == 204)
    #expect(try request("PUT", "/states/a", ["If-Match": tag]).status == 412)
  }

  @Test func `a condition tells nothing about a state that the caller may not read`() throws {
    // Without a condition the GET isn't asked: a range is none.
    #expect(try request("PUT", "/secrets/a", ["Range": "bytes=0-1", "X-Role": "viewer"]).status == 204)
    let answer = try request("PUT", "/secrets/a", ["If-Match": "\"v1\"", "X-Role": "viewer"])
    #expect(answer.status == 403 && changes.count.withLock { $0 } == 1)
  }

  @Test(arguments: ["/states/a", "/immediate"], ["GET", "HEAD"])
  func `a read is answered with 304, 412 or the state`(path: String, method: String) throws {
    for (headers, status) in [
      (["If-None-Match": "\"v1\""], 304), (["If-None-Match": "W/\"v1\""], 304), (["If-None-Match": "*"], 304),
      (["If-None-Match": "\"v0\""], 200), (["If-Match": "\"v0\""], 412), (["If-Match": "\"v1\""], 200),
      (["If-Modified-Since": Self.lastModified], 304),
      (["If-Modified-Since": Self.lastModified, "If-None-Match": "\"v0\""], 200),
      (["If-Unmodified-Since": "Sat, 05 Nov 1994 08:49:37 GMT"], 412),
      // In memory there are no ranges, so the field is ignored.
      (["Range": "bytes=0-1"], 200),
    ] as [([String: String], Int)] {
      let answer = try request(method, path, headers)
      #expect(answer.status == status, "\(headers)")
      if status == 304 {
        #expect(answer.fields["etag"] == "\"v1\"" && answer.fields["content-length"] == nil, "\(headers)")
      }
    }
  }

  @Test(arguments: ["/states/a", "/immediate"])
  func `the coding has the best weight, a tag of its own, and is none if both are refused`(path: String) throws {
    let plain = try request("GET", path)
    #expect(plain.fields["content-encoding"] == nil && plain.body.count == 6_000)
    for value in ["gzip", "gzip;q=0.5", "*", "identity;q=0, gzip;q=0.1"] {
      let answer = try request("GET", path, ["Accept-Encoding": value])
      #expect(answer.fields["content-encoding"] == "gzip" && answer.body.count < 200, "\(value)")
      #expect(answer.fields["etag"] == "\"v1-gzip\"" && answer.fields["vary"] == "accept-encoding", "\(value)")
      let again = try request("GET", path, ["Accept-Encoding": value, "If-None-Match": "\"v1-gzip\""])
      #expect(again.status == 304 && again.fields["vary"] == "accept-encoding", "\(value)")
      let head = try request("HEAD", path, ["Accept-Encoding": value])
      #expect(head.fields["content-length"] == answer.fields["content-length"], "\(value)")
    }
    for value in ["", "br", "gzip;q=0", "identity, gzip;q=0.5", "gzip;q=nonsense"] {
      let answer = try request("GET", path, ["Accept-Encoding": value])
      #expect(answer.fields["content-encoding"] == nil && answer.body == plain.body, "\(value)")
    }
    for value in ["identity;q=0", "*;q=0", "gzip;q=0, identity;q=0"] {
      #expect(try request("GET", path, ["Accept-Encoding": value]).status == 406, "\(value)")
    }
  }

  @Test func `a body with a coding is refused, and the answer says that none is supported`() throws {
    for coding in ["gzip", "br", "identity, gzip"] {
      let answer = try ProbeClient(port: server.port).request(
        "POST", "/length", headers: ["Content-Encoding": coding], body: [1])
      #expect(answer.status == 415 && answer.fields["accept-encoding"] == "identity", "\(coding)")
    }
    let plain = try ProbeClient(port: server.port).request(
      "POST", "/length", headers: ["Content-Encoding": "identity"], body: [1])
    #expect(plain.text == "1")
  }
}
