import CZlib

/// Compresses a stream piece by piece.
///
/// With a window of 15 bits it allocates 256 KB plus small structures (zconf.h), freed at the end of its lifetime.
package struct Deflater: ~Copyable {
  package enum Flush: Sendable {
    /// zlib decides when to write output.
    case none
    /// All input so far can be inflated from the output so far. The output ends in 00 00 FF FF, which RFC 7692 §7.2.1
    /// relies on.
    case sync
    /// Ends the stream.
    case finish

    fileprivate var value: Int32 {
      switch self {
      case .none: Z_NO_FLUSH
      case .sync: Z_SYNC_FLUSH
      case .finish: Z_FINISH
      }
    }
  }

  private var stream: ZStream

  /// - Parameters:
  ///   - level: 0 (store) to 9 (smallest). 6 is zlib's default, 1 the fastest that compresses.
  ///   - windowBits: 9...15.
  package init(_ format: CompressionFormat, level: Int = 6, windowBits: Int = 15) {
    precondition((0...9).contains(level), "zlib supports levels 0 to 9, not \(level).")
    let bits = format.windowBits(windowBits)
    stream = ZStream(
      start: {
        deflateInit2_(
          $0, Int32(level), Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
      }, end: { deflateEnd($0) })
  }

  /// Calls zlib once. Call again with the rest until all input is consumed and, when flushing, until the output is not
  /// full.
  package mutating func deflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, flush: Flush = .none
  ) -> CompressionStep {
    let (result, consumed, produced) = stream.step(input: input, output: output) { CZlib.deflate($0, flush.value) }
    // Z_BUF_ERROR means that no progress was possible. It is not fatal, and the counts show it.
    precondition(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR, "deflate failed (\(result)).")
    return CompressionStep(consumed: consumed, produced: produced, isFinished: result == Z_STREAM_END)
  }

  /// Compresses all of the input and appends the output.
  package mutating func deflate(
    _ input: UnsafeRawBufferPointer, appendingTo output: inout [UInt8], flush: Flush = .none
  ) {
    withUnsafeTemporaryAllocation(byteCount: pieceBytes, alignment: 1) { piece in
      var rest = input
      while true {
        let step = deflate(rest, into: piece, flush: flush)
        output.append(contentsOf: piece[..<step.produced])
        rest = UnsafeRawBufferPointer(rebasing: rest[step.consumed...])
        if step.isFinished || rest.isEmpty && step.produced < piece.count { return }
      }
    }
  }

  package mutating func deflate(_ input: [UInt8], appendingTo output: inout [UInt8], flush: Flush = .none) {
    input.withUnsafeBytes { deflate($0, appendingTo: &output, flush: flush) }
  }

  /// Starts a new stream with the same settings and memory.
  package mutating func reset() {
    stream.reset { deflateReset($0) }
  }
}

/// Compresses the bytes into a single gzip member. It contains no time and no name, so equal input gives equal output.
package func gzip(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
  compress(bytes, as: .gzip, level: level)
}

/// Compresses the bytes into a single stream.
package func compress(_ bytes: [UInt8], as format: CompressionFormat, level: Int = 6) -> [UInt8] {
  var deflater = Deflater(format, level: level)
  var output: [UInt8] = []
  deflater.deflate(bytes, appendingTo: &output, flush: .finish)
  return output
}

/// The CRC-32 of gzip and PNG.
/// - Parameter previous: The checksum of the preceding bytes.
package func crc32(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
  // For a null buffer zlib returns the initial value, not the previous one.
  guard let start = bytes.baseAddress else { return previous }
  return UInt32(crc32_z(uLong(previous), start.assumingMemoryBound(to: UInt8.self), bytes.count))
}

package func crc32(_ bytes: [UInt8], continuing previous: UInt32 = 0) -> UInt32 {
  bytes.withUnsafeBytes { crc32($0, continuing: previous) }
}
