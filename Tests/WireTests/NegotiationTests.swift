import Testing
import Wire

/// The request fields that negotiate types, codings, versions and ranges.
struct NegotiationTests {
  @Test(
    arguments: [
      ("gzip", true), ("deflate, GZIP", true), ("gzip;q=0", false), ("gzip; q=0.001", true), ("*", true),
      ("*;q=0", false),
      ("gzip;q=0, *", false), ("*;q=0, gzip;q=1.000", true), ("identity", false), ("", false), ("gzip;q=2", false),
      ("gzip;q=", false), ("gzip;q=0.0000", false), ("xgzip", false), ("x-gzip", true), ("br, , gzip", true),
    ] as [(String, Bool)])
  func `gzip is accepted only with a positive weight`(value: String, accepted: Bool) {
    #expect((AcceptedCodings(["accept-encoding": value]).gzip > 0) == accepted)
  }

  @Test func `gzip is not accepted by default, and a second field counts`() {
    #expect(AcceptedCodings([:]).gzip == 0)
    #expect(AcceptedCodings(["accept-encoding": "br", "Accept-Encoding": "gzip"]).gzip == 1_000)
  }

  @Test(
    arguments: [
      ("text/event-stream", true), ("Text/Event-Stream; x=\"a,b\", text/html", true), ("*/*", false),
      ("text/*;q=0.5", false), ("text/html", false), ("text/event-stream;q=0, */*", false),
      ("*/*;q=0, text/event-stream;q=0.1", true), ("", false), ("rubbish", false), ("text/", false),
    ] as [(String, Bool)])
  func `a type is accepted by name only if it is listed itself, not by a range`(value: String, isAccepted: Bool) {
    let fields: HTTPFields = ["accept": value]
    #expect(fields.acceptsByName("text/event-stream") == isAccepted)
  }

  @Test func `without an Accept field no type is accepted by name`() {
    #expect(!HTTPFields().acceptsByName("text/html"))
  }

  @Test func `a content type is compared without case and parameters`() {
    let fields: HTTPFields = ["content-type": "Application/JSON ; Charset=\"UTF-8\""]
    #expect(fields.contentType?.isType("application/json") == true)
    for other in ["application/jso", "application/jsonx", "applicationx/json", "pplication/json", "", "/"] {
      #expect(fields.contentType?.isType(other) == false, "\(other)")
    }
    #expect(fields.contentType?.charset == "utf-8")
    #expect((["content-type": "text/plain"] as HTTPFields).contentType?.isType("application/json") == false)
    #expect(HTTPFields().contentType == nil)
    #expect((["content-type": "a/b", "Content-Type": "a/b"] as HTTPFields).contentType == nil)
    for malformed in ["", "json", "a/b/c", "a/b;c", "a b/c", "/b"] {
      #expect((["content-type": malformed] as HTTPFields).contentType == nil)
    }
  }

  @Test(
    arguments: [
      ("\"a\"", true), ("W/\"a\"", true), ("*", true), ("\"b\", \"a\"", true), ("W/\"b\" ,W/\"a\"", true),
      ("\"b\"", false),
      ("a", false), ("\"a", false), ("", false), ("\"b,\"a\"", false), ("\"b,c\", \"a\"", true),
      ("\"\\\", \"a\"", true),
    ] as [(String, Bool)])
  func `an entity tag is found in If-None-Match`(value: String, matches: Bool) {
    for tag in [EntityTag("a"), EntityTag("a", isWeak: true)] {
      let outcome = Preconditions.evaluate(["if-none-match": value], method: .get, current: Validators(tag: tag))
      #expect(outcome == (matches ? .notModified : .passed))
    }
  }

  @Test func `an entity tag is written with its quotes`() {
    #expect(EntityTag("x1").description == "\"x1\"")
    #expect(EntityTag("x1", isWeak: true).description == "W/\"x1\"")
  }

