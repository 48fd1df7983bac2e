/// The part of a representation that a body contains: `bytes 0-1048575/2097152` (RFC 9110 §14.4).
package struct ContentRange: Sendable, Equatable {
  package let first: Int
  /// Inclusive.
  package let last: Int
  /// The size of the whole representation in bytes.
  package let total: Int

  /// Nil if the value is not a byte range, if it leaves one of the three numbers open, or if they are out of order.
  package init?(parsing value: String) {
    let bytes = Array(value.utf8)[...]
    guard bytes.prefix(6).equalsIgnoringCase("bytes ") else { return nil }
    let numbers = bytes.dropFirst(6).split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "-") || $0 == .slash }
    guard numbers.count == 3, bytes[numbers[0].endIndex] != .slash, bytes[numbers[1].endIndex] == .slash,
      let first = numbers[0].decimalValue, let last = numbers[1].decimalValue,
      let total = numbers[2].decimalValue, first <= last, last < total
    else { return nil }
    (self.first, self.last, self.total) = (first, last, total)
  }

  /// The size in `bytes */2097152`, which stands for no bytes of the representation; nil for any other value.
  package static func unsatisfiedTotal(parsing value: String) -> Int? {
    let bytes = Array(value.utf8)[...]
    guard bytes.prefix(6).equalsIgnoringCase("bytes "), bytes.dropFirst(6).starts(with: "*/".utf8) else { return nil }
    return bytes.dropFirst(8).decimalValue
  }
}
