/// The part of a representation that a body holds, `bytes 0-1048575/2097152` (RFC 9110 §14.4).
package struct ContentRange: Sendable, Equatable {
  package let first: Int
  /// Inclusive.
  package let last: Int
  /// Bytes of the whole.
  package let total: Int

  /// Nil for what names no range of bytes, all three numbers known and in order.
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
}
