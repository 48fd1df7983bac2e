import Domain
import Testing

struct TimestampTests {
  @Test(arguments: [
    (Int64(0), "1970-01-01T00:00:00.000Z"), (1_770_219_000_123, "2026-02-04T15:30:00.123Z"),
    (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
    (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
  ])
  func `a moment is written as ISO 8601 in UTC with milliseconds, and read back the same`(
    milliseconds: Int64, text: String
  ) {
    #expect(Timestamp(milliseconds: milliseconds).description == text)
    #expect(Timestamp(iso8601: text) == Timestamp(milliseconds: milliseconds))
  }

  @Test(arguments: [
    // RFC 3339
    ("2026-02-04T15:30:00Z", "2026-02-04T15:30:00.000Z"), ("2026-02-04t15:30:00z", "2026-02-04T15:30:00.000Z"),
    ("2026-02-04 15:30:00.5+01:00", "2026-02-04T14:30:00.500Z"),
    ("2026-02-04T10:00:00.123456789-05:30", "2026-02-04T15:30:00.123Z"),
    ("2026-02-04T15:30:00-00:00", "2026-02-04T15:30:00.000Z"), ("2026-12-31T23:59:60Z", "2027-01-01T00:00:00.000Z"),
    // GNU date: -Ins, -Is, +%FT%T%z
    ("2026-11-27T17:38:38,123456789+00:00", "2026-11-27T17:38:38.123Z"),
    ("2026-11-27T17:38:38+01:00", "2026-11-27T16:38:38.000Z"), ("2026-11-27T17:38:38+0000", "2026-11-27T17:38:38.000Z"),
    // Python, .NET, Java, Go
    ("2026-11-27T17:38:38.123456+00:00", "2026-11-27T17:38:38.123Z"),
    ("2026-11-27T17:38:38.1234567Z", "2026-11-27T17:38:38.123Z"), ("2026-11-27T17:38Z", "2026-11-27T17:38:00.000Z"),
    ("2026-11-27T17:38:38.5-07:00", "2026-11-28T00:38:38.500Z"),
    // ISO 8601: basic forms, short offsets, any number of decimals, fractions of minutes and hours
    ("20261127T173838Z", "2026-11-27T17:38:38.000Z"), ("20261127T173838,5+0130", "2026-11-27T16:08:38.500Z"),
    ("2026-11-27T17:38:38+01", "2026-11-27T16:38:38.000Z"), ("2026-11-27T17Z", "2026-11-27T17:00:00.000Z"),
    ("2026-11-27T17:38.5Z", "2026-11-27T17:38:30.000Z"), ("2026-11-27T17,25Z", "2026-11-27T17:15:00.000Z"),
    ("2026-11-27T17:38:38.99999999999999999999999999Z", "2026-11-27T17:38:38.999Z"),
    // Ordinal and week dates
    ("2026-035T15:30:00Z", "2026-02-04T15:30:00.000Z"), ("2026035T153000Z", "2026-02-04T15:30:00.000Z"),
    ("2024-366T00:00:00Z", "2024-12-31T00:00:00.000Z"), ("2026-W06-3T15:30:00Z", "2026-02-04T15:30:00.000Z"),
    ("2026W063T153000Z", "2026-02-04T15:30:00.000Z"), ("2020-W53-5T00:00:00Z", "2021-01-01T00:00:00.000Z"),
    ("2009-W01-1T00:00:00Z", "2008-12-29T00:00:00.000Z"),
  ])
  func `every complete form of ISO 8601 is read`(text: String, written: String) throws {
    #expect(try Timestamp(parsing: text).description == written)
  }

  @Test(arguments: [
    // datetime.now().isoformat() in Python
    ("2026-11-27T17:38:38", TimestampError.noZone), ("2026-11-27T17:38:38.123456", .noZone),
    ("20261127T173838", .noZone), ("2026-11-27T17", .noZone), ("2026-02-04", .noTime), ("20260204", .noTime),
    ("", .unreadable), ("soon", .unreadable), ("1770219000", .unreadable), ("2026-02", .unreadable),
    ("Fri Nov 27 17:38:38 UTC 2026", .unreadable), ("27/11/2026 17:38", .unreadable), ("2026-02-04T", .unreadable),
    ("2026-02-04X15:30:00Z", .unreadable), ("2026-02-04T15:30:00.Z", .unreadable), ("2026-02-04T15:3Z", .unreadable),
    ("２026-02-04T15:30:00Z", .unreadable), ("2026-02-04T15:30:00:00Z", .wrongZone),
    ("2026-02-04T15:30:00 Z", .wrongZone), ("2026-02-04T15:30:00Zx", .wrongZone),
    ("2026-02-04T15:30:00+1:00", .wrongZone), ("2026-02-04T15:30:00+01:", .wrongZone),
    ("2026-02-04T15:30:00+01:00[Europe/Berlin]", .wrongZone), ("2026-02-04 15:30:00 +0100", .wrongZone),
    ("2026-02-04T15:30:00 UTC", .wrongZone), ("2026-13-01T00:00:00Z", .impossible("the month 13")),
    ("2026-02-30T00:00:00Z", .impossible("the day 30 of the month 2")),
    ("2026-04-00T00:00:00Z", .impossible("the day 0 of the month 4")),
    ("2026-366T00:00:00Z", .impossible("the day 366 of the year")),
    ("2026-000T00:00:00Z", .impossible("the day 0 of the year")), ("2021-W53-1T00:00:00Z", .impossible("the week 53")),
    ("2026-W00-1T00:00:00Z", .impossible("the week 0")), ("2026-W01-8T00:00:00Z", .impossible("the day 8 of the week")),
    ("2026-02-04T24:00:00Z", .impossible("the hour 24")), ("2026-02-04T15:60:00Z", .impossible("the minute 60")),
    ("2026-02-04T15:30:61Z", .impossible("the second 61")),
    ("2026-02-04T15:30:00+24:00", .impossible("the offset of 24 hours and 0 minutes")),
    ("0000-01-01T00:00:00+01:00", .outOfRange), ("9999-12-31T23:59:59-01:00", .outOfRange),
    ("9999-12-31T23:59:60Z", .outOfRange),
  ])
  func `what is no moment is refused with the reason`(text: String, error: TimestampError) {
    let thrown = #expect(throws: TimestampError.self) { try Timestamp(parsing: text) }
    #expect(thrown == error)
    #expect(Timestamp(iso8601: text) == nil)
  }

  @Test(arguments: 1...500) func `the form that programs send is read like the same time in another form`(seed: Int) {
    var random = SeededValues(seed: seed)
    func digits(_ range: ClosedRange<Int>, _ count: Int) -> String {
      let text = String(random.int(range))
      return String(repeating: "0", count: count - text.utf8.count) + text
    }
    let date = "\(digits(0...9999, 4))-\(digits(0...13, 2))-\(digits(0...32, 2))"
    let time = "\(digits(0...24, 2)):\(digits(0...60, 2)):\(digits(0...61, 2))"
    for fraction in ["", ".\(digits(0...999, 3))", ".1x3"] {
      let text = "\(date)T\(time)\(fraction)"
      #expect(Timestamp(iso8601: text + "Z") == Timestamp(iso8601: text + "+00:00"), "\(text)")
    }
  }

  @Test func `a missing zone is told as exactly that`() {
    #expect(
      TimestampError.noZone.description.hasPrefix("has no time zone: append Z if it is in UTC, or else an offset"))
  }
}
