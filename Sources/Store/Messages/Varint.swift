/// Integers of variable length, as in LEB128: seven bits a byte, the lowest first, and the eighth bit of all but the last.
extension [UInt8] {
  mutating func append(varint value: Int) {
    var rest = UInt(bitPattern: value)
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  /// Small numbers of either sign take one byte.
  mutating func append(signedVarint value: Int) { append(varint: (value << 1) ^ (value >> 63)) }

  mutating func append(littleEndian value: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
  }
}

/// Reads what was appended to an array as numbers.
struct VarintReader {
  private let bytes: [UInt8]
  private(set) var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { place == bytes.count }

  /// Nil if the bytes end or don't encode a number.
  mutating func next() -> Int? {
    var value: UInt = 0
    var shift: UInt = 0
    while place < bytes.count, shift < 64 {
      let byte = bytes[place]
      place += 1
      value |= UInt(byte & 0x7F) << shift
      if byte < 0x80 { return Int(bitPattern: value) }
      shift += 7
    }
    return nil
  }

  mutating func nextSigned() -> Int? {
    guard let folded = next().map({ UInt(bitPattern: $0) }) else { return nil }
    return Int(bitPattern: folded >> 1) ^ -Int(folded & 1)
  }

  mutating func nextLittleEndian() -> UInt32? {
    guard bytes.count - place >= 4 else { return nil }
    defer { place += 4 }
    return (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
  }
}
