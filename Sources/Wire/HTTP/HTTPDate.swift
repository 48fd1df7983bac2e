/// Writes and reads dates in HTTP's format: IMF-fixdate (RFC 9110 §5.6.7), `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// The date in 29 bytes. A time outside the years 1970 to 9999 is clamped.
  /// - Parameter unixSeconds: Seconds since 1970-01-01 00:00:00 UTC.
  package static func bytes(unixSeconds: Int) -> [UInt8] {
    let seconds = min(max(unixSeconds, 0), 253_402_300_799)
    let days = seconds / 86_400
    let time = seconds % 86_400
    let (year, month, day) = civilDate(daysSince1970: days)

    var text: [UInt8] = []
    text.reserveCapacity(29)
    text.append(contentsOf: weekdays[days % 7].utf8)
    text.append(contentsOf: [.comma, .space])
    text.appendDecimal(day, digits: 2)
    text.append(.space)
    text.append(contentsOf: months[month - 1].utf8)
    text.append(.space)
    text.appendDecimal(year, digits: 4)
    text.append(.space)
    text.appendDecimal(time / 3_600, digits: 2)
    text.append(.colon)
    text.appendDecimal(time / 60 % 60, digits: 2)
    text.append(.colon)
    text.appendDecimal(time % 60, digits: 2)
    text.append(contentsOf: " GMT".utf8)
    return text
  }

  package static func text(unixSeconds: Int) -> String {
    String(decoding: bytes(unixSeconds: unixSeconds), as: UTF8.self)
  }

  /// The proleptic Gregorian date. Counts from 1 March of the year 0 in eras of 400 years, so that the leap day is the
  /// last day of its year.
  private static func civilDate(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = daysSince1970 + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}
