import Compression
import Testing

struct CompressionTests {
  static let text = Array(String(repeating: "A telltale is small, always true, seen at a glance. ", count: 2_000).utf8)
  static let formats: [CompressionFormat] = [.raw, .zlib, .gzip]

  /// Incompressible bytes, so that the output needs more than one piece.
  static let noise: [UInt8] = {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<100_000).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
  }()

  @Test(arguments: formats, [[], [7], text, noise])
  func `compressed bytes inflate to the original`(format: CompressionFormat, bytes: [UInt8]) throws {
    for level in [0, 1, 6, 9] {
      let packed = compress(bytes, as: format, level: level)
      #expect(try decompress(packed, as: format, limit: bytes.count) == bytes)
    }
    #expect(compress(Self.text, as: format).count < Self.text.count / 50)
  }

  @Test func `a gzip member has no time and no name`() {
    let packed = gzip(Array("hello".utf8))
    #expect(Array(packed.prefix(8)) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
    #expect(Array(packed.suffix(4)) == [5, 0, 0, 0])
  }

  @Test func `a gzip member of another implementation is inflated`() throws {
    // printf telltale | gzip -9n
    let packed: [UInt8] = [
      0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x2B, 0x49, 0xCD, 0xC9, 0x29, 0x49, 0xCC, 0x49, 0x05,
      0x00, 0x8C, 0x51, 0x9A, 0xEE, 0x08, 0x00, 0x00, 0x00,
    ]
    #expect(try decompress(packed, as: .gzip, limit: 8) == Array("telltale".utf8))
  }

  @Test(arguments: formats)
  func `input and output of one byte at a time give the same result`(format: CompressionFormat) throws {
    let bytes = Array(Self.text.prefix(2_000))
    var deflater = Deflater(format)
    var packed: [UInt8] = []
    for byte in bytes { deflater.deflate([byte], appendingTo: &packed) }
    deflater.deflate([], appendingTo: &packed, flush: .finish)
    #expect(try decompress(packed, as: format, limit: bytes.count) == bytes)

    var inflater = Inflater(format)
    var output: [UInt8] = []
    var finished = false
    for byte in packed {
      var rest = [byte]
      while true {
        var room: [UInt8] = [0]
        let step = try rest.withUnsafeBytes { input in
          try room.withUnsafeMutableBytes { try inflater.inflate(input, into: $0) }
        }
        output.append(contentsOf: room.prefix(step.produced))
        rest.removeFirst(step.consumed)
        finished = step.isFinished
        if rest.isEmpty && step.produced == 0 { break }
      }
    }
    #expect(output == bytes && finished)
  }

  @Test func `a sync flush emits all input so far and ends in its marker`() throws {
    var deflater = Deflater(.raw, level: 1)
    var inflater = Inflater(.raw)
    for message in ["one", "two two two", "", "three"] {
      var packed: [UInt8] = []
      deflater.deflate(Array(message.utf8), appendingTo: &packed, flush: .sync)
      if !message.isEmpty { #expect(packed.suffix(4) == [0, 0, 0xFF, 0xFF]) }
      var output: [UInt8] = []
      _ = try inflater.inflate(packed, appendingTo: &output, limit: 100)
      #expect(output == Array(message.utf8))
    }
  }

  @Test func `a stream after a final block may refer to the one before`() throws {
    // RFC 7692 §7.2.3.4 and §7.2.3.2: "Hello" in a final block, followed by a match of five bytes.
    var inflater = Inflater(.raw)
    var output: [UInt8] = []
    let final = try inflater.inflate([0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], appendingTo: &output, limit: 100)
    let isBetweenAtEnd = inflater.isBetweenBlocks
    #expect(final.isFinished && !isBetweenAtEnd)
    inflater.restart()
    _ = try inflater.inflate([0xF2, 0x00, 0x11, 0x00, 0x00, 0, 0, 0xFF, 0xFF], appendingTo: &output, limit: 100)
    #expect(output == Array("HelloHello".utf8))
    let isBetweenBlocks = inflater.isBetweenBlocks
    #expect(isBetweenBlocks)
  }

  @Test func `a zip bomb is refused at the limit, and a stream of exactly the limit is not`() throws {
    let zeros = [UInt8](repeating: 0, count: 64 << 20)
    let bomb = compress(zeros, as: .raw)
    #expect(bomb.count < 66_000)
    for limit in [0, 1, 65_536, zeros.count - 1] {
      var output: [UInt8] = []
      var inflater = Inflater(.raw)
      #expect(throws: CompressionError.outputTooLarge(limit: limit)) {
        try inflater.inflate(bomb, appendingTo: &output, limit: limit)
      }
      #expect(output.count <= limit)
    }
    #expect(try decompress(bomb, as: .raw, limit: zeros.count).count == zeros.count)
    #expect(try decompress(compress(Self.noise, as: .zlib), as: .zlib, limit: .max) == Self.noise)
  }

  @Test(arguments: formats) func `corrupt, truncated and overlong streams are refused`(format: CompressionFormat) {
    let packed = compress(Self.text, as: format)
    #expect(throws: CompressionError.truncated) { try decompress(packed.dropLast(), as: format, limit: .max) }
    #expect(throws: CompressionError.truncated) { try decompress([], as: format, limit: .max) }
    #expect(throws: CompressionError.trailingBytes) { try decompress(packed + [0], as: format, limit: .max) }
    // For the raw format, a block of the reserved type 3; for the others, an invalid header.
    #expect(throws: CompressionError.corrupt) { try decompress([0xFF, 0xFF, 0xFF, 0xFF], as: format, limit: .max) }
    if format != .raw {
      var damaged = packed
      damaged[damaged.count - 6] ^= 1
      #expect(throws: CompressionError.corrupt) { try decompress(damaged, as: format, limit: .max) }
    }
  }

  @Test func `a stream with a preset dictionary is refused`() {
    let stream: [UInt8] = [0x78, 0xBB, 0, 0, 0, 1, 3, 0]
    #expect(throws: CompressionError.corrupt) { try decompress(stream, as: .zlib, limit: .max) }
  }

  @Test func `a deflater and an inflater can be reused after a reset`() throws {
    var deflater = Deflater(.zlib)
    var inflater = Inflater(.zlib)
    for bytes in [Self.text, Self.noise, [1]] {
      var packed: [UInt8] = []
      deflater.deflate(bytes, appendingTo: &packed, flush: .finish)
      deflater.reset()
      var output: [UInt8] = []
      #expect(try inflater.inflate(packed, appendingTo: &output, limit: bytes.count).isFinished)
      inflater.reset()
      #expect(output == bytes)
    }
  }

  @Test func `a checksum can be computed piece by piece`() {
    #expect(crc32(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(crc32(Array("6789".utf8), continuing: crc32(Array("12345".utf8))) == 0xCBF4_3926)
    #expect(crc32([]) == 0 && crc32([], continuing: 5) == 5)
  }

  @Test(
    arguments: [
      (.corrupt, "The compressed data is corrupt."), (.truncated, "The compressed data is truncated."),
      (.trailingBytes, "There are extra bytes after the compressed data."),
      (.outputTooLarge(limit: 9), "The compressed data inflates to more than 9 bytes."),
    ] as [(CompressionError, String)])
  func `an error is a sentence`(error: CompressionError, sentence: String) {
    #expect(error.description == sentence)
  }
}