  @Test(
    arguments: [
      ("bytes=0-4", .part(0..<5)), ("Bytes=5-", .part(5..<10)), ("bytes=-3", .part(7..<10)),
      ("bytes=0-0", .part(0..<1)),
      ("bytes=0-99", .part(0..<10)), ("bytes=-99", .part(0..<10)), ("bytes=9-9", .part(9..<10)),
      ("bytes=0-9223372036854775807", .part(0..<10)), ("bytes=0-99999999999999999999", .part(0..<10)),
      ("bytes=10-", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("bytes=99999999999999999999-", .unsatisfiable),
      ("bytes=0-1,3-4", .whole), ("bytes=4-3", .whole), ("bytes=-", .whole), ("bytes=", .whole), ("bytes=a-b", .whole),
      ("bytes=+1-2", .whole), ("bytes=1--2", .whole), ("lines=1-2", .whole), ("0-4", .whole), ("", .whole),
    ] as [(String, ByteRange)])
  func `a range is a part, unsatisfiable, or ignored`(value: String, range: ByteRange) {
    #expect(ByteRange(["range": value], size: 10) == range)
  }

  @Test func `a range needs a matching If-Range, and formats its Content-Range`() {
    let tag = EntityTag("v1")
    #expect(ByteRange(["range": "bytes=1-2", "if-range": "\"v1\""], size: 5, tag: tag) == .part(1..<3))
    #expect(ByteRange(["range": "bytes=1-2", "if-range": "\"v0\""], size: 5, tag: tag) == .whole)
    #expect(ByteRange(["range": "bytes=1-2", "if-range": "\"v1\""], size: 5) == .whole)
    let weak = EntityTag("v1", isWeak: true)
    #expect(ByteRange(["range": "bytes=1-2", "if-range": "W/\"v1\""], size: 5, tag: weak) == .whole)
    #expect(ByteRange(["range": "bytes=0-", "Range": "bytes=0-"], size: 5) == .whole)
    #expect(ByteRange([:], size: 5) == .whole && ByteRange(["range": "bytes=0-"], size: 0) == .unsatisfiable)
    #expect(ByteRange.part(1..<3).contentRange(size: 5) == "bytes 1-2/5")
    #expect(
      ByteRange.unsatisfiable.contentRange(size: 5) == "bytes */5" && ByteRange.whole.contentRange(size: 5) == nil)
  }

  @Test(
    arguments: [
      ("a%20b", "a b"), ("%E2%82%AC", "€"), ("a+b", "a+b"), ("%", nil), ("%2", nil), ("%zz", nil), ("%ff", nil),
    ]
      as [(String, String?)])
  func `percent escapes are decoded, and invalid ones refused`(encoded: String, text: String?) {
    #expect(PercentDecoding.text(encoded.utf8, plus: .literal) == text)
  }

  @Test func `a plus is a space in a query and a plus in a path`() {
    #expect(PercentDecoding.text("a+b%2B".utf8, plus: .space) == "a b+")
    #expect(PercentDecoding.text("a+b%2B".utf8, plus: .literal) == "a+b+")
  }

  @Test func `a content range has first byte, last byte and total size`() throws {
    let range = try #require(ContentRange(parsing: "Bytes 5-9/10"))
    #expect((range.first, range.last, range.total) == (5, 9, 10))
    let smallest = try #require(ContentRange(parsing: "bytes 0-0/1"))
    #expect((smallest.first, smallest.last, smallest.total) == (0, 0, 1))
  }

  @Test(arguments: [
    "", "bytes", "bytes ", "bytes 0-9", "bytes 0-9/*", "bytes */10", "bytes 0-10/10", "bytes 9-0/10", "bytes 0/9-10",
    "bytes +0-9/10", "bytes 0--9/10", "bytes 0-9/10/11", "bytes 0-9/99999999999999999999", "bytes=0-9/10",
    "items 0-9/10",
    "bytes 0-9/１０",
  ])
  func `an invalid content range is refused`(value: String) {
    #expect(ContentRange(parsing: value) == nil)
  }
}
