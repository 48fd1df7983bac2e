extension UInt8 {
  static let cr = UInt8(ascii: "\r")
  static let lf = UInt8(ascii: "\n")
  static let space = UInt8(ascii: " ")
  static let tab = UInt8(ascii: "\t")
  static let comma = UInt8(ascii: ",")
  static let semicolon = UInt8(ascii: ";")
  static let colon = UInt8(ascii: ":")
  static let equals = UInt8(ascii: "=")
  static let quote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")
  static let slash = UInt8(ascii: "/")
  static let percent = UInt8(ascii: "%")

  var isBlank: Bool { self == .space || self == .tab }

  var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }

  var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }

  /// ASCII only. A Unicode mapping would turn the Kelvin sign into a k.
  var lowercased: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }

  /// tchar of RFC 9110 §5.6.2, as a bit set over the 128 ASCII bytes.
  var isTokenByte: Bool {
    let bits: UInt64 = self < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
    return self < 128 && bits >> UInt64(self & 63) & 1 == 1
  }

  /// Whether a header value may contain the byte (RFC 9110 §5.5): visible ASCII, space, tab, or non-ASCII.
  var isFieldValueByte: Bool { self >= 0x20 && self != 0x7F || self == .tab }

  var hexValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

extension Collection<UInt8> {
  /// Compares with ASCII text, ignoring case.
  func equalsIgnoringCase(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    var expected = text.utf8Start
    for byte in self {
      guard byte.lowercased == expected.pointee.lowercased else { return false }
      expected += 1
    }
    return true
  }

  func equalsIgnoringCase(_ other: some Collection<UInt8>) -> Bool {
    count == other.count && zip(self, other).allSatisfy { $0.lowercased == $1.lowercased }
  }

  /// The decimal number; nil if there is anything but digits, or if it overflows an Int.
  var decimalValue: Int? {
    guard !isEmpty else { return nil }
    var value = 0
    for byte in self {
      guard byte.isDigit else { return nil }
      let (shifted, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = shifted.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !overflowed, !carried else { return nil }
      value = sum
    }
    return value
  }
}

extension BidirectionalCollection<UInt8> where SubSequence == Self {
  /// The bytes without leading and trailing spaces and tabs.
  var trimmingBlanks: Self {
    var trimmed = self
    while let first = trimmed.first, first.isBlank { trimmed = trimmed.dropFirst() }
    while let last = trimmed.last, last.isBlank { trimmed = trimmed.dropLast() }
    return trimmed
  }
}
