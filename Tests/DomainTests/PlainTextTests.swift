import Domain
import TestSupport
import Testing

struct PlainTextTests {
  @Test(arguments: [
    "", "plain", "a\nb", "\tindented\n\t\tmore", "  leading and inner  spaces", "naïve 日本 👩‍👩‍👧", "don't [32m strip this",
    "a\u{A0}b\u{AD}c", "a \u{202E}b",
  ])
  func `text without control characters stays as it is`(text: String) { #expect(PlainText.lines(text) == text) }

  @Test(arguments: [
    // Line breaks
    ("a\r\nb\r\n", "a\nb"), ("a\u{B}b\u{C}c\u{85}d\u{2028}e\u{2029}f", "a\nb\nc\nd\ne\nf"),
    ("\n\n  a\n\nb\n \n", "  a\n\nb"),
    ("\n\n", ""), (" \n \u{7}", ""), ("a\n  ", "a"), ("a\n\t", "a"), (" \n b", " b"),
    // A progress line: only the last state is left
    ("10%\r50%\r100%\ndone", "100%\ndone"), ("100%\r\r\n", "100%"), ("100%\r", "100%"), ("\u{8}\u{8}a\u{8}b", "b"),
    ("a\n\u{8}b", "a\nb"), ("N\u{8}NA\u{8}AM\u{8}M", "NAM"),
    // Colours and other control sequences
    ("\u{1B}[32mok\u{1B}[0m", "ok"), ("\u{1B}[1;38;2;255;0;0mred\u{1B}[m", "red"), ("\u{1B}[2K\u{1B}[1Gx", "x"),
    ("\u{9B}32mok", "ok"), ("\u{1B}[?25lx\u{1B}[?25h", "x"), ("\u{1B}[ qx", "x"), ("a\u{1B}[3", "a"), ("a\u{1B}[", "a"),
    ("a\u{1B}", "a"), ("\u{1B}[\u{1B}[31mx", "x"), ("\u{1B}[3\u{18}1mx", "1mx"), ("\u{1B}[é", "é"),
    // Other escapes
    ("\u{1B}(Bx\u{1B}=y\u{1B}7z", "xyz"), ("\u{1B}#8x", "x"), ("\u{1B}éx", "éx"), ("\u{1B}\u{1B}cx", "x"),
    // Strings for the terminal: titles, links, device control
    ("\u{1B}]0;title\u{7}x", "x"), ("\u{1B}]0;title\u{1B}\\x", "x"), ("\u{9D}0;title\u{9C}x", "x"),
    ("\u{1B}]8;;https://evil.example\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"), ("\u{1B}P1$r0m\u{1B}\\x", "x"),
    ("\u{1B}_app\u{1B}\\x\u{1B}^pm\u{1B}\\y\u{1B}Xsos\u{1B}\\z", "xyz"), ("\u{1B}]52;c;ZXZpbA==\u{7}x", "x"),
    ("\u{1B}]0;a\u{1B}[31mred", "red"), ("\u{1B}]0;a\u{18}b", "b"), ("\u{1B}]0;a\u{1B}]0;b\u{7}x", "x"),
    // What never ends hides its own line only
    ("a\u{1B}]0;hidden\nshown", "a\nshown"), ("a\u{1B}Phidden\r\nshown", "a\nshown"), ("a\u{1B}[3\nshown", "a\nshown"),
    ("\u{1B}]0;hidden", ""), ("a\u{1B}]0;hidden\u{1B}", "a"),
    // Control characters
    ("a\u{0}b\u{7}c\u{7F}d\u{80}e\u{9F}", "abcde"), ("\u{1B}[3\u{0}1mx", "x"),
  ])
  func `escape sequences and control characters go, and line breaks stay`(text: String, expected: String) {
    #expect(PlainText.lines(text) == expected)
  }

  @Test func `a stack trace keeps its lines and its indentation`() {
    let trace = """
      \u{1B}[31mTraceback (most recent call last):\u{1B}[0m\r
        File "train.py", line 3, in <module>\r
      \tloss.backward()\r
      ValueError: \u{1B}]8;;file:///train.py\u{7}NaN\u{1B}]8;;\u{7}

      """
    #expect(
      PlainText.lines(trace)
        == "Traceback (most recent call last):\n  File \"train.py\", line 3, in <module>\n\tloss.backward()\nValueError: NaN"
    )
  }

  @Test(arguments: [
    ("a\nb\r\n\r\nc\td", "a b c d"), ("\u{1B}[1mname\u{1B}[0m\n", "name"), ("a  b", "a  b"), ("\n", ""), ("\t", ""),
  ])
  func `a name is one line`(text: String, expected: String) { #expect(PlainText.line(text) == expected) }

  @Test func `a control character goes wherever it is, and every other character stays`() {
    let around = "The text is read in words of 8 bytes"
    for position in around.indices {
      for value in UInt8.min...0x7F where value != 0x08 && value != 0x0D && value != 0x1B && !(0x09...0x0C ~= value) {
        let character = Unicode.Scalar(value)
        var text = around.unicodeScalars
        text.insert(character, at: position)
        let isShown = 0x20..<0x7F ~= value
        #expect(PlainText.line(String(text)) == (isShown ? String(text) : around))
      }
    }
  }

  @Test func `whatever the bytes, nothing that drives a terminal is left, and cleaning again changes nothing`() {
    var random = SeededGenerator(seed: 7)
    let alphabet: [Unicode.Scalar] = [
      "a", "[", "]", "m", ";", "3", "\\", "P", "é", "\n", "\r", "\t", " ", "\u{0}", "\u{7}", "\u{8}", "\u{18}",
      "\u{1B}",
      "\u{1B}", "\u{7F}", "\u{85}", "\u{90}", "\u{9B}", "\u{9C}", "\u{9D}", "\u{2028}",
    ]
    for _ in 0..<5000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...40, using: &random) { text.append(alphabet.randomElement(using: &random) ?? "a") }
      let cleaned = PlainText.lines(String(text))
      let isClean = cleaned.unicodeScalars.allSatisfy { scalar in
        scalar == "\n" || scalar == "\t" || scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
      }
      #expect(isClean && PlainText.lines(cleaned) == cleaned, "\(String(text).debugDescription)")
      let line = PlainText.line(String(text))
      #expect(!line.contains("\n") && PlainText.line(line) == line)
    }
  }
}
