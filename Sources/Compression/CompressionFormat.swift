import CZlib

/// The container of a deflate stream.
package enum CompressionFormat: Sendable {
  /// No container (RFC 1951): permessage-deflate.
  case raw
  /// A two-byte header, and an Adler-32 at the end (RFC 1950): PNG.
  case zlib
  /// A header, and a CRC-32 and the length at the end (RFC 1952): `Content-Encoding: gzip`.
  case gzip

  /// zlib's `windowBits` argument, which encodes the format as well: negative for raw, plus 16 for gzip.
  /// - Parameter bits: The base-two logarithm of the window size, 9...15.
  func windowBits(_ bits: Int) -> Int32 {
    precondition((9...15).contains(bits), "zlib supports windows of 9 to 15 bits, not \(bits).")
    return switch self {
    case .raw: Int32(-bits)
    case .zlib: Int32(bits)
    case .gzip: Int32(bits + 16)
    }
  }
}

/// A stream that can't be inflated.
package enum CompressionError: Error, Equatable, Sendable {
  /// The data is not in the expected format, or a checksum is wrong.
  case corrupt
  /// The data ends before the stream does.
  case truncated
  /// There is data after the end of the stream.
  case trailingBytes
  /// The stream inflates to more than the limit. Nothing beyond the limit was written.
  case outputTooLarge(limit: Int)
}

extension CompressionError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .corrupt: "The compressed data is corrupt."
    case .truncated: "The compressed data is truncated."
    case .trailingBytes: "There are extra bytes after the compressed data."
    case .outputTooLarge(let limit): "The compressed data inflates to more than \(limit) bytes."
    }
  }
}

/// The result of one call.
package struct CompressionStep: Equatable, Sendable {
  /// The number of bytes consumed from the start of the input.
  package var consumed: Int
  /// The number of bytes written to the output.
  package var produced: Int
  /// Whether the end of the stream was reached or written.
  package var isFinished: Bool
}
