import Files
import JSONValues
import TestSupport
import Testing

struct JobTests {
  private let plugins: JSON = ["motion_detection", "quality_check"]

  @Test func `a clip posted to the API is analysed to its last frame`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 10), to: "square.y4m")
    let id = try app.startJob(["source": "square.y4m", "plugins": plugins, "device_requested": "cpu"])
    let job = try app.finish(id)
    #expect(job["status"] == "succeeded")
    #expect(job["progress"] == 100)
    #expect(job["device_used"] == "cpu")
    #expect(job["fallback"] == false)
    #expect(job["frames"]?.arrayValue?.count == 10)
    #expect(job["plugin_timings"]?.objectValue?.keys == ["motion_detection", "quality_check"])
  }

  @Test func `JobResponse has exactly its five fields, and the extended one begins with them`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 2), to: "square.y4m")
    let id = try app.startJob(["source": "square.y4m"])
    try app.finish(id)
    let five = ["job_id", "device_requested", "device_used", "fallback", "frames"]
    #expect(try app.client().request("GET", "/v1/jobs/\(id)").json?.objectValue?.keys == five)
    #expect(try app.extended(id).objectValue?.keys.prefix(5) == five[...])
  }

  @Test func `every frame has its picture, a PNG of the frame's size`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 3), to: "square.y4m")
    let id = try app.startJob(["source": "square.y4m", "plugins": ["quality_check"]])
    let frames = try app.finish(id)["frames"]?.arrayValue ?? []
    #expect(frames.count == 3)
    for frame in frames {
      let url = try #require(frame["image_url"]?.stringValue)
      let picture = try app.client().request("GET", url)
      #expect(picture.status == 200)
      #expect(picture.fields["content-type"] == "image/png")
      #expect(picture.fields["cache-control"] == "public, max-age=31536000, immutable")
      #expect(picture.body.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
      #expect(picture.body[16..<24].elementsEqual([0, 0, 0, 64, 0, 0, 0, 48]))
    }
    let part = try app.client().request("GET", "/v1/jobs/\(id)/frames/0.png", headers: ["Range": "bytes=0-7"])
    #expect(part.status == 206)
    #expect(part.body.count == 8)
    #expect(try app.client().request("GET", "/v1/jobs/\(id)/frames/99.png").status == 404)
    #expect(try app.client().request("GET", "/v1/jobs/\(id)/frames/..%2f1.png").status == 400)
  }

  @Test func `a device that no plugin can use falls back to the CPU with a warning that says why`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 2), to: "square.y4m")
    let job = try app.finish(app.startJob(["source": "square.y4m", "device_requested": "cuda:0"]))
    #expect(job["device_requested"] == "cuda:0")
    #expect(job["device_used"] == "cpu")
    #expect(job["fallback"] == true)
    #expect(job["warnings"]?.arrayValue?.contains { $0.stringValue?.lowercased().contains("cpu") == true } == true)
  }

  @Test func `an upload becomes a source, and its checksum comes back`() throws {
    let app = try RunningApp()
    let clip = Clip.movingSquare(frames: 4)
    let receipt = try app.client().request("PUT", "/v1/uploads/my-clip.y4m", body: clip)
    #expect(receipt.status == 201)
    #expect(receipt.json?["source"] == "upload:my-clip.y4m")
    #expect(receipt.json?["bytes"] == .int(clip.count))
    #expect(receipt.json?["sha256"]?.stringValue?.count == 64)
    #expect(try app.finish(app.startJob(["source": "upload:my-clip.y4m"]))["status"] == "succeeded")
  }

  @Test func `an upload that stops halfway is no source, and can be gone on with`() throws {
    let app = try RunningApp()
    let clip = Clip.movingSquare(frames: 4)
    do {
      let client = try app.client()
      try client.send("PUT /v1/uploads/half.y4m HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(clip.count)\r\n\r\n")
      try client.send(Array(clip[..<1000]))
    }
    #expect(try app.client().request("POST", "/v1/jobs", json: ["source": "upload:half.y4m"]).status == 422)
    let rest = Array(clip[1000...])
    let isDone = try eventually {
      let answer = try app.client().request(
        "PUT", "/v1/uploads/half.y4m",
        headers: ["Content-Range": "bytes 1000-\(clip.count - 1)/\(clip.count)"], body: rest)
      return answer.status == 201
    }
    #expect(isDone)
    #expect(try app.finish(app.startJob(["source": "upload:half.y4m"]))["status"] == "succeeded")
  }

  @Test func `the same idempotency key gives the same job`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 2), to: "square.y4m")
    let answers = try (0..<2).map { _ in
      try app.client().request(
        "POST", "/v1/jobs", json: ["source": "square.y4m"], headers: ["Idempotency-Key": "once"])
    }
    #expect(answers[0].json?["job_id"] == answers[1].json?["job_id"])
    #expect(try app.client().request("GET", "/v1/jobs").json?["jobs"]?.arrayValue?.count == 1)
  }

  @Test func `an option out of range is refused with 422 when the job is made, and counts as no failure of the plugin`()
    throws
  {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 1), to: "square.y4m")
    let answer = try app.client().request(
      "POST", "/v1/jobs", json: ["source": "square.y4m", "options": ["motion_detection": ["threshold": 1000]]])
    #expect(answer.status == 422 && answer.json?["field"] == "options.motion_detection.threshold")
    #expect(
      answer.json?["detail"]
        == "The option \"threshold\" of the plugin \"motion_detection\" must be a whole number from 1 to 254, such as 24, not 1000."
    )
    #expect(try app.client().request("GET", "/v1/jobs").json?["jobs"] == [])
    #expect(!(try app.client().request("GET", "/metrics").text.contains("telltale_plugin_failures_total{")))
  }

  @Test func `the API and its documentation list every option with its range`() throws {
    let docs = FilePath.parent(of: FilePath.parent(of: FilePath.parent(of: #filePath))) + "/docs/api.md"
    let text = String(decoding: try FileSystem.read(docs, maxBytes: 1 << 20), as: UTF8.self)
    let app = try RunningApp()
    for plugin in try app.client().request("GET", "/v1/plugins").json?["plugins"]?.arrayValue ?? [] {
      let options = try #require(plugin["options"]?.arrayValue)
      #expect(!options.isEmpty)
      for option in options {
        let name = try #require(option["name"]?.stringValue)
        #expect(text.contains("`\(plugin["name"]?.stringValue ?? "").\(name)`"), "\(name)")
        #expect(option["description"]?.stringValue.map(text.contains) == true, "\(option)")
        let ends = try ["minimum", "default", "maximum"].map { try #require(option[$0]?.doubleValue) }
        #expect(ends == ends.sorted() && ["integer", "number"].contains(option["type"]))
      }
    }
  }

  @Test func `the list is newest first, filtered, and paged by cursor`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 1), to: "square.y4m")
    let ids = try (0..<5).map { index in
      try app.startJob(["source": "square.y4m", "name": .string("clip \(index)"), "plugins": ["quality_check"]])
    }
    for id in ids { try app.finish(id) }
    let first = try app.client().request("GET", "/v1/jobs?limit=2").json
    #expect(first?["jobs"]?.arrayValue?.compactMap { $0["job_id"]?.stringValue } == [ids[4], ids[3]])
    let cursor = try #require(first?["next"]?.stringValue)
    let second = try app.client().request("GET", "/v1/jobs?limit=3&cursor=\(cursor)").json
    #expect(second?["jobs"]?.arrayValue?.compactMap { $0["job_id"]?.stringValue } == [ids[2], ids[1], ids[0]])
    #expect(second?["next"] == .null)
    let found = try app.client().request("GET", "/v1/jobs?q=CLIP%203&status=succeeded").json
    #expect(found?["jobs"]?.arrayValue?.map { $0["name"] } == ["clip 3"])
    #expect(try app.client().request("GET", "/v1/jobs?limit=501").status == 400)
    #expect(try app.client().request("GET", "/v1/jobs?status=done").status == 400)
  }

  @Test func `cancel, retry and delete are refused where the state forbids them`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 500), to: "long.y4m")
    let id = try app.startJob(["source": "long.y4m", "options": ["pace": "realtime"], "plugins": ["quality_check"]])
    #expect(try app.client().request("DELETE", "/v1/jobs/\(id)").status == 409)
    #expect(try app.client().request("POST", "/v1/jobs/\(id)/retry").status == 409)
    #expect(try app.client().request("POST", "/v1/jobs/\(id)/cancel").status == 200)
    #expect(try app.finish(id)["status"] == "cancelled")
    #expect(try app.client().request("POST", "/v1/jobs/\(id)/cancel").status == 409)
    let retried = try app.client().request("POST", "/v1/jobs/\(id)/retry")
    #expect(retried.status == 201)
    let again = try #require(retried.json?["job_id"]?.stringValue)
    #expect(try app.extended(again)["retry_of"] == .string(id))
    #expect(try app.client().request("POST", "/v1/jobs/\(again)/cancel").status == 200)
    #expect(try app.client().request("DELETE", "/v1/jobs/\(id)").status == 204)
    #expect(try app.client().request("GET", "/v1/jobs/\(id)").status == 404)
    try app.finish(again)
  }

  // MARK: Bad input

  @Test(arguments: [
    ("{", 400, "INVALID_REQUEST", "JSON"), ("[]", 422, "UNPROCESSABLE", "object"),
    ("{}", 422, "UNPROCESSABLE", "source"),
    ("{\"source\":7}", 422, "UNPROCESSABLE", "source"),
    ("{\"source\":\"nothing.y4m\"}", 422, "UNPROCESSABLE", "nothing.y4m"),
    ("{\"source\":\"../../etc/passwd\"}", 403, "FORBIDDEN", "source root"),
    ("{\"source\":\"/etc/passwd\"}", 403, "FORBIDDEN", "source root"),
    ("{\"source\":\"upload:nothing\"}", 422, "UNPROCESSABLE", "upload"),
    ("{\"source\":\"ok.y4m\",\"plugins\":[\"magic\"]}", 422, "UNPROCESSABLE", "magic"),
    ("{\"source\":\"ok.y4m\",\"plugins\":[]}", 422, "UNPROCESSABLE", "plugins"),
    ("{\"source\":\"ok.y4m\",\"device_requested\":\"tpu\"}", 422, "UNPROCESSABLE", "tpu"),
    ("{\"source\":\"ok.y4m\",\"options\":1}", 422, "UNPROCESSABLE", "options"),
    ("{\"source\":\"a\",\"source\":\"b\"}", 400, "INVALID_REQUEST", "JSON"),
  ])
  func `a body that can't be a job is refused with its field`(body: String, status: Int, code: String, word: String)
    throws
  {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 1), to: "ok.y4m")
    let answer = try app.client().request(
      "POST", "/v1/jobs", headers: ["Content-Type": "application/json"], body: Array(body.utf8))
    #expect(answer.status == status)
    #expect(answer.json?["status_code"] == .int(status))
    #expect(answer.json?["code"]?.stringValue == code)
    let said = ["detail", "field"].compactMap { answer.json?[$0]?.stringValue }.joined(separator: " ")
    #expect(said.contains(word), "\(answer.text)")
    #expect(try app.client().request("GET", "/v1/jobs").json?["jobs"]?.arrayValue?.isEmpty == true)
  }

  @Test func `a body of another type is 415, one over the limit 413`() throws {
    let app = try RunningApp()
    let form = try app.client().request(
      "POST", "/v1/jobs", headers: ["Content-Type": "text/plain"], body: Array("{}".utf8))
    #expect(form.status == 415)
    let utf16 = try app.client().request(
      "POST", "/v1/jobs", headers: ["Content-Type": "application/json; charset=utf-16"], body: Array("{}".utf8))
    #expect(utf16.status == 415)
    let client = try app.client()
    try client.send(
      "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1048577\r\n\r\n")
    #expect(try client.answer().status == 413)
  }

  @Test(arguments: [
    ("garbage.y4m", Array("not a video".utf8)), ("empty.y4m", []),
    ("garbage.png", Array("\u{89}PNG but not really".utf8)), ("bomb.png", Bomb.png), ("notes.txt", Array("Milk".utf8)),
  ])
  func `a source that surely can't be read is refused with the cause, and makes no job`(name: String, bytes: [UInt8])
    throws
  {
    let app = try RunningApp()
    app.sources.write(bytes, to: name)
    let body: JSON = ["source": .string(name), "plugins": ["quality_check"]]
    let answer = try app.client().request("POST", "/v1/jobs", json: body)
    #expect(answer.status == 422 && answer.json?["field"] == "source", "\(answer.text)")
    #expect(try app.client().request("GET", "/v1/jobs").json?["jobs"]?.arrayValue?.isEmpty == true)
  }

  @Test func `a source that turns out to be unreadable fails its job, one that is cut off gives what it has`() throws {
    let app = try RunningApp()
    let clip = Clip.movingSquare(frames: 3)
    app.sources.write(Array(clip.dropLast(100)), to: "cut.y4m")
    app.sources.write(Array("P5 64 48 255\n".utf8) + [1], to: "nothing.pgm")
    let cut = try app.finish(app.startJob(["source": "cut.y4m", "plugins": ["quality_check"]]))
    #expect(cut["status"] == "succeeded")
    let warnings = cut["warnings"]?.arrayValue?.compactMap(\.stringValue) ?? []
    #expect(warnings.contains { $0.hasPrefix("source: 1 of 3 frames could not be read.") }, "\(warnings)")
    let job = try app.finish(app.startJob(["source": "nothing.pgm", "plugins": ["quality_check"]]))
    #expect(job["status"] == "failed")
    #expect((job["error"]?.stringValue?.count ?? 0) > 10, "\(job)")
    #expect(try app.client().request("GET", "/livez").status == 200)
  }
}

/// A PNG that declares 60,000 × 60,000 pixels.
enum Bomb {
  static let png: [UInt8] = {
    let header: [UInt8] = [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + header
      + checksum(Array("IHDR".utf8) + header)
  }()

  private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return withUnsafeBytes(of: (~crc).bigEndian, Array.init)
  }
}
