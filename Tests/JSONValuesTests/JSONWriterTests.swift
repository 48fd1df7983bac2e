import JSONValues
import Testing

struct JSONWriterTests {
  @Test(
    arguments: [
      (JSON.null, "null"), (true, "true"), (false, "false"), (0, "0"), (-1, "-1"),
      (.int(.max), "9223372036854775807"), (.int(.min), "-9223372036854775808"), (999, "999"), (1000, "1000"),
      (50.0, "50"), (-0.0, "0"), (0.1, "0.1"), (1e-7, "1e-07"), (.double(.leastNonzeroMagnitude), "5e-324"),
      (1.5e300, "1.5e+300"),
      (9_007_199_254_740_992.0, "9007199254740992"), (1e21, "1e+21"), (.double(.nan), "null"),
      (.double(-.infinity), "null"), ("", #""""#), ("é😀", #""é😀""#),
      ("\"\\/\u{8}\t\n\u{c}\r\u{1}\u{1f}", #""\"\\/\b\t\n\f\r\u0001\u001f""#),
      ([], "[]"), ([[], [:], [1, "a", nil]], #"[[],{},[1,"a",null]]"#),
      (["b": 1, "a": ["c": [true]]], #"{"b":1,"a":{"c":[true]}}"#),
    ] as [(JSON, String)])
  func `a value is written compactly and in order`(value: JSON, text: String) {
    #expect(String(decoding: value.encoded(), as: UTF8.self) == text)
  }

  @Test(arguments: [0.1, 1.0 / 3, .pi, 1e-7, 123_456.789, 4.35, 2.2250738585072014e-308, .greatestFiniteMagnitude])
  func `a double parses back to itself`(value: Double) throws {
    #expect(try JSON(parsing: JSON.double(value).encoded()).doubleValue == value)
  }

  @Test(arguments: 0...24) func `a special character is escaped, and read back, wherever it is`(index: Int) throws {
    let escapes = [
      ("\"", #"\""#), ("\\", #"\\"#), ("\u{1f}", #"\u001f"#), ("\n", #"\n"#), (" ", " "), ("!", "!"), ("#", "#"),
      ("[", "["),
      ("]", "]"), ("\u{7f}", "\u{7f}"), ("é", "é"), ("\u{80}", "\u{80}"), ("😀", "😀"),
    ]
    for (special, escaped) in escapes {
      for count in [index, index + 3, 24] {
        let (before, after) = (String(repeating: "x", count: index), String(repeating: "y", count: count - index))
        let text = before + special + after
        let json = JSON.string(text).encoded()
        #expect(String(decoding: json, as: UTF8.self) == "\"\(before)\(escaped)\(after)\"")
        #expect(try JSON(parsing: json) == .string(text))
      }
    }
  }

  @Test func `an object goes on behind the members that are written already`() {
    var writer = JSONWriter()
    writer.beginArray()
    writer.beginObject(continuing: Array(#"{"a":{"b":1}}"#.utf8))
    writer.key("c")
    writer.beginText()
    writer.text("e")
    writer.text(":")
    writer.text(-12)
    writer.endText()
    writer.member("d", value: 2)
    writer.endObject()
    writer.null()
    writer.endArray()
    #expect(String(decoding: writer.finish(), as: UTF8.self) == #"[{"a":{"b":1},"c":"e:-12","d":2},null]"#)
  }

  @Test func `the writer inserts commas and can be reused`() {
    var writer = JSONWriter(capacity: 0)
    for _ in 0..<2 {
      writer.beginObject()
      writer.member("a", value: 1)
      writer.member("b", value: "x")
      writer.key("c")
      writer.beginArray()
      writer.value(1.5)
      writer.null()
      writer.raw(Array("{\"d\":0}".utf8))
      writer.beginObject()
      writer.endObject()
      writer.endArray()
      writer.member("e", value: true)
      writer.member("f", value: 2.0)
      writer.member("g", value: ["h": nil] as JSON)
      writer.endObject()
      let text = String(decoding: writer.finish(), as: UTF8.self)
      #expect(text == #"{"a":1,"b":"x","c":[1.5,null,{"d":0},{}],"e":true,"f":2,"g":{"h":null}}"#)
    }
  }

  @Test(arguments: [1_023, 1_024, 1_025, 5_000]) func `long strings are escaped completely`(count: Int) throws {
    let text = String(repeating: "\u{1}", count: count) + String(repeating: "é\"", count: count)
    #expect(try JSON(parsing: JSON.string(text).encoded()) == .string(text))
  }

  @Test(
    arguments: [
      nil, false, 0, .int(.min), .double(-.greatestFiniteMagnitude), .double(-.leastNormalMagnitude), .double(0x1p53),
      "", "\u{1}\u{1}", "é\"", [], [[], [1, true]], [:], ["\u{1}": ["\"": "\\"], "b": [nil]],
    ] as [JSON])
  func `a limit of bytes is met exactly, although small values are only estimated`(value: JSON) {
    let count = value.encoded().count
    #expect(value.isEncoded(within: count))
    #expect(!value.isEncoded(within: count - 1))
  }

  @Test func `the bytes can be read in place, and removed`() {
    var writer = JSONWriter()
    writer.value(42)
    #expect(writer.withBytes { bytes in bytes.withUnsafeBytes { Array($0) } } == Array("42".utf8))
    #expect(writer.count == 2)
    writer.removeAll()
    #expect(writer.count == 0)
    writer.value(7)
    #expect(writer.finish() == Array("7".utf8))
  }

  @Test func `JSON inside a script can't end the script`() throws {
    let value: JSON = ["</script>": "<!-- \u{2028}\u{2029}€"]
    let bytes = value.encodedForScript()
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text == #"{"\u003c/script>":"\u003c!-- \u2028\u2029€"}"#)
    #expect(try JSON(parsing: bytes) == value)
  }
}
