import HTML
import Testing

struct URLPolicyTests {
  @Test(arguments: [
    "", "/", "/jobs/1", "jobs?page=2", "?q=a:b", "#L42", "//example.org/a", "./a:b", "http://example.org/",
    "HTTPS://example.org/?a=b", "mailto:me@example.org", "data:image/png;base64,AAAA", "data:image/jpeg,x",
    "DATA:image/WebP;base64,AAAA", " /jobs", "/a javascript:b", "é/ü",
  ])
  func `an address that leads somewhere harmless is kept`(address: String) {
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
  func `any other address is replaced`(address: String) {
    #expect(a(.href(address)) {}.renderString() == "<a href=\"about:invalid\"></a>")
  }

  @Test func `every attribute that is fetched or followed is checked`() {
    let attributes: [Attribute] = [
      .href("x:y"), .src("x:y"), .action("x:y"), .formaction("x:y"), .poster("x:y"), .cite("x:y"),
      .custom("href", "x:y"), .custom("data", "x:y"), .custom("ping", "x:y"),
    ]
    for attribute in attributes {
      #expect(br(attribute).renderString().hasSuffix("=\"about:invalid\">"))
    }
  }

  @Test func `an allowed address is escaped`() {
    #expect(a(.href("/?a=1&b=\"<")) {}.renderString() == "<a href=\"/?a=1&amp;b=&quot;&lt;\"></a>")
  }
}
