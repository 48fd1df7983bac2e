import App
import Domain
import JSONValues
import TestSupport
import Testing

/// A new or restored data folder uses the ids of jobs again: what a client kept of the old one must not stand for the new.
struct SameNumberTests {
  /// A job with one picture in a data folder of its own, always with the same id.
  private func app(level: UInt8) throws -> (app: RunningApp, job: JSON) {
    let app = try RunningApp()
    app.sources.write(
      Array("P5 4 4 255\n".utf8) + [UInt8](repeating: level, count: 16), to: "a.pgm")
    let id = try app.startJob(["source": "a.pgm", "plugins": ["quality_check"]])
    #expect(id == "1")
    return (app, try app.finish(id))
  }

  private func address(_ job: JSON) throws -> String {
    try #require(job["frames"]?.arrayValue?.first?["image_url"]?.stringValue)
  }

  @Test func `the picture of another data folder has another address, and an old address never shows a new picture`()
    throws
  {
    let (old, oldJob) = try app(level: 10)
    let (new, newJob) = try app(level: 200)
    #expect(try address(oldJob).hasPrefix("/v1/jobs/1/frames/0.png?v="))
    #expect(try address(oldJob) != address(newJob))
    let kept = try new.client().request("GET", address(oldJob))
    #expect(kept.status == 404 && kept.text.contains("Reload the page"))
    #expect(kept.fields["cache-control"]?.contains("immutable") != true)
    #expect(try old.client().request("GET", address(oldJob)).fields["cache-control"]?.contains("immutable") == true)
  }

  @Test func `the same picture has the same address in every folder, so a restored one is found`() throws {
    #expect(try address(app(level: 10).job) == address(app(level: 10).job))
  }

  @Test func `an address without a version works, and is asked for each time`() throws {
    let (app, _) = try app(level: 10)
    let path = "/v1/jobs/1/frames/0.png"
    let picture = try app.client().request("GET", path)
    #expect(picture.status == 200 && picture.fields["cache-control"] == "no-cache")
    let tag = try #require(picture.fields["etag"])
    let again = try app.client().request("GET", path, headers: ["If-None-Match": tag])
    #expect(again.status == 304 && again.body.isEmpty)
    let (another, _) = try self.app(level: 200)
    let other = try another.client().request("GET", path, headers: ["If-None-Match": tag])
    #expect(other.status == 200 && other.fields["etag"] != tag)
    // A part of one picture is never put together with a part of another.
    let part = ["Range": "bytes=0-3", "If-Range": "\"other\""]
    #expect(try app.client().request("GET", path, headers: part).status == 200)
    #expect(try app.client().request("GET", "\(path)?v=").status == 404)
  }

  @Test(arguments: [
    "/v1/jobs/1/retry", "/jobs/1/retry", "/v1/jobs/1/cancel", "/jobs/1/cancel", "/jobs/1/delete", "DELETE",
  ])
  func `an action that is meant for the job of another data folder is refused`(path: String) throws {
    let (app, job) = try app(level: 10)
    let (method, path) = path == "DELETE" ? ("DELETE", "/v1/jobs/1") : ("POST", path)
    func act(_ createdAt: String) throws -> ProbeClient.Answer {
      try app.client().request(method, "\(path)?created_at=\(createdAt)", body: method == "POST" ? [] : nil)
    }
    let other = try act("2026-02-04T15:30:00.123Z")
    #expect(other.status == 409 && other.text.contains("Job 1 is another one"))
    #expect(try act("yesterday").status == 400)
    #expect(try app.extended("1")["status"] == "succeeded")
    // The reports of a program that still runs since then are for the old job, too.
    let report = try app.client().request(
      "POST", "/v1/jobs/1/messages?created_at=2026-02-04T15:30:00.123Z", json: [])
    #expect(report.status == 409 && report.text.contains("Job 1 is another one"))
    let own = try act(#require(job["created_at"]?.stringValue))
    // A job that has ended can't be cancelled.
    #expect(path.hasSuffix("cancel") ? own.status == 409 && own.text.contains("already") : own.status < 400)
  }

  @Test func `the forms of a page name the job that they are for`() throws {
    let (app, job) = try app(level: 10)
    let page = try app.client().request("GET", "/jobs/1").text
    let time = try #require(job["created_at"]?.stringValue).replacing(":", with: "%3A")
    for action in ["retry", "delete"] { #expect(page.contains("/jobs/1/\(action)?created_at=\(time)")) }
  }
}
