extension HTTPDate {
  /// Seconds since 1970-01-01 00:00:00 UTC of a date in any of the three formats that a recipient must accept
  /// (RFC 9110 §5.6.7); nil for anything else.
  package static func unixSeconds(parsing text: String) -> Int? {
    let words = text.split(separator: " ").map(String.init)
    switch words.count {
    // Sun, 06 Nov 1994 08:49:37 GMT
    case 6 where words[0].hasSuffix(",") && words[5] == "GMT":
      return seconds(year: words[3], month: words[2], day: words[1], time: words[4])
    // Sunday, 06-Nov-94 08:49:37 GMT
    case 4 where words[0].hasSuffix(",") && words[3] == "GMT":
      let parts = words[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 3, let short = number(parts[2], digits: 2) else { return nil }
      // A two-digit year is never far in the future: this format was obsolete before 2000.
      return seconds(
        year: "\(short < 70 ? 2000 + short : 1900 + short)", month: parts[1], day: parts[0], time: words[2])
    // Sun Nov  6 08:49:37 1994
    case 5:
      let day = words[2].utf8.count == 1 ? "0\(words[2])" : words[2]
      return seconds(year: words[4], month: words[1], day: day, time: words[3])
    default: return nil
    }
  }

  private static func seconds(year: String, month: String, day: String, time: String) -> Int? {
    let parts = time.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let year = number(year, digits: 4), year >= 1970, let month = months.firstIndex(of: month),
      let day = number(day, digits: 2), parts.count == 3, let hour = number(parts[0], digits: 2), hour < 24,
      let minute = number(parts[1], digits: 2), minute < 60, let second = number(parts[2], digits: 2), second <= 60
    else { return nil }
    let days = daysSince1970(year: year, month: month + 1, day: day)
    // A day that the month doesn't have would count as a day of the next month.
    guard day >= 1, days < daysSince1970(year: year, month: month + 2, day: 1) else { return nil }
    return days * 86_400 + hour * 3_600 + minute * 60 + second
  }

  private static func number(_ text: String, digits: Int) -> Int? {
    text.utf8.count == digits ? Array(text.utf8).decimalValue : nil
  }

  /// Counts from 1 March, so that the leap day is the last day of its year.
  /// - Parameter month: 1 to 13.
  private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let (year, month) = month > 12 ? (year + 1, month - 12) : (year, month)
    let shiftedYear = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return shiftedYear * 365 + shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400 + dayOfYear - 719_468
  }
}
