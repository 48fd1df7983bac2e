import HTML
import Testing

struct URLPolicyTests {
  @Test(arguments: [
    "", "/", "/jobs/1", "jobs?page=2", "?q=a:b", "#L42", "//example.org/a", "./a:b", "http://example.org/",
    "HTTPS://example.org/?a=b", "mailto:me@example.org", "data:image/png;base64,AAAA", "data:image/jpeg,x",
    "DATA:image/WebP;base64,AAAA", " /jobs", "/a javascript:b", "é/ü",
  ])
  func `a harmless URL is kept`(address: String) {
    #expect(a(.href(address)) { "x" }.renderString() == "<a href=\"\(address)\">x</a>")
  }

  @Test(arguments: [
    "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "\u{1}javascript:alert(1)",
    "java\tscript:alert(1)", "java\nscript:alert(1)", "\r\njavascript\n:alert(1)", "javascript&colon;:x", "vbscript:x",
    "data:text/html,<script>alert(1)</script>", "data:image/svg+xml,<svg onload=x>", "data:image/pngx,",
    "data:image/png",
    "data:,x", "file:///etc/passwd", "blob:x", "ftp://x", "http\u{0}s:x", ":x", "foo:bar", "\u{FF4A}avascript:x",
    "da\nta:text/html,x", "data:image/\npng;x",
  ])
  func `any other URL is replaced`(address: String) {
    #expect(a(.href(address)) {}.renderString() == "<a href=\"about:invalid\"></a>")
  }

  @Test func `every attribute with a URL that browsers fetch or follow is checked`() {
    let attributes: [(name: String, Attribute)] = [
      ("href", .href("x:y")), ("src", .src("x:y")), ("action", .action("x:y")), ("formaction", .formaction("x:y")),
      ("poster", .poster("x:y")), ("cite", .cite("x:y")), ("href", .custom("href", "x:y")),
      ("data", .custom("data", "x:y")), ("ping", .custom("ping", "x:y")),
    ]
    for (name, attribute) in attributes {
      #expect(br(attribute).renderString() == "<br \(name)=\"about:invalid\">")
    }
  }

  @Test func `an allowed URL is escaped`() {
    #expect(a(.href("/?a=1&b=\"<")) {}.renderString() == "<a href=\"/?a=1&amp;b=&quot;&lt;\"></a>")
  }
}
