import Testing
import Wire

/// RFC 9110 §13 as a table.
struct PreconditionTests {
  private static let date = "Sun, 06 Nov 1994 08:49:37 GMT"
  private static let before = "Sun, 06 Nov 1994 08:49:36 GMT"
  private static let after = "Sun, 06 Nov 1994 08:49:38 GMT"
  private static let current = Validators(tag: EntityTag("a"), lastModified: 784_111_777)
  private static let weak = Validators(tag: EntityTag("a", isWeak: true))

  typealias Row = (HTTPFields, Validators?, read: Preconditions.Outcome, change: Preconditions.Outcome)

  static let rows: [Row] = [
    ([:], current, .passed, .passed), ([:], nil, .passed, .passed),
    // §13.1.1: the strong comparison.
    (["if-match": "\"a\""], current, .passed, .passed), (["if-match": "*"], current, .passed, .passed),
    (["if-match": "\"b\", \"a\""], current, .passed, .passed), (["if-match": "\"b\""], current, .failed, .failed),
    (["if-match": "\"b\"", "If-Match": "\"a\""], current, .passed, .passed),
    (["if-match": "W/\"a\""], current, .failed, .failed), (["if-match": "\"a\""], weak, .failed, .failed),
    (["if-match": "*"], weak, .passed, .passed), (["if-match": "*"], Validators(), .passed, .passed),
    (["if-match": "\"a\""], Validators(), .failed, .failed), (["if-match": "*"], nil, .failed, .failed),
    (["if-match": "a"], current, .failed, .failed), (["if-match": ""], current, .failed, .failed),
    // §13.1.2: the weak comparison.
    (["if-none-match": "\"a\""], current, .notModified, .failed),
    (["if-none-match": "W/\"a\""], current, .notModified, .failed),
    (["if-none-match": "\"a\""], weak, .notModified, .failed), (["if-none-match": "*"], current, .notModified, .failed),
    (["if-none-match": "*"], Validators(), .notModified, .failed), (["if-none-match": "*"], nil, .passed, .passed),
    (["if-none-match": "\"b\""], current, .passed, .passed), (["if-none-match": "\"a\""], nil, .passed, .passed),
    // §13.1.3: not for requests that change something, and not beside If-None-Match.
    (["if-modified-since": date], current, .notModified, .passed),
    (["if-modified-since": after], current, .notModified, .passed),
    (["if-modified-since": before], current, .passed, .passed), (["if-modified-since": date], weak, .passed, .passed),
    (["if-modified-since": date], nil, .passed, .passed), (["if-modified-since": "today"], current, .passed, .passed),
    (["if-modified-since": date, "If-Modified-Since": date], current, .passed, .passed),
    (["if-modified-since": date, "if-none-match": "\"b\""], current, .passed, .passed),
    (["if-modified-since": before, "if-none-match": "\"a\""], current, .notModified, .failed),
    // §13.1.4: not beside If-Match.
    (["if-unmodified-since": date], current, .passed, .passed),
    (["if-unmodified-since": before], current, .failed, .failed),
    (["if-unmodified-since": before], weak, .passed, .passed), (["if-unmodified-since": before], nil, .passed, .passed),
    (["if-unmodified-since": "then"], current, .passed, .passed),
    (["if-unmodified-since": before, "if-match": "\"a\""], current, .passed, .passed),
    (["if-unmodified-since": date, "if-match": "\"b\""], current, .failed, .failed),
    // §13.2.2: first that nothing was changed, then that something was.
    (["if-match": "\"b\"", "if-none-match": "\"a\""], current, .failed, .failed),
    (["if-match": "\"a\"", "if-none-match": "\"a\""], current, .notModified, .failed),
    (["if-unmodified-since": date, "if-modified-since": date], current, .notModified, .passed),
  ]

  @Test(arguments: rows.indices) func `conditions are evaluated in the order of RFC 9110`(index: Int) {
    let (fields, current, read, change) = Self.rows[index]
    for method in HTTPMethod.allCases {
      let expected = method == .get || method == .head ? read : change
      #expect(
        Preconditions.evaluate(fields, method: method, current: current) == expected,
        "\(method) \(Array(fields)) \(String(describing: current))")
    }
  }

  @Test func `validators are read from the fields of an answer`() {
    #expect(Validators(["etag": "\"a\"", "last-modified": Self.date]) == Self.current)
    #expect(Validators(["etag": "W/\"a\""]) == Self.weak)
    #expect(Validators([:]) == Validators() && Validators(["etag": "a", "last-modified": "now"]) == Validators())
  }

  @Test(
    arguments: [
      (date, 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777), ("Sun Nov  6 08:49:37 1994", 784_111_777),
      ("Sun Nov 16 08:49:37 1994", 784_975_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
      ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000), ("Tue, 31 Dec 2069 23:59:60 GMT", 3_155_760_000),
      ("Monday, 01-Jan-69 00:00:00 GMT", 3_124_224_000), ("Thursday, 01-Jan-70 00:00:00 GMT", 0),
      ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
      ("Thu, 29 Feb 2023 12:00:00 GMT", nil), ("Sun, 31 Jun 2024 12:00:00 GMT", nil),
      ("Sun, 00 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 24:00:00 GMT", nil),
      ("Sun, 06 Nov 1994 08:60:00 GMT", nil), ("Sun, 06 Nov 1994 08:49:37 UTC", nil),
      ("Sun, 06 Nov 1994 08:49:37 +0000", nil), ("Sun, 06 nov 1994 08:49:37 GMT", nil), ("784111777", nil), ("", nil),
      ("Sun, 6 Nov 1994 08:49:37 GMT", nil), ("Mon, 01 Jan 1900 00:00:00 GMT", nil),
    ] as [(String, Int?)])
  func `a date is read in each of the three formats, or not at all`(text: String, seconds: Int?) {
    #expect(HTTPDate.unixSeconds(parsing: text) == seconds)
  }

  @Test func `every date that is written is read back`() {
    for day in stride(from: 0, to: 60_000, by: 1) {
      let seconds = day * 86_400 + day % 86_400
      #expect(HTTPDate.unixSeconds(parsing: HTTPDate.text(unixSeconds: seconds)) == seconds)
    }
  }

  @Test(
    arguments: [
      (nil, 0, 1), ("", 0, 1), ("gzip", 1_000, 1), ("gzip, deflate, br, zstd", 1_000, 1),
      ("gzip;q=0.5", 500, 1), ("identity", 0, 1_000), ("gzip;q=0.5, identity", 500, 1_000), ("identity;q=0", 0, 0),
      ("gzip, identity;q=0", 1_000, 0), ("*;q=0", 0, 0), ("gzip;q=1.0, *;q=0", 1_000, 0), ("*", 1_000, 1_000),
      ("identity;q=0.2, *;q=0", 0, 200), ("br, *;q=0.3", 300, 300), ("gzip;q=0, *", 0, 1_000),
      ("GZIP;Q=0.7", 700, 1), ("gzip;q=2, identity;q=0", 0, 0),
    ] as [(String?, Int, Int)])
  func `codings have the weights of Accept-Encoding`(value: String?, gzip: Int, identity: Int) {
    let accepted = AcceptedCodings(value.map { ["accept-encoding": $0] } ?? [:])
    #expect(accepted.gzip == gzip && accepted.identity == identity)
    #expect(accepted.prefersGzip == (gzip > 0 && gzip >= identity))
  }
}
