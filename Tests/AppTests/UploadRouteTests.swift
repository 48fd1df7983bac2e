import App
import Domain
import Hashing
import JSONValues
import TestSupport
import Testing

/// Uploads over HTTP.
struct UploadRouteTests {
  private let clip = Clip.movingSquare(frames: 4)

  private func put(
    _ app: RunningApp, _ name: String, _ bytes: some Sequence<UInt8>, range: String? = nil
  ) throws -> ProbeClient.Answer {
    try app.client().request(
      "PUT", "/v1/uploads/\(name)", headers: range.map { ["Content-Range": "bytes \($0)"] } ?? [:],
      body: Array(bytes))
  }

  @Test func `a whole upload is 201 the first time and 200 when it is sent again`() throws {
    let app = try RunningApp()
    let hash = hex(SHA256.hash(clip))
    for status in [201, 200, 200] {
      let answer = try put(app, "a.y4m", clip)
      #expect(answer.status == status && answer.json?["sha256"] == .string(hash))
      #expect(answer.fields["etag"] == "\"\(hash)\"")
    }
  }

  @Test func `each piece and each question may be sent again, and every answer says what is there`() throws {
    let app = try RunningApp()
    let total = clip.count
    func isPartial(_ answer: ProbeClient.Answer, _ received: Int) -> Bool {
      answer.status == 202 && answer.json == ["source": .null, "bytes": .int(received), "sha256": .null]
    }
    #expect(isPartial(try put(app, "a.y4m", [], range: "*/\(total)"), 0))
    for _ in 0..<2 { #expect(isPartial(try put(app, "a.y4m", clip[..<1000], range: "0-999/\(total)"), 1000)) }
    for _ in 0..<2 { #expect(isPartial(try put(app, "a.y4m", clip[500..<2000], range: "500-1999/\(total)"), 2000)) }
    #expect(isPartial(try put(app, "a.y4m", [], range: "*/\(total)"), 2000))
    let early = try put(app, "a.y4m", clip[3000...], range: "3000-\(total - 1)/\(total)")
    #expect(early.status == 409 && early.text.contains("2000 bytes of a.y4m were received"))
    let other = try put(app, "a.y4m", [9, 9], range: "1000-1001/\(total)")
    #expect(other.status == 409 && other.text.contains("another file"))
    for status in [201, 200] {
      let last = try put(app, "a.y4m", clip[2000...], range: "2000-\(total - 1)/\(total)")
      #expect(last.status == status && last.json?["source"] == "upload:a.y4m")
    }
    let asked = try put(app, "a.y4m", [], range: "*/\(total)")
    #expect(asked.status == 200 && asked.json?["sha256"] == .string(hex(SHA256.hash(clip))))
    #expect(try app.finish(app.startJob(["source": "upload:a.y4m"]))["status"] == "succeeded")
  }

  @Test(arguments: [
    "*/", "*/x", "*/-1", "*", "0-1", "0-1/*", "*/536870913999999999999", "5-4/10", "0-0/536870913",
  ])
  func `a range that means nothing is refused`(range: String) throws {
    let answer = try put(RunningApp(), "a", [1], range: range)
    #expect(answer.status == 400 || answer.status == 413, "\(answer.text)")
  }

  @Test func `a question has no body, and a piece as many bytes as it says`() throws {
    let app = try RunningApp()
    #expect(try put(app, "a", [1], range: "*/10").status == 400)
    #expect(try put(app, "a", [1, 2], range: "0-2/10").status == 400)
    // What arrived is kept all the same.
    #expect(try put(app, "a", [], range: "*/10").json?["bytes"] == 2)
  }

  @Test func `a client that is gone does not keep a name, and its bytes are there`() throws {
    let app = try RunningApp()
    // Its connection stays open, as that of a client does whose network is gone.
    let stale = try app.client()
    try stale.send("PUT /v1/uploads/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345")
    #expect(try eventually { try put(app, "a", [], range: "*/10").json?["bytes"] == 5 })
    let resumed = try put(app, "a", Array("67890".utf8), range: "5-9/10")
    #expect(resumed.status == 201 && resumed.json?["bytes"] == 10)
    try stale.send("67890")
    #expect(try stale.answer().status == 409)
    #expect(app.data.read("uploads/a") == Array("1234567890".utf8))
  }

  @Test func `the list, the file and the deletion`() throws {
    let app = try RunningApp()
    for name in ["a", "b", "c"] { _ = try put(app, name, Array(name.utf8)) }
    _ = try put(app, "half", [1], range: "0-0/2")
    let first = try app.client().request("GET", "/v1/uploads?limit=3").json
    #expect(
      first?["uploads"]?.arrayValue?.compactMap { $0["source"]?.stringValue } == ["upload:a", "upload:b", "upload:c"])
    #expect(first?["next"] == "c")
    let second = try app.client().request("GET", "/v1/uploads?limit=3&cursor=c").json
    #expect(second?["next"] == .null && second?["uploads"]?.arrayValue?.first?["complete"] == false)
    #expect(try app.client().request("GET", "/v1/uploads?limit=0").status == 400)

    let hash = hex(SHA256.hash([0x61]))
    let file = try app.client().request("GET", "/v1/uploads/a")
    #expect(file.status == 200 && file.body == [0x61] && file.fields["etag"] == "\"\(hash)\"")
    #expect(
      file.fields["content-type"] == "application/octet-stream" && file.fields["content-disposition"] == "attachment")
    #expect(file.fields["cache-control"] == "no-cache" && file.fields["x-content-type-options"] == "nosniff")
    #expect(
      try app.client().request("GET", "/v1/uploads/a", headers: ["If-None-Match": "\"\(hash)\""]).status == 304)
    let half = try app.client().request("GET", "/v1/uploads/half")
    #expect(half.status == 404 && half.text.contains("unfinished: 1 bytes"))
    for name in ["a", "half"] {
      #expect(try app.client().request("DELETE", "/v1/uploads/\(name)").status == 204)
      for method in ["DELETE", "GET"] {
        #expect(try app.client().request(method, "/v1/uploads/\(name)").status == 404)
      }
    }
    #expect(try app.client().request("POST", "/v1/jobs", json: ["source": "upload:a"]).status == 422)
  }

  @Test(arguments: [
    "%2e%2e", "..%2fa", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", ".partial", "%2epartial%2fa", "%00", "a%00b", "%ff",
    "%ef%bf%bd",
    "a%0d%0aX-Evil:%201", "%25%32%65", "a%20b", String(repeating: "a", count: 129),
    String(repeating: "%61", count: 2000),
    "a:b", "a\\b", "~", "%e2%80%ae",
  ])
  func `a hostile name reaches no file`(name: String) throws {
    let app = try RunningApp()
    app.data.write([1], to: "secret")
    for method in ["PUT", "GET", "DELETE"] {
      let answer = try app.client().request(
        method, "/v1/uploads/\(name)", body: method == "PUT" ? [7] : nil)
      #expect([400, 404].contains(answer.status), "\(method) \(name): \(answer.status) \(answer.text)")
      #expect(answer.fields["x-evil"] == nil)
    }
    #expect(try app.client().request("GET", "/v1/uploads").json?["uploads"]?.arrayValue == [])
    #expect(app.data.read("secret") == [1])
  }

  @Test func `a job that waits reads the file that it was started with`() throws {
    let app = try RunningApp(["--jobs", "1"])
    app.sources.write(Clip.movingSquare(frames: 100), to: "long.y4m")
    let long = try app.startJob(["source": "long.y4m", "options": ["pace": "realtime"]])
    _ = try put(app, "a.y4m", clip)
    let waiting = try app.startJob(["source": "upload:a.y4m", "plugins": ["quality_check"]])
    #expect(try app.client().request("GET", "/v1/uploads").json?["uploads"]?.arrayValue?.first?["in_use"] == true)
    _ = try put(app, "a.y4m", Clip.movingSquare(frames: 1))
    #expect(try app.client().request("DELETE", "/v1/uploads/a.y4m").status == 204)
    _ = try app.client().request("POST", "/v1/jobs/\(long)/cancel")
    let job = try app.finish(waiting)
    #expect(job["status"] == "succeeded" && job["frames"]?.arrayValue?.count == 4)
    let retry = try app.client().request("POST", "/v1/jobs/\(waiting)/retry")
    #expect(retry.status == 422 && retry.text.contains("There is no upload a.y4m"))
  }

  @Test func `a request whose conditions don't hold disturbs no other one`() throws {
    let app = try RunningApp()
    _ = try put(app, "a", [1])
    let sending = try app.client()
    try sending.send("PUT /v1/uploads/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345")
    #expect(eventually { app.data.read("uploads/.partial/a") == Array("12345".utf8) })
    for field in [["If-Match": "\"other\""], ["If-None-Match": "*"]] {
      for range in ["", "bytes 0-2/3", "bytes */5"] {
        var fields = field
        if !range.isEmpty { fields["Content-Range"] = range }
        let answer = try app.client().request(
          "PUT", "/v1/uploads/a", headers: fields, body: range == "bytes */5" ? [] : [7, 7, 7])
        #expect(answer.status == 412, "\(fields): \(answer.status) \(answer.text)")
      }
    }
    // The question would have finished the upload, because all of its five bytes are there.
    #expect(app.data.read("uploads/a") == [1])
    try sending.send("67890")
    #expect(try sending.answer().status == 200)
    #expect(app.data.read("uploads/a") == Array("1234567890".utf8))
  }

  @Test func `a repeated request is checked for its conditions again, as the docs say`() throws {
    let app = try RunningApp()
    func put(_ bytes: [UInt8], _ fields: [String: String]) throws -> Int {
      try app.client().request("PUT", "/v1/uploads/a", headers: fields, body: bytes).status
    }
    #expect(try put([1], ["If-None-Match": "*"]) == 201)
    #expect(try put([1], ["If-None-Match": "*"]) == 412)
    let tag = try #require(try app.client().request("HEAD", "/v1/uploads/a").fields["etag"])
    #expect(tag == "\"\(hex(SHA256.hash([1])))\"")
    #expect(try put([2], ["If-Match": tag]) == 200)
    #expect(try put([2], ["If-Match": tag]) == 412)
    #expect(app.data.read("uploads/a") == [2])
  }
}
