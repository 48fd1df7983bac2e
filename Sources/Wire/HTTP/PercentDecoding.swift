/// Decodes percent-encoded bytes (RFC 3986 §2.1). Refuses an invalid escape instead of guessing.
package enum PercentDecoding {
  package enum Plus: Sendable {
    /// A plus is a plus: paths.
    case literal
    /// A plus is a space: queries, as HTML forms encode them.
    case space
  }

  /// The decoded bytes; nil if a percent sign is not followed by two hexadecimal digits.
  package static func bytes(_ encoded: some Collection<UInt8>, plus: Plus) -> [UInt8]? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(encoded.count)
    var iterator = encoded.makeIterator()
    while let byte = iterator.next() {
      if byte == .percent {
        guard let high = iterator.next()?.hexValue, let low = iterator.next()?.hexValue else { return nil }
        decoded.append(high << 4 | low)
      } else {
        decoded.append(byte == UInt8(ascii: "+") && plus == .space ? .space : byte)
      }
    }
    return decoded
  }

  /// The decoded text; nil if there is an invalid escape or the bytes are not UTF-8.
  package static func text(_ encoded: some Collection<UInt8>, plus: Plus) -> String? {
    guard let bytes = bytes(encoded, plus: plus) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
