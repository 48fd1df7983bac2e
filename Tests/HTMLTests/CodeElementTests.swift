import HTML
import Testing

struct CodeElementTests {
  @Test(arguments: [
    (#"{"a":"</script><script>alert(1)"}"#, #"{"a":"\u003c/script>\u003cscript>alert(1)"}"#),
    (#"{"a":"<!--"}"#, #"{"a":"\u003c!--"}"#),
    ("[1,2]", "[1,2]"), ("", ""), ("\"<\"", "\"\\u003c\""),
  ])
  func `JSON in a script can't end its element`(json: String, expected: String) {
    let markup = "<script type=\"application/json\" id=\"state\">\(expected)</script>"
    #expect(script(json: json, .id("state")).renderString() == markup)
    #expect(script(json: Array(json.utf8), .id("state")).renderString() == markup)
  }

  @Test(arguments: [
    ("if (a < b && c<d) x = '</script>'", "if (a < b && c<d) x = '\\x3c/script>'"),
    ("'<!-- <SCRIPT <s'", "'\\x3c!-- \\x3cSCRIPT <s'"),
  ])
  func `an inline script can't end its element`(code: String, expected: String) {
    #expect(script(javascript: code, .type("module")).renderString() == "<script type=\"module\">\(expected)</script>")
  }

  @Test func `an inline style sheet can't end its element`() {
    #expect(
      style(css: "p::before { content: '</style><b>' }").renderString()
        == "<style>p::before { content: '\\3c /style><b>' }</style>")
  }
}
