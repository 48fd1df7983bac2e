import HTML
import Testing

struct PrettyPrinterTests {
  private func pretty(_ markup: String) -> String {
    String(decoding: prettyPrint(Array(markup.utf8)), as: UTF8.self)
  }

  @Test(arguments: [
    ("", ""),
    ("text", "text\n"),
    ("<p></p>", "<p></p>\n"),
    ("<p>Hello</p>", "<p>Hello</p>\n"),
    ("<p id=\"a\">Hello</p>", "<p id=\"a\">Hello</p>\n"),
    ("<p id=\"a\" class=\"b > c\" hidden>Hello</p>", "<p\n  id=\"a\"\n  class=\"b > c\"\n  hidden\n>Hello</p>\n"),
    ("<ul><li>1</li><li><b>2</b></li></ul>", "<ul>\n  <li>1</li>\n  <li>\n    <b>2</b>\n  </li>\n</ul>\n"),
    ("<p>a<br>b</p>", "<p>\n  a\n  <br>\n  b\n</p>\n"),
    ("<div><input type=\"a\" name=\"b\"></div>", "<div>\n  <input\n    type=\"a\"\n    name=\"b\"\n  >\n</div>\n"),
    ("<!DOCTYPE html>\n<html><!-- x --></html>\n", "<!DOCTYPE html>\n<html>\n  <!-- x -->\n</html>\n"),
    ("<svg viewBox=\"0\"><linearGradient/></svg>", "<svg viewBox=\"0\">\n  <linearGradient>\n</svg>\n"),
  ])
  func `markup is printed in canonical form`(markup: String, expected: String) {
    #expect(pretty(markup) == expected)
  }

  @Test func `blanks that a browser may show become visible`() {
    #expect(
      pretty("<p>a <b>b</b> <i> c </i></p>") == "<p>\n  a&#32;\n  <b>b</b>\n  &#32;\n  <i>&#32;c&#32;</i>\n</p>\n")
    #expect(pretty("<p>a\n  b\tc</p>") == "<p>a&#10;  b&#9;c</p>\n")
  }

  @Test(arguments: ["pre", "textarea", "script", "style", "PRE"])
  func `content with significant white space is unchanged`(name: String) {
    let content = "  a  \n\n\tb < c <b>d</b> \n"
    let markup = "<div><\(name)>\(content)</\(name)></div>"
    #expect(pretty(markup) == "<div>\n  <\(name)>\(content)</\(name)>\n</div>\n")
  }

  @Test(arguments: [
    "<", "</", "<a", "<a b", "<a b=", "</>", "<>", "a < b", "</p>", "<p/", "<p><li>x</p></nothing>", "<a =b>",
    "<a/b/c>", "<a b=c d>", "\u{0}", "<p\u{0}>", "<p>\n \n</p>", "<x y='\"'>", "<pre>\n</pre>\n", "<!--\n-->",
  ])
  func `printing malformed markup twice gives the same result`(markup: String) {
    let once = pretty(markup)
    #expect(pretty(once) == once)
  }

  @Test(arguments: ["<a b='", "<!", "<!-- --", "<pre>", "<script><", "<textarea></textare"])
  func `no byte of truncated markup is lost`(markup: String) {
    for end in markup.utf8.indices {
      let part = String(markup.utf8[..<end]) ?? ""
      #expect(pretty(part).filter { !$0.isWhitespace }.hasPrefix(part.filter { !$0.isWhitespace }))
    }
  }

  @Test func `printing a page twice gives the same result`() {
    let page = document(title: "T", .lang("en"), body: [.id("a"), .class("b")]) {
      link(.rel("icon"), .href("data:image/png;base64,AA"))
    } content: {
      BenchmarkTable(rowCount: 3)
      pre(.class("log")) { "a  \n b" }
      script(json: "{}", .id("state"))
    }
    let once = page.renderPretty()
    #expect(pretty(once) == once)
    #expect(once.split(separator: "\n").count { $0.hasSuffix(" ") } == 1, "Only the line inside pre ends in a blank.")
  }
}
