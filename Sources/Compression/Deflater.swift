import CZlib

/// Compresses a stream piece by piece.
///
/// With a window of 15 bits it holds 256 KB and its small structures (zconf.h), freed when the value ends.
package struct Deflater: ~Copyable {
  package enum Strategy: Sendable {
    case standard
    /// Matches of distance one only: nearly as fast as Huffman alone, and better for filtered images.
    case runLength
    /// For PNG rows behind a filter: more Huffman, fewer short matches.
    case filtered

    fileprivate var value: Int32 {
      switch self {
      case .standard: Z_DEFAULT_STRATEGY
      case .runLength: Z_RLE
      case .filtered: Z_FILTERED
      }
    }
  }

  package enum Flush: Sendable {
    /// More follows: output comes when zlib likes.
    case none
    /// All input so far can be inflated from the output so far, which ends in 00 00 FF FF (RFC 7692 §7.2.1 relies on it).
    case sync
    /// The stream ends here.
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
  ///   - level: 0 (store) to 9 (smallest); 6 is zlib's own default, 1 the fastest that compresses.
  ///   - windowBits: 9...15.
  package init(
    _ format: CompressionFormat, level: Int = 6, strategy: Strategy = .standard, windowBits: Int = 15
  ) {
    precondition((0...9).contains(level), "zlib's level is 0 to 9, not \(level).")
    let bits = format.windowBits(windowBits)
    stream = ZStream(
      start: {
        deflateInit2_(
          $0, Int32(level), Z_DEFLATED, bits, 8, strategy.value, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
      }, end: { deflateEnd($0) })
  }

  /// Compresses once, as far as input and output reach. Call again with the rest until all input is consumed and, when
  /// flushing, the output was not filled.
  package mutating func deflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, flush: Flush = .none
  ) -> CompressionStep {
    let (result, consumed, produced) = stream.step(input, output) { CZlib.deflate($0, flush.value) }
    // A buffer error says that nothing could be done, which the counts say too.
    precondition(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR, "deflate failed (\(result)).")
    return CompressionStep(consumed: consumed, produced: produced, isFinished: result == Z_STREAM_END)
  }

  /// Compresses all of the input and appends what comes out.
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

/// The bytes as one gzip member without a time or name, so that equal input gives equal output.
package func gzip(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
  compress(bytes, .gzip, level: level)
}

/// The bytes as one whole stream.
package func compress(_ bytes: [UInt8], _ format: CompressionFormat, level: Int = 6) -> [UInt8] {
  var deflater = Deflater(format, level: level)
  var output: [UInt8] = []
  deflater.deflate(bytes, appendingTo: &output, flush: .finish)
  return output
}

/// CRC-32 as in gzip and PNG.
/// - Parameter previous: The checksum of what came before, to go on with it.
package func crc32(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
  // zlib answers a missing buffer with the initial value instead of the previous one.
  guard let start = bytes.baseAddress else { return previous }
  return UInt32(crc32_z(uLong(previous), start.assumingMemoryBound(to: UInt8.self), bytes.count))
}

package func crc32(_ bytes: [UInt8], continuing previous: UInt32 = 0) -> UInt32 {
  bytes.withUnsafeBytes { crc32($0, continuing: previous) }
}
