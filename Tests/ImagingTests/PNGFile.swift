import Compression

/// Builds valid and invalid PNG files chunk by chunk, for the decoder's tests.
struct PNGFile {
  var chunks: [(type: String, data: [UInt8])] = []

  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// A file with header, image data and end.
  /// - Parameter before: Chunks between the header and the image data.
  init(
    width: Int, height: Int, depth: UInt8 = 8, colour: UInt8, interlaced: Bool = false,
    before: [(type: String, data: [UInt8])] = [], scanlines: [UInt8]
  ) {
    chunks = [("IHDR", Self.header(width, height, depth: depth, colour: colour, interlace: interlaced ? 1 : 0))]
    chunks += before
    chunks += [("IDAT", compress(scanlines, as: .zlib)), ("IEND", [])]
  }

  init(chunks: [(type: String, data: [UInt8])]) { self.chunks = chunks }

  static func header(
    _ width: Int, _ height: Int, depth: UInt8 = 8, colour: UInt8 = 0, compression: UInt8 = 0, filter: UInt8 = 0,
    interlace: UInt8 = 0
  ) -> [UInt8] {
    number(width) + number(height) + [depth, colour, compression, filter, interlace]
  }

  static func number(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  static func chunk(_ type: String, data: [UInt8]) -> [UInt8] {
    let named = Array(type.utf8) + data
    return number(data.count) + named + number(Int(crc32(named)))
  }

  var bytes: [UInt8] {
    chunks.reduce(Self.signature) { $0 + Self.chunk($1.type, data: $1.data) }
  }
}
