import CZlib

/// Inflates a stream piece by piece. The caller bounds the output of every call.
///
/// With a window of 15 bits it allocates 32 KB plus about 7 KB of structures (zconf.h), freed at the end of its
/// lifetime.
package struct Inflater: ~Copyable {
  private var stream: ZStream
  private var isFinished = false

  /// - Parameter windowBits: 9...15. A stream that was compressed with a larger window is refused as corrupt.
  package init(_ format: CompressionFormat, windowBits: Int = 15) {
    let bits = format.windowBits(windowBits)
    stream = ZStream(
      start: { inflateInit2_($0, bits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) }, end: { inflateEnd($0) })
  }

  /// Calls zlib once. Consumes nothing after the end of the stream.
  package mutating func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(CompressionError) -> CompressionStep {
    if isFinished { return CompressionStep(consumed: 0, produced: 0, isFinished: true) }
    let (result, consumed, produced) = stream.step(input: input, output: output) { CZlib.inflate($0, Z_NO_FLUSH) }
    switch result {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isFinished = true
    case Z_DATA_ERROR, Z_NEED_DICT: throw .corrupt
    default: preconditionFailure("inflate failed (\(result)).")
    }
    return CompressionStep(consumed: consumed, produced: produced, isFinished: isFinished)
  }

  /// Inflates the input up to the end of the stream and appends the output.
  /// - Parameter limit: The maximum number of bytes to append.
  /// - Throws: ``CompressionError/outputTooLarge(limit:)`` before the limit is exceeded, so that a zip bomb costs no
  ///   memory.
  package mutating func inflate(
    _ input: UnsafeRawBufferPointer, appendingTo output: inout [UInt8], limit: Int
  ) throws(CompressionError) -> CompressionStep {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 1)
    defer { piece.deallocate() }
    var total = CompressionStep(consumed: 0, produced: 0, isFinished: isFinished)
    while !total.isFinished {
      // One byte beyond the limit distinguishes a stream that just fits from one that continues.
      let room = min(limit - total.produced, pieceBytes - 1) + 1
      let rest = UnsafeRawBufferPointer(rebasing: input[total.consumed...])
      let step = try inflate(rest, into: UnsafeMutableRawBufferPointer(rebasing: piece[..<room]))
      guard step.produced <= limit - total.produced else { throw .outputTooLarge(limit: limit) }
      output.append(contentsOf: piece[..<step.produced])
      total.consumed += step.consumed
      total.produced += step.produced
      total.isFinished = step.isFinished
      if step.produced < room, total.consumed == input.count { break }
    }
    return total
  }

  package mutating func inflate(
    _ input: [UInt8], appendingTo output: inout [UInt8], limit: Int
  ) throws(CompressionError) -> CompressionStep {
    try input.span.bytes.withUnsafeBytes { (bytes) throws(CompressionError) in
      try inflate(bytes, appendingTo: &output, limit: limit)
    }
  }

  /// Whether the input so far ends exactly between two blocks, on a byte boundary and before the end of the stream.
  package var isBetweenBlocks: Bool {
    // zlib.h: the number of unused bits, plus 64 in the last block, plus 128 between blocks.
    stream.dataType == 128
  }

  /// Starts a stream that may refer to the output of the previous one. permessage-deflate allows that after a final
  /// block.
  package mutating func restart() {
    stream.reset { inflateResetKeep($0) }
    isFinished = false
  }

  /// Starts a new stream with the same settings and memory.
  package mutating func reset() {
    stream.reset { inflateReset($0) }
    isFinished = false
  }
}

/// Inflates a single complete stream.
/// - Parameter limit: The maximum size of the output.
package func decompress(
  _ bytes: [UInt8], as format: CompressionFormat, limit: Int
) throws(CompressionError) -> [UInt8] {
  var inflater = Inflater(format)
  var output: [UInt8] = []
  let step = try inflater.inflate(bytes, appendingTo: &output, limit: limit)
  guard step.isFinished else { throw .truncated }
  guard step.consumed == bytes.count else { throw .trailingBytes }
  return output
}
