import CZlib

/// What stands around the deflated bytes.
package enum CompressionFormat: Sendable {
  /// Nothing (RFC 1951), as permessage-deflate uses it.
  case raw
  /// Two bytes before and an Adler-32 behind (RFC 1950), as in PNG.
  case zlib
  /// A header before, a CRC-32 and the length behind (RFC 1952), as in `Content-Encoding: gzip`.
  case gzip

  /// How zlib wants to be told: the sign and an addend of 16 stand for the format.
  /// - Parameter bits: The window's size as a power of two, 9...15.
  func windowBits(_ bits: Int) -> Int32 {
    precondition((9...15).contains(bits), "zlib's window has 9 to 15 bits, not \(bits).")
    return switch self {
    case .raw: Int32(-bits)
    case .zlib: Int32(bits)
    case .gzip: Int32(bits + 16)
    }
  }
}

/// Why bytes can't be inflated.
package enum CompressionError: Error, Equatable, Sendable {
  /// The bytes are not of the format, or a checksum is wrong.
  case corrupt
  /// The bytes end before their stream does.
  case truncated
  /// Something follows the stream.
  case trailingBytes
  /// The stream holds more than the caller wants; nothing beyond the limit was written.
  case outputTooLarge(limit: Int)
}

extension CompressionError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .corrupt: "The compressed data is damaged."
    case .truncated: "The compressed data ends too early."
    case .trailingBytes: "Something follows the compressed data."
    case .outputTooLarge(let limit): "The compressed data inflates to more than \(limit) bytes."
    }
  }
}

/// What one call did.
package struct CompressionStep: Equatable, Sendable {
  /// Bytes taken from the front of the input.
  package var consumed: Int
  /// Bytes written to the front of the output.
  package var produced: Int
  /// Whether the stream's end was written or reached.
  package var isFinished: Bool
}
