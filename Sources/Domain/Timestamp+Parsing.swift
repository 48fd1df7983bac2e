/// Why a text is not a timestamp. The description continues a sentence that names the text.
package enum TimestampError: Error, Equatable, Sendable, CustomStringConvertible {
  case unreadable
  case noTime
  case noZone
  case wrongZone
  /// A part that no date or time has, such as "the month 13".
  case impossible(String)
  case outOfRange

  package var description: String {
    switch self {
    case .unreadable: "is not in ISO 8601, such as 2026-02-04T15:30:00.123Z"
    case .noTime: "has no time of day: send one such as 2026-02-04T15:30:00Z"
    case .noZone:
      "has no time zone: append Z if it is in UTC, or else an offset such as +01:00 (in Python, datetime.now(timezone.utc).isoformat() has one)"
    case .wrongZone: "ends in something other than a time zone: Z, or an offset such as +01:00"
    case .impossible(let part): "has \(part), which does not exist"
    case .outOfRange: "is outside the years 0000 to 9999 in UTC"
    }
  }
}

extension Timestamp {
  /// Reads a complete date and time with a time zone, as ISO 8601 and RFC 3339 write it.
  ///
  /// | part | forms |
  /// |---|---|
  /// | date | `2026-02-04`, `20260204`, ordinal `2026-035`, week `2026-W06-3`, each with hyphens or without |
  /// | separator | `T`, `t` or a space |
  /// | time | `15:30:00`, `153000`, or only hours and minutes, or only hours |
  /// | fraction | a point or a comma and any number of digits, truncated to milliseconds |
  /// | zone | `Z`, `z`, `+01:00`, `+0100`, `+01` |
  ///
  /// A leap second is the first second of the next minute. 24:00 is refused, as in RFC 3339.
  package init(parsing text: some StringProtocol) throws(TimestampError) {
    if let common = text.utf8.withContiguousStorageIfAvailable({ Timestamp(commonForm: $0) }), let common {
      self = common
      return
    }
    var reader = TimestampReader(Array(text.utf8))
    self = try reader.read()
  }

  /// Reads `2026-02-04T15:30:00Z` and `2026-02-04T15:30:00.123Z`, which programs send, without a copy. Nil for every other
  /// form, and for a time that does not exist.
  private init?(commonForm text: UnsafeBufferPointer<UInt8>) {
    guard text.count == 20 || text.count == 24, text[text.count - 1] == UInt8(ascii: "Z"), text[4] == UInt8(ascii: "-"),
      text[7] == UInt8(ascii: "-"), text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"),
      text[16] == UInt8(ascii: ":"), text.count == 20 || text[19] == UInt8(ascii: ".")
    else { return nil }
    var isNumeric = true
    func number(_ range: Range<Int>) -> Int64 {
      var value: Int64 = 0
      for index in range {
        let digit = text[index] &- UInt8(ascii: "0")
        isNumeric = isNumeric && digit < 10
        value = value &* 10 &+ Int64(digit)
      }
      return value
    }
    let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
    let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
    let fraction = text.count == 24 ? number(20..<23) : 0
    guard isNumeric, (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60 else {
      return nil
    }
    let days = Timestamp.days(fromYear: year, month: month, day: day)
    guard Timestamp.civil(fromDays: days).day == day else { return nil }
    let milliseconds = days * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction
    guard TimestampReader.writable.contains(milliseconds) else { return nil }
    self.init(milliseconds: milliseconds)
  }

  /// Reads the same formats; nil if the text is not a timestamp.
  package init?(iso8601 text: some StringProtocol) {
    do throws(TimestampError) {
      try self.init(parsing: text)
    } catch {
      return nil
    }
  }
}

private struct TimestampReader {
  private let text: [UInt8]
  private var index = 0

  init(_ text: [UInt8]) { self.text = text }

  mutating func read() throws(TimestampError) -> Timestamp {
    let days = try readDate()
    guard !isAtEnd else { throw .noTime }
    guard skip("Tt ") else { throw .unreadable }
    let inDay = try readTime()
    let offset = try readZone()
    let milliseconds = days * 86_400_000 + inDay - offset * 60_000
    guard Self.writable.contains(milliseconds) else { throw .outOfRange }
    return Timestamp(milliseconds: milliseconds)
  }

  /// From 0000-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z.
  static let writable: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

  // MARK: The date

  /// - Returns: The days since 1970-01-01.
  private mutating func readDate() throws(TimestampError) -> Int64 {
    guard let year = number(digits: 4) else { throw .unreadable }
    let hasHyphens = skip("-")
    if skip("Ww") { return try readWeekDate(in: year, hasHyphens: hasHyphens) }
    // Three digits are the day of the year; a basic date has four.
    if digitCount == 3, let day = number(digits: 3) {
      guard (1...(Self.isLeap(year) ? 366 : 365)).contains(day) else { throw .impossible("the day \(day) of the year") }
      return Timestamp.days(fromYear: year, month: 1, day: 1) + day - 1
    }
    guard hasHyphens || digitCount == 4, let month = number(digits: 2), !hasHyphens || skip("-"),
      let day = number(digits: 2)
    else { throw .unreadable }
    guard (1...12).contains(month) else { throw .impossible("the month \(month)") }
    let days = Timestamp.days(fromYear: year, month: month, day: day)
    guard (1...31).contains(day), Timestamp.civil(fromDays: days).day == day else {
      throw .impossible("the day \(day) of the month \(month)")
    }
    return days
  }

