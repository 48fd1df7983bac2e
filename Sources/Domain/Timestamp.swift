#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A time of the wall clock in UTC, in milliseconds, for people to read. Positions define the order of messages.
package struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds left out.
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

  /// `2026-02-04T15:30:00.123Z`.
  package var description: String { String(decoding: iso8601, as: UTF8.self) }

  /// The 24 ASCII bytes of the ISO 8601 form. Written without a formatter, because every message contains one.
  package var iso8601: [UInt8] {
    let (days, inDay) = milliseconds.quotientFlooring(86_400_000)
    let (year, month, day) = Self.civil(fromDays: days)
    var out = Self.iso8601Form
    /// Writes the last digits of a value, the last one at the index.
    func write(_ value: Int64, digits: Int, endingAt last: Int) {
      var rest = UInt32(truncatingIfNeeded: value)
      for index in 0..<digits {
        out[last - index] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
    }
    write(min(max(year, 0), 9999), digits: 4, endingAt: 3)
    write(month, digits: 2, endingAt: 6)
    write(day, digits: 2, endingAt: 9)
    let seconds = inDay / 1000
    write(seconds / 3600, digits: 2, endingAt: 12)
    write(seconds / 60 % 60, digits: 2, endingAt: 15)
    write(seconds % 60, digits: 2, endingAt: 18)
    write(inDay % 1000, digits: 3, endingAt: 22)
    return out
  }

  private static let iso8601Form = Array("0000-00-00T00:00:00.000Z".utf8)

  // The two conversions between a civil date and a count of days are Howard Hinnant's, "chrono-Compatible Low-Level
  // Date Algorithms": exact for the whole range, no table, no loop.

  static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let (era, dayOfEra) = shifted.quotientFlooring(146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  static func days(fromYear year: Int64, month: Int64, day: Int64) -> Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shiftedYear.quotientFlooring(400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}

extension Int64 {
  /// Division that rounds towards minus infinity, so that times before 1970 work too.
  fileprivate func quotientFlooring(_ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
