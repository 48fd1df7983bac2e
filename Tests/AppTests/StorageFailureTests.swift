import Domain
import Files
import JSONValues
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A server that can't store anything: everyone is told so, with the cause, and since when.
struct StorageFailureTests {
  /// The log lines of an app.
  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var log: Log {
      Log(level: .info, sink: { line in self.lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
    }
    func count(_ event: String) -> Int { lines.withLock { $0.filter { $0.contains(event) }.count } }
  }

  private func message(_ type: String, _ payload: JSON) -> JSON {
    ["type": .string(type), "payload": payload, "timestamp": "2026-02-04T15:30:00.123Z"]
  }

  @Test func `a folder that is removed is noticed by everyone, and the new one is not taken for it`() throws {
    let lines = Lines()
    let app = try RunningApp(log: lines.log)
    let id = try app.startJob(["kind": "external", "name": "Before"])
    let watcher = try app.client()
    try watcher.upgrade("/v1/realtime?topics=jobs")
    #expect(try watcher.nextMessage { $0["type"] == "ping" }["payload"]?["storage"] == nil)
    let upload = try app.client().request("PUT", "/v1/uploads/before.bin", body: [1])
    #expect(upload.status == 201)

    let away = "\(app.data.path).away"
    defer { try? FileSystem.remove(away) }
    try FileSystem.move(app.data.path, to: away)
    // Nothing was published: the server looks by itself.
    let told = try watcher.nextMessage { $0["type"] == "storage" }
    #expect(told["payload"]?["status"] == "failing" && told["id"] == nil)
    #expect(told["payload"]?["reason"]?.stringValue?.contains("removed, renamed or covered") == true)
    try FileSystem.createFolder(app.data.path)

    let client = try app.client()
    let refused = [
      try client.request("POST", "/v1/jobs", json: ["kind": "external", "name": "Refused"]),
      try client.request("POST", "/v1/jobs/\(id)/messages", json: message("progress", ["progress": 10])),
      try client.request("DELETE", "/v1/jobs/\(id)"),
      try app.client().request("PUT", "/v1/uploads/after.bin", body: [1]),
    ]
    #expect(refused.map(\.status) == [507, 507, 409, 507], "\(refused.map(\.text))")
    #expect(refused[0].json?["code"] == "STORAGE_UNAVAILABLE")
    #expect(refused[0].text.contains("the folder is gone"))
    #expect(FileKind("\(app.data.path)/frames") == .missing && FileKind("\(app.data.path)/uploads") == .missing)
    let ready = try client.request("GET", "/readyz")
    #expect(ready.status == 503 && ready.text.contains("Put the folder back"))
    let health = try client.request("GET", "/health")
    #expect(health.status == 503 && health.json?["status"] == "critical")
    #expect(health.json?["storage"] == told["payload"])
    #expect(lines.count("nothing can be stored") == 1)
    #expect(try client.request("GET", "/metrics").text.contains("\ntelltale_store_failing 1\n"))
    // What is open is still read.
    #expect(try app.extended(id)["name"] == "Before")
    for path in ["/", "/jobs/\(id)", "/nowhere", "/stories"] {
      let page = try client.request("GET", path, headers: ["Accept": "text/html"]).text
      #expect(page.contains("Put the folder back"), "\(path)")
      #expect(!page.contains("storage-banner\" role=\"alert\" data-state=\"failed\" hidden"), "\(path)")
    }
    let newcomer = try app.client()
    try newcomer.upgrade("/v1/realtime?job_id=\(id)")
    #expect(try newcomer.nextMessage { $0["type"] == "ping" }["payload"]?["storage"] == told["payload"])

    let second = try RunningApp(data: app.data)
    let other = try second.startJob(["kind": "external", "name": "After"])
    #expect(try client.request("POST", "/v1/jobs", json: ["kind": "external"]).status == 507)
    #expect(try client.request("GET", "/readyz").status == 503)
    #expect(try app.extended(id)["name"] == "Before")
    // One of the second server's jobs has the number of the first one's next job.
    let clip = Clip.movingSquare(frames: 500)
    #expect(try second.client().request("PUT", "/v1/uploads/a.y4m", body: clip).status == 201)
    let reading = try (0..<6).map { _ in
      try second.startJob(["source": "upload:a.y4m", "options": ["pace": "realtime"]])
    }
    #expect(try client.request("POST", "/v1/jobs", json: ["source": "upload:a.y4m"]).status == 507)
    for id in reading {
      #expect(app.data.exists("uploads/.jobs/\(id)/a.y4m"), "\(id)")
      #expect(try second.client().request("POST", "/v1/jobs/\(id)/cancel").status == 200)
    }
    app.end()
    #expect(try second.extended(other)["name"] == "After")
    #expect(try second.client().request("GET", "/readyz").status == 200)
    second.end()
    let third = try RunningApp(data: app.data)
    #expect(try third.extended(other)["name"] == "After")
  }

  @Test func `pages don't show the banner while everything is stored`() throws {
    let app = try RunningApp()
    let page = try app.client().request("GET", "/").text
    #expect(page.contains("<storage-banner class=\"storage-banner\" role=\"alert\" data-state=\"failed\" hidden"))
    let health = try app.client().request("GET", "/health")
    #expect(health.status == 200 && health.json?["status"] == "healthy" && health.json?["storage"] == ["status": "ok"])
  }

  #if os(Linux)
    @Test func `on a full disk a job can be cancelled, pages say what is wrong, and it all ends with room`() throws {
      guard let small = SmallDisk(megabytes: 8) else { return }
      defer { small.unmount() }
      let disk = small.folder
      let lines = Lines()
      let app = try RunningApp(log: lines.log, data: disk)
      defer { app.end() }
      app.sources.write(Clip.movingSquare(frames: 500), to: "clip.y4m")
      let id = try app.startJob([
        "source": "clip.y4m", "plugins": ["motion_detection"],
        "options": ["pace": "realtime", "frame_pictures": false],
      ])
      let watcher = try app.client()
      try watcher.upgrade("/v1/realtime?job_id=\(id)")
      _ = try watcher.nextMessage { $0["type"] == "progress" && $0["payload"]?["progress"] != 0 }
      fill(disk)
      let told = try watcher.nextMessage { $0["type"] == "storage" }["payload"]
      #expect(told?["status"] == "failing" && told?["reason"] == "The disk is full. Free some space.")
      let since = try #require(told?["since"]?.stringValue)

      let client = try app.client()
      let refused = try client.request("POST", "/v1/jobs", json: ["kind": "external"])
      #expect(refused.status == 507 && refused.json?["code"] == "STORAGE_FULL")
      #expect(refused.json?["detail"]?.stringValue?.contains("the disk is full") == true)
      #expect(try client.request("GET", "/health").status == 503)
      #expect(try client.request("GET", "/readyz").text.contains("since \(since). The disk is full."))
      #expect(try client.request("GET", "/jobs/\(id)").text.contains("The disk is full. Free some space."))
      #expect(try client.request("POST", "/v1/jobs/\(id)/cancel").status == 202)
      #expect(try app.extended(id)["status"] == "running")
      #expect(try client.request("DELETE", "/v1/jobs/\(id)").text.contains("was cancelled"))

      unlink("\(disk.path)/ballast")
      #expect(try watcher.nextMessage { $0["type"] == "storage" }["payload"] == ["status": "ok"])
      #expect(try app.finish(id)["status"] == "cancelled")
      #expect(try eventually { try client.request("GET", "/health").status == 200 })
      #expect(try client.request("DELETE", "/v1/jobs/\(id)").status == 204)
      #expect(lines.count("nothing can be stored") == 1 && lines.count("storing again") == 1)
    }

    @Test func `a server to which nobody sends anything notices by itself that there is room again`() throws {
      guard let small = SmallDisk(megabytes: 8) else { return }
      defer { small.unmount() }
      let disk = small.folder
      let app = try RunningApp(data: disk)
      defer { app.end() }
      let client = try app.client()
      fill(disk)
      #expect(try eventually { try client.request("POST", "/v1/jobs", json: ["kind": "external"]).status == 507 })
      #expect(try client.request("GET", "/health").status == 503)
      unlink("\(disk.path)/ballast")
      #expect(try eventually { try client.request("GET", "/health").status == 200 })
    }

    @Test func `a server that refused a report is not ready because a smaller one fits`() throws {
      guard let small = SmallDisk(megabytes: 8) else { return }
      defer { small.unmount() }
      let disk = small.folder
      let app = try RunningApp(data: disk)
      defer { app.end() }
      let client = try app.client()
      let id = try app.startJob(["kind": "external"])
      fill(disk, leaving: 500_000)
      let text = JSON.string(String(repeating: "x", count: 4000))
      let large: JSON = .array(
        [JSON](repeating: message("warning", ["plugin": "p", "message": text]), count: 200))
      #expect(try client.request("POST", "/v1/jobs/\(id)/messages", json: large).status == 507)
      for percent in 1...5 {
        let small = message("progress", ["progress": .int(percent)])
        #expect(try client.request("POST", "/v1/jobs/\(id)/messages", json: small).status == 202)
        let ready = try client.request("GET", "/readyz")
        #expect(ready.status == 503 && ready.text.contains("The disk is full"), "\(ready.text)")
      }
      unlink("\(disk.path)/ballast")
      #expect(try eventually { try client.request("GET", "/readyz").status == 200 })
      #expect(try client.request("POST", "/v1/jobs/\(id)/messages", json: large).status == 202)
    }

    /// Leaves no more than so many bytes free.
    private func fill(_ disk: TemporaryFolder, leaving rest: Int = 0) {
      let ballast = open("\(disk.path)/ballast", O_WRONLY | O_CREAT, 0o644)
      defer { close(ballast) }
      let bytes = [UInt8](repeating: 0, count: 4096)
      while write(ballast, bytes, bytes.count) > 0 {}
      let size = lseek(ballast, 0, SEEK_CUR)
      ftruncate(ballast, size - off_t(rest))
    }
  #endif
}