  /// ISO 8601 week dates: week 1 has the year's first Thursday, and weeks begin on Monday.
  private mutating func readWeekDate(in year: Int64, hasHyphens: Bool) throws(TimestampError) -> Int64 {
    guard let week = number(digits: 2), !hasHyphens || skip("-"), let day = number(digits: 1) else {
      throw .unreadable
    }
    guard (1...7).contains(day) else { throw .impossible("the day \(day) of the week") }
    let first = Self.firstMonday(ofYear: year)
    guard week >= 1, first + week * 7 <= Self.firstMonday(ofYear: year + 1) else {
      throw .impossible("the week \(week)")
    }
    return first + (week - 1) * 7 + day - 1
  }

  /// The Monday of the week that has 4 January.
  private static func firstMonday(ofYear year: Int64) -> Int64 {
    let fourth = Timestamp.days(fromYear: year, month: 1, day: 4)
    // 1970-01-01 was a Thursday.
    let weekday = ((fourth + 3) % 7 + 7) % 7
    return fourth - weekday
  }

  private static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  // MARK: The time of day

  /// - Returns: Milliseconds since midnight.
  private mutating func readTime() throws(TimestampError) -> Int64 {
    guard let hour = number(digits: 2) else { throw .unreadable }
    guard hour < 24 else { throw .impossible("the hour \(hour)") }
    var time = hour * 3_600_000
    var unit: Int64 = 3_600_000
    if let minute = try component() {
      guard minute < 60 else { throw .impossible("the minute \(minute)") }
      time += minute * 60_000
      unit = 60_000
      if let second = try component() {
        guard second <= 60 else { throw .impossible("the second \(second)") }
        time += second * 1000
        unit = 1000
      }
    }
    return time + (try fraction(of: unit))
  }

  /// Two more digits, with or without a colon before them; nil if there are none.
  private mutating func component() throws(TimestampError) -> Int64? {
    guard skip(":") else { return digitCount == 0 ? nil : try pair() }
    return try pair()
  }

  private mutating func pair() throws(TimestampError) -> Int64 {
    guard let value = number(digits: 2) else { throw .unreadable }
    return value
  }

  /// - Parameter unit: milliseconds.
  private mutating func fraction(of unit: Int64) throws(TimestampError) -> Int64 {
    guard skip(".,") else { return 0 }
    let count = digitCount
    guard count > 0 else { throw .unreadable }
    // Nine digits of an hour are finer than a millisecond.
    var (value, scale): (Int64, Int64) = (0, 1)
    for byte in text[index..<index + min(count, 9)] { (value, scale) = (value * 10 + Int64(byte - 0x30), scale * 10) }
    index += count
    return unit * value / scale
  }

  // MARK: The zone

  /// - Returns: Minutes east of UTC.
  private mutating func readZone() throws(TimestampError) -> Int64 {
    guard !isAtEnd else { throw .noZone }
    let first = text[index]
    if skip("Zz") {
      guard isAtEnd else { throw .wrongZone }
      return 0
    }
    guard skip("+-"), let hours = number(digits: 2) else { throw .wrongZone }
    let minutes: Int64
    if isAtEnd {
      minutes = 0
    } else {
      _ = skip(":")
      guard let value = number(digits: 2), isAtEnd else { throw .wrongZone }
      minutes = value
    }
    guard hours < 24, minutes < 60 else { throw .impossible("the offset of \(hours) hours and \(minutes) minutes") }
    return (hours * 60 + minutes) * (first == UInt8(ascii: "-") ? -1 : 1)
  }

  // MARK: Characters

  private var isAtEnd: Bool { index == text.count }

  /// How many digits come next.
  private var digitCount: Int {
    var end = index
    while end < text.count, text[end] &- UInt8(ascii: "0") < 10 { end += 1 }
    return end - index
  }

  private mutating func number(digits: Int) -> Int64? {
    guard text.count - index >= digits else { return nil }
    var value: Int64 = 0
    for offset in index..<index + digits {
      let digit = text[offset] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value * 10 + Int64(digit)
    }
    index += digits
    return value
  }

  private mutating func skip(_ accepted: StaticString) -> Bool {
    guard !isAtEnd else { return false }
    for offset in 0..<accepted.utf8CodeUnitCount where accepted.utf8Start[offset] == text[index] {
      index += 1
      return true
    }
    return false
  }
}
