/// Formats numbers and durations for people. The browser's modules use the same formats, so that a page looks the same
/// live and after a reload.
package enum Readable {
  /// The placeholder for an unknown value.
  package static let unknown = "–"

  /// 42.5 as `42.5%`, 0 as `0%`: one decimal, omitted if zero. Only 100 itself is `100%`; 99.97 is `99.9%`.
  package static func percent(_ value: Double) -> String {
    guard !value.isNaN else { return unknown }
    let tenths = min(max(value, 0), 100) * 10
    let whole = tenths < 1000 ? min(tenths.rounded(), 999) : 1000
    return decimal(tenths: Int(whole), keepsZero: false) + "%"
  }

  /// 145.5 as `145.5 ms`, always with one decimal. A negative, non-finite or absurdly large time is `N/A`.
  package static func milliseconds(_ value: Double) -> String {
    guard value >= 0, value < 1e12 else { return "N/A" }
    return decimal(tenths: Int((value * 10).rounded()), keepsZero: true) + " ms"
  }

  /// 12.43 as `12.4/s`; two decimals below one, so that slow work still shows a rate.
  package static func rate(_ perSecond: Double) -> String {
    guard perSecond >= 0, perSecond < 1e12 else { return unknown }
    if perSecond > 0, perSecond < 1 {
      let hundredths = max(1, Int((perSecond * 100).rounded()))
      return "\(hundredths / 100).\(padded(hundredths % 100))/s"
    }
    return decimal(tenths: Int((perSecond * 10).rounded()), keepsZero: false) + "/s"
  }

  /// Elapsed time, such as `0:07`, `12:34`, `1:02:03`.
  package static func clock(_ duration: Duration) -> String {
    let seconds = max(0, duration.components.seconds)
    let (minutes, hours) = (seconds / 60 % 60, seconds / 3600)
    return hours > 0
      ? "\(hours):\(padded(Int(minutes))):\(padded(Int(seconds % 60)))"
      : "\(minutes):\(padded(Int(seconds % 60)))"
  }

  /// Remaining time, rounded as an estimate should be: `8 s`, `about 2 min`, `about 1 h 10 min`.
  package static func estimate(_ duration: Duration) -> String {
    let seconds = max(0, duration.components.seconds)
    if seconds < 60 { return "\(seconds) s" }
    let minutes = (seconds + 30) / 60
    if minutes < 60 { return "about \(minutes) min" }
    return minutes % 60 == 0 ? "about \(minutes / 60) h" : "about \(minutes / 60) h \(minutes % 60) min"
  }

  /// 12345 as `12,345`.
  package static func count(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var end = digits.endIndex
    while let comma = digits.index(end, offsetBy: -3, limitedBy: digits.startIndex), comma > digits.startIndex {
      digits.insert(",", at: comma)
      end = comma
    }
    return value < 0 ? "-" + digits : digits
  }

  private static func decimal(tenths: Int, keepsZero: Bool) -> String {
    tenths % 10 == 0 && !keepsZero ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  private static func padded(_ value: Int) -> String {
    value < 10 ? "0\(value)" : "\(value)"
  }
}
