import Files
import TestSupport
import Testing

struct PageTests {
  @Test(arguments: ["/", "/stories"]) func `a page comes whole, tagged, and with a strict content policy`(path: String)
    throws
  {
    let app = try RunningApp()
    let page = try app.client().request("GET", path, headers: ["Accept": "text/html"])
    #expect(page.status == 200)
    #expect(page.fields["content-type"] == "text/html; charset=utf-8")
    #expect(page.fields["content-security-policy"]?.contains("default-src 'none'") == true)
    #expect(page.fields["x-content-type-options"] == "nosniff")
    #expect(page.fields["cache-control"] == "no-cache")
    #expect(page.text.hasPrefix("<!DOCTYPE html>") || page.text.hasPrefix("<!doctype html>"))
    #expect(page.text.hasSuffix("</html>\n") || page.text.hasSuffix("</html>"))
  }

  @Test func `hostile names are text on the page, never markup`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 1), to: "square.y4m")
    let name = "\"><img src=x onerror=alert(1)></script>"
    let id = try app.startJob(["source": "square.y4m", "name": .string(name)])
    try app.finish(id)
    for path in ["/", "/jobs/\(id)"] {
      let page = try app.client().request("GET", path)
      #expect(page.status == 200)
      #expect(!page.text.contains("<img src=x"))
      #expect(!page.text.contains("alert(1)></script>"))
    }
  }

  @Test func `the form without script starts a job and leads to its page, or comes back with what is wrong`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 1), to: "square.y4m")
    let form = ["Content-Type": "application/x-www-form-urlencoded"]
    let started = try app.client().request(
      "POST", "/jobs", headers: form,
      body: Array("source=square.y4m&plugins=quality_check&device_requested=cpu&name=a+b".utf8))
    #expect(started.status == 303)
    let page = try app.client().request("GET", started.fields["location"] ?? "")
    #expect(page.status == 200)
    #expect(page.text.contains("a b"))
    let refused = try app.client().request(
      "POST", "/jobs", headers: form, body: Array("source=nothing&plugins=quality_check".utf8))
    #expect(refused.status == 422)
    #expect(refused.text.contains("does not exist"))
    #expect(refused.text.contains("value=\"nothing\""))
    #expect(!refused.text.contains("The field"))
  }

  @Test func `a form in which no plugin is ticked is refused, and does not mean all of them`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 1), to: "square.y4m")
    let refused = try app.client().request(
      "POST", "/jobs", headers: ["Content-Type": "application/x-www-form-urlencoded"],
      body: Array("source=square.y4m&device_requested=cpu&name=".utf8))
    #expect(refused.status == 422)
    #expect(refused.text.contains("data-slot=\"error-plugins\">Choose at least one plugin.<"))
    #expect(!refused.text.contains("name=\"plugins\" value=\"quality_check\" checked"))
    #expect(try app.client().request("GET", "/v1/jobs").json?["jobs"]?.arrayValue?.isEmpty == true)
  }

  @Test func `the form shows each plugin's options, and passes those on that are filled in`() throws {
    let app = try RunningApp()
    app.sources.write(Clip.movingSquare(frames: 1), to: "square.y4m")
    let page = try app.client().request("GET", "/", headers: ["Accept": "text/html"]).text
    #expect(page.contains("name=\"options.motion_detection.threshold\"") && page.contains("placeholder=\"24\""))
    #expect(page.contains("difference in grey levels between a pixel and its background: a whole number from 1 to 254"))
    let form = "source=square.y4m&plugins=motion_detection&device_requested=cpu&name="
    func post(_ options: String) throws -> ProbeClient.Answer {
      try app.client().request(
        "POST", "/jobs", headers: ["Content-Type": "application/x-www-form-urlencoded"],
        body: Array((form + options).utf8))
    }
    #expect(
      try post(
        "&options.motion_detection.threshold=30&options.motion_detection.minimum_area=&options.scene_change.threshold=x"
      )
      .status == 303)
    for value in ["1000", "0,5", "many"] {
      let refused = try post("&options.motion_detection.threshold=\(value)")
      #expect(refused.status == 422 && refused.text.contains("must be a whole number from 1 to 254, such as 24, not"))
      #expect(refused.text.contains("name=\"options.motion_detection.threshold\" value=\"\(value)\""))
    }
  }

  @Test func `a page that is not there says so in HTML to a browser and in JSON to a program`() throws {
    let app = try RunningApp()
    let html = try app.client().request("GET", "/nowhere", headers: ["Accept": "text/html,*/*"])
    #expect(html.status == 404)
    #expect(html.fields["content-type"]?.hasPrefix("text/html") == true)
    let json = try app.client().request("GET", "/nowhere")
    #expect(json.json?["code"] == "NOT_FOUND")
    #expect(try app.client().request("GET", "/jobs/none", headers: ["Accept": "text/html"]).status == 404)
  }
}

struct AssetTests {
  private func assetURL(_ app: RunningApp, _ suffix: String) throws -> String {
    let page = try app.client().request("GET", "/").text
    let piece = page.split(separator: "\"").first { $0.hasPrefix("/assets/") && $0.hasSuffix(suffix) }
    return String(try #require(piece))
  }

  @Test func `a file has its content in its name, is kept for ever and travels compressed`() throws {
    let app = try RunningApp()
    let url = try assetURL(app, "js/app.js")
    let plain = try app.client().request("GET", url)
    #expect(plain.status == 200)
    #expect(plain.fields["content-type"] == "text/javascript; charset=utf-8")
    #expect(plain.fields["cache-control"] == "public, max-age=31536000, immutable")
    let small = try app.client().request("GET", url, headers: ["Accept-Encoding": "gzip"])
    #expect(small.fields["content-encoding"] == "gzip")
    #expect(small.body.count < plain.body.count)
    let tag = try #require(plain.fields["etag"])
    let again = try app.client().request("GET", url, headers: ["If-None-Match": tag])
    #expect(again.status == 304)
    #expect(again.body.isEmpty)
  }

  @Test func `the stylesheet is one file that begins with the order of its layers`() throws {
    let app = try RunningApp()
    let css = try app.client().request("GET", assetURL(app, "css/app.css"))
    #expect(css.fields["content-type"] == "text/css; charset=utf-8")
    #expect(css.text.hasPrefix("@layer "))
    #expect(css.text.contains(".progress-bar-fill"))
  }

  @Test func `every module and every picture below web is served`() throws {
    let app = try RunningApp()
    let base = try assetURL(app, "js/app.js").dropLast("js/app.js".count)
    let client = try app.client()
    let web = FilePath.parent(of: FilePath.parent(of: FilePath.parent(of: #filePath))) + "/web"
    let names = try FileSystem.files(below: web).filter { ["js", "svg"].contains(FilePath.fileExtension(of: $0)) }
    #expect(names.contains { $0.hasPrefix("js/pages/") })
    for name in names { #expect(try client.request("GET", "\(base)\(name)").status == 200, "\(name)") }
  }
}
