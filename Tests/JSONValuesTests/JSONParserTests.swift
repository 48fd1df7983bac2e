import JSONValues
import Testing

struct JSONParserTests {
  @Test(
    arguments: [
      ("null", JSON.null), ("true", true), (" false\r\n", false), ("0", 0), ("-0", 0), ("-12", -12), ("1.5", 1.5),
      ("1e2", .double(100)), ("1E+2", .double(100)), ("25e-1", 2.5), ("1e-400", 0.0), ("\"\"", ""), ("\"aé😀\"", "aé😀"),
      ("9007199254740992", 9_007_199_254_740_992), ("-9007199254740992", -9_007_199_254_740_992),
      (#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\uDE00""#, "\"\\/\u{8}\u{c}\n\r\tAé€😀"),
      (#""a\u0000b""#, "a\0b"), ("[]", []), ("[1,[2], {}]", [1, [2], [:]]),
      (#" { "a" : 1 , "b" : [ null ] } "#, ["a": 1, "b": [nil]]), (#"{"":{"":0}}"#, ["": ["": 0]]),
    ] as [(String, JSON)])
  func `valid text is parsed`(text: String, value: JSON) throws {
    #expect(try JSON(parsing: text) == value)
  }

  @Test(
    arguments: [
      ("", JSONError(.empty, line: 1, column: 1)),
      (" \n ", JSONError(.empty, line: 2, column: 2)),
      ("\u{FEFF}{}", JSONError(.byteOrderMark, line: 1, column: 1)),
      ("{} {}", JSONError(.trailingBytes, line: 1, column: 4)),
      ("1 2", JSONError(.trailingBytes, line: 1, column: 3)),
      ("{\"a\":1,\n \"a\":2}", JSONError(.duplicateKey("a"), line: 2, column: 2)),
      (#"{"a":1,"\u0061":2}"#, JSONError(.duplicateKey("a"), line: 1, column: 8)),
      ("1e400", JSONError(.numberOutOfRange, line: 1, column: 1)),
      ("[-1e400]", JSONError(.numberOutOfRange, line: 1, column: 2)),
      ("9007199254740993", JSONError(.integerOutOfRange, line: 1, column: 1)),
      ("-9007199254740993", JSONError(.integerOutOfRange, line: 1, column: 1)),
      ("99999999999999999999999", JSONError(.integerOutOfRange, line: 1, column: 1)),
      ("NaN", JSONError(.unexpectedByte(UInt8(ascii: "N")), line: 1, column: 1)),
      ("-Infinity", JSONError(.invalidNumber, line: 1, column: 1)),
      ("+1", JSONError(.unexpectedByte(UInt8(ascii: "+")), line: 1, column: 1)),
      ("01", JSONError(.invalidNumber, line: 1, column: 1)),
      ("-01", JSONError(.invalidNumber, line: 1, column: 1)),
      ("1.", JSONError(.invalidNumber, line: 1, column: 1)),
      (".5", JSONError(.unexpectedByte(UInt8(ascii: ".")), line: 1, column: 1)),
      ("1e", JSONError(.invalidNumber, line: 1, column: 1)),
      ("1e+", JSONError(.invalidNumber, line: 1, column: 1)),
      ("-", JSONError(.unexpectedEnd, line: 1, column: 2)),
      ("0x10", JSONError(.trailingBytes, line: 1, column: 2)),
      ("tru", JSONError(.unexpectedEnd, line: 1, column: 4)),
      ("trUe", JSONError(.unexpectedByte(UInt8(ascii: "U")), line: 1, column: 3)),
      ("'a'", JSONError(.unexpectedByte(UInt8(ascii: "'")), line: 1, column: 1)),
      ("[1,]", JSONError(.unexpectedByte(UInt8(ascii: "]")), line: 1, column: 4)),
      ("[1 2]", JSONError(.unexpectedByte(UInt8(ascii: "2")), line: 1, column: 4)),
      ("{\"a\":1,}", JSONError(.unexpectedByte(UInt8(ascii: "}")), line: 1, column: 8)),
      ("{a:1}", JSONError(.unexpectedByte(UInt8(ascii: "a")), line: 1, column: 2)),
      ("{\"a\" 1}", JSONError(.unexpectedByte(UInt8(ascii: "1")), line: 1, column: 6)),
      ("[1] // no", JSONError(.trailingBytes, line: 1, column: 5)),
      ("\"a\nb\"", JSONError(.controlCharacter(0x0A), line: 1, column: 3)),
      ("\"a\\", JSONError(.unexpectedEnd, line: 1, column: 4)),
      (#""\x41""#, JSONError(.invalidEscape, line: 1, column: 2)),
      (#""\u12g4""#, JSONError(.invalidEscape, line: 1, column: 2)),
      (#""\u+123""#, JSONError(.invalidEscape, line: 1, column: 2)),
      (#""é\ud800""#, JSONError(.loneSurrogate, line: 1, column: 3)),
      (#""\udc00""#, JSONError(.loneSurrogate, line: 1, column: 2)),
      (#""\ud800\u0041""#, JSONError(.loneSurrogate, line: 1, column: 2)),
      (#""\ud800x""#, JSONError(.loneSurrogate, line: 1, column: 2)),
    ] as [(String, JSONError)])
  func `invalid text is refused with the position of the error`(text: String, error: JSONError) {
    #expect(throws: error) { try JSON(parsing: text) }
  }

  @Test(
    arguments: [
      ([0x22, 0x61, 0xFF, 0x22], 3), ([0x22, 0xC3, 0x22], 2), ([0x22, 0xED, 0xA0, 0x80, 0x22], 2),
      ([0x22, 0xC0, 0x80, 0x22], 2), ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 2),
      ([0x22, 0x5C, 0x6E, 0xC3, 0xA9, 0x80, 0x22], 5), ([0x22, 0xFF, 0x5C, 0x6E, 0x22], 2),
    ] as [([UInt8], Int)])
  func `invalid UTF-8 is refused with its column`(bytes: [UInt8], column: Int) {
    #expect(throws: JSONError(.invalidUTF8, line: 1, column: column)) { try JSON(parsing: bytes) }
  }

  @Test func `UTF-16 is refused with and without its byte order mark`() {
    #expect(throws: JSONError(.byteOrderMark, line: 1, column: 1)) {
      try JSON(parsing: [0xFF, 0xFE, 0x7B, 0, 0x7D, 0])
    }
    #expect(throws: JSONError(.unexpectedByte(0), line: 1, column: 1)) { try JSON(parsing: [0, 0x7B, 0, 0x7D]) }
  }

  @Test(arguments: ["[", "{\"a\":"])
  func `a depth of 32 is accepted, 33 and 100,000 are refused`(opening: String) throws {
    let tooDeep = JSONError.Reason.tooDeep(limit: 32)
    let closing = opening == "[" ? "]" : "}"
    func nested(_ depth: Int) -> String {
      let innermost = opening == "[" ? "[]" : "{}"
      return String(repeating: opening, count: depth - 1) + innermost + String(repeating: closing, count: depth - 1)
    }
    #expect(throws: Never.self) { try JSON(parsing: nested(32)) }
    #expect { try JSON(parsing: nested(33)) } throws: { ($0 as? JSONError)?.reason == tooDeep }
    #expect { try JSON(parsing: nested(100_000)) } throws: { ($0 as? JSONError)?.reason == tooDeep }
    #expect { try JSON(parsing: nested(100_000), limits: JSONLimits(maxDepth: .max)) } throws: {
      ($0 as? JSONError)?.reason == .tooDeep(limit: 128)
    }
  }

  @Test func `an object of 100,000 keys is parsed, and a duplicate at its end found`() throws {
    let members = (0..<100_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
    #expect(try JSON(parsing: "{\(members)}").objectValue?.count == 100_000)
    #expect { try JSON(parsing: "{\(members),\"k7\":0}") } throws: {
      ($0 as? JSONError)?.reason == .duplicateKey("k7")
    }
  }

  @Test func `a number of a million digits is refused`() {
    let digits = String(repeating: "1", count: 1_000_000)
    #expect(throws: JSONError(.numberOutOfRange, line: 1, column: 1)) { try JSON(parsing: "0.\(digits)") }
  }

  @Test func `a text truncated anywhere is refused`() {
    let text = Array(#"{"a":[1,-2.5e3,true,null,"x\ud83d\ude00é"],"b":{}}"#.utf8)
    #expect(throws: Never.self) { try JSON(parsing: text) }
    for length in 0..<text.count {
      #expect(throws: JSONError.self) { try JSON(parsing: text[..<length]) }
    }
  }

  @Test func `a slice is parsed without its surroundings`() throws {
    let bytes = Array("xx[1]yy".utf8)
    #expect(try JSON(parsing: bytes[2..<5]) == [1])
  }

  @Test func `an error is a sentence with its position`() {
    #expect(
      JSONError(.unexpectedByte(0), line: 3, column: 7).description
        == "Invalid JSON at line 3, column 7: unexpected byte 0x00.")
    #expect(
      JSONError(.duplicateKey("a\"b"), line: 1, column: 2).description
        == #"Invalid JSON at line 1, column 2: the key "a\"b" occurs twice in one object."#)
  }

  @Test(arguments: 0...24) func `a control character in a string is refused wherever it is`(index: Int) {
    for control in [0x00, 0x0A, 0x1F] as [UInt8] {
      let text = "\"" + String(repeating: "x", count: index) + String(UnicodeScalar(control)) + "yyyyyyyyyyyy\""
      let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
      #expect(error == JSONError(.controlCharacter(control), line: 1, column: index + 2))
    }
  }

  @Test(arguments: 0...24) func `invalid UTF-8 in a string is refused wherever it is`(index: Int) {
    let text = [UInt8(ascii: "\"")] + [UInt8](repeating: 0x78, count: index) + [0xFF] + Array("yyyyyyyyyyyy\"".utf8)
    let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
    #expect(error == JSONError(.invalidUTF8, line: 1, column: index + 2))
  }
}
