/// The order in which people count: `frame2.png` before `frame10.png`. Digits compare by their number, everything else by
/// its bytes.
package enum NaturalOrder {
  package static func isBefore(_ left: String, _ right: String) -> Bool { isBefore(RawPath(left), RawPath(right)) }

  package static func isBefore(_ left: RawPath, _ right: RawPath) -> Bool {
    var (left, right) = (left.bytes[...], right.bytes[...])
    while let first = left.first, let second = right.first {
      if isDigit(first), isDigit(second) {
        let (number, other) = (removeNumber(from: &left), removeNumber(from: &right))
        // Without leading zeros the longer number is the larger.
        if number.count != other.count { return number.count < other.count }
        if !number.elementsEqual(other) { return number.lexicographicallyPrecedes(other) }
      } else if first != second {
        return first < second
      } else {
        left = left.dropFirst()
        right = right.dropFirst()
      }
    }
    return left.count < right.count
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// - Returns: The leading digits, without leading zeros.
  private static func removeNumber(from text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let digits = text.prefix(while: isDigit)
    text = text.dropFirst(digits.count)
    return digits.drop { $0 == 0x30 }
  }
}
