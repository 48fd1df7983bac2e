import HTML
import Testing

/// Texts that a job, a plugin or an agent could put into any field.
private let hostileTexts: [(String, text: String, attribute: String)] = [
  ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;", "&lt;img src=x onerror=alert(1)&gt;"),
  ("</script><script>alert(1)", "&lt;/script&gt;&lt;script&gt;alert(1)", "&lt;/script&gt;&lt;script&gt;alert(1)"),
  ("\"><svg onload=alert(1)>", "\"&gt;&lt;svg onload=alert(1)&gt;", "&quot;&gt;&lt;svg onload=alert(1)&gt;"),
  ("' onfocus='x", "' onfocus='x", "' onfocus='x"),
  ("&lt; &amp;", "&amp;lt; &amp;amp;", "&amp;lt; &amp;amp;"),
  ("{{constructor}} ${x} <%= y %>", "{{constructor}} ${x} &lt;%= y %&gt;", "{{constructor}} ${x} &lt;%= y %&gt;"),
  ("\u{202E}gpj.exe", "\u{FFFD}gpj.exe", "\u{FFFD}gpj.exe"),
  ("\u{2066}a\u{2069}\u{202A}", "\u{FFFD}a\u{FFFD}\u{FFFD}", "\u{FFFD}a\u{FFFD}\u{FFFD}"),
  ("\u{1B}[31mred\u{1B}]8;;x\u{7}", "\u{FFFD}[31mred\u{FFFD}]8;;x\u{FFFD}", "\u{FFFD}[31mred\u{FFFD}]8;;x\u{FFFD}"),
  ("a\0b\u{7F}c\u{85}\u{9F}d", "a\u{FFFD}b\u{FFFD}c\u{FFFD}\u{FFFD}d", "a\u{FFFD}b\u{FFFD}c\u{FFFD}\u{FFFD}d"),
  ("tab\tline\r\nfeed", "tab\tline\r\nfeed", "tab\tline\r\nfeed"),
  ("é © “quoted” – 日本 👩🏽‍💻 \u{200F}\u{A0}", "é © “quoted” – 日本 👩🏽‍💻 \u{200F}\u{A0}", "é © “quoted” – 日本 👩🏽‍💻 \u{200F}\u{A0}"),
]

struct EscapingTests {
  @Test(arguments: hostileTexts)
  func `text between tags is escaped`(text: String, expected: String, attribute: String) {
    #expect(p { text }.renderString() == "<p>\(expected)</p>")
  }

  @Test(arguments: hostileTexts)
  func `an attribute value stays inside its quotes`(text: String, shown: String, expected: String) {
    #expect(
      p(.title(text), .data("note", text)) {}.renderString()
        == "<p title=\"\(expected)\" data-note=\"\(expected)\"></p>")
  }

  /// The writer works in words of 8 bytes and pieces of 1,024; the position in them must not matter.
  @Test(arguments: hostileTexts)
  func `escaping does not depend on the position`(text: String, expected: String, attribute: String) {
    for lead in Array(0...17) + Array(1008...1026) {
      let filler = String(repeating: "x", count: lead)
      for trail in ["", "y", "yyyyyyyyyyyyyyyyy"] {
        #expect((filler + text + trail).renderString() == filler + expected + trail)
      }
    }
  }

  @Test func `every ASCII character is kept, escaped or replaced`() {
    for byte in UInt8(0)..<0x80 {
      let character = String(UnicodeScalar(byte))
      let expected: String
      switch byte {
      case UInt8(ascii: "<"): expected = "&lt;"
      case UInt8(ascii: ">"): expected = "&gt;"
      case UInt8(ascii: "&"): expected = "&amp;"
      case 0x09, 0x0A, 0x0C, 0x0D, 0x20...0x7E: expected = character
      default: expected = "\u{FFFD}"
      }
      for length in [1, 8, 9] {
        let text = String(repeating: character, count: length)
        #expect(text.renderString() == String(repeating: expected, count: length))
      }
    }
  }

  @Test func `a line of a megabyte is escaped completely`() {
    let line = String(repeating: "0123456789<", count: 100_000)
    #expect(line.renderString() == String(repeating: "0123456789&lt;", count: 100_000))
  }

  @Test func `raw markup is not escaped`() {
    #expect(p { raw("<b>&amp;</b>") }.renderString() == "<p><b>&amp;</b></p>")
    #expect(raw(Array("<i>".utf8)).renderString() == "<i>")
  }
}
