import Compression

/// Decodes a PNG file of any colour type, bit depth and filter, with palettes, transparency and interlacing.
///
/// The result has 8 bits a channel: fewer bits are scaled to 0...255 (1 bit becomes 0 or 255), 16 bits are rounded,
/// `(value × 255 + 32,767) / 65,535`. Palettes become RGB, a transparent colour becomes alpha. Gamma and colour
/// profiles are ignored. Stricter than a viewer: all checksums must be correct, and the image data must have exactly
/// the expected length. Bytes after the IEND chunk are ignored, as the specification recommends (§13.2).
enum PNGDecoder {
  static func decode(_ bytes: [UInt8], limits: PictureLimits) throws(PictureError) -> Picture {
    let chunks = try PNGChunks(bytes, limits: limits)
    let inflated = try inflate(chunks.imageData, of: bytes, expected: chunks.header.inflatedByteCount)
    var scanlines = PNGScanlines(chunks)
    return try scanlines.picture(from: inflated)
  }

  /// Inflates the image data. Stops at `expected` bytes, so that a zip bomb does no harm.
  private static func inflate(
    _ pieces: [Range<Int>], of bytes: [UInt8], expected: Int
  ) throws(PictureError) -> [UInt8] {
    var inflater = Inflater(.zlib)
    var inflated: [UInt8] = []
    inflated.reserveCapacity(expected)
    var isFinished = false
    for piece in pieces {
      guard !isFinished || piece.isEmpty else {
        throw .malformed(format: "PNG", reason: "there is extra data after its image data")
      }
      do {
        let step = try bytes.span.bytes.extracting(piece).withUnsafeBytes { (input) throws(CompressionError) in
          try inflater.inflate(input, appendingTo: &inflated, limit: expected - inflated.count)
        }
        isFinished = step.isFinished
        guard step.consumed == piece.count else {
          throw PictureError.malformed(format: "PNG", reason: "there is extra data after its image data")
        }
      } catch let error as PictureError {
        throw error
      } catch {
        throw .malformed(format: "PNG", reason: "its image data does not inflate to \(expected) bytes")
      }
    }
    guard isFinished, inflated.count == expected else { throw .truncated(format: "PNG", part: "its image data") }
    return inflated
  }
}

/// The chunks of a file, with their order, counts, lengths and checksums validated (§5.6, §11).
struct PNGChunks {
  let header: PNGHeader
  /// Red, green and blue of each entry; empty if the file has no palette.
  private(set) var palette: ArraySlice<UInt8> = []
  /// The tRNS chunk: the alpha of palette entries, or a transparent grey or colour as 16-bit numbers.
  private(set) var transparency: ArraySlice<UInt8>?
  /// The positions of the IDAT chunks' data in the file, in order.
  private(set) var imageData: [Range<Int>] = []

  init(_ bytes: [UInt8], limits: PictureLimits) throws(PictureError) {
    let (header, first) = try Self.header(bytes, limits: limits)
    self.header = header
    var position = first.data.upperBound + 4
    var previous = first
    while true {
      let chunk = try PNGChunk(bytes, at: &position)
      try add(chunk, data: bytes[chunk.data], after: previous)
      if chunk.type == PNG.iend { break }
      previous = chunk
    }
    guard !imageData.isEmpty else { throw .malformed(format: "PNG", reason: "it has no image data") }
  }

  /// The header of a file that begins with the signature, and the chunk that holds it.
  static func header(_ bytes: [UInt8], limits: PictureLimits) throws(PictureError) -> (PNGHeader, PNGChunk) {
    var position = PNG.signature.count
    let first = try PNGChunk(bytes, at: &position)
    guard first.type == PNG.ihdr else {
      throw .malformed(format: "PNG", reason: "its first chunk is \(first.name) instead of IHDR")
    }
    return (try PNGHeader(bytes[first.data], limits: limits), first)
  }

  private mutating func add(
    _ chunk: PNGChunk, data: ArraySlice<UInt8>, after previous: PNGChunk
  ) throws(PictureError) {
    switch chunk.type {
    case PNG.plte:
      try setPalette(data)
    case PNG.trns:
      try setTransparency(data)
    case PNG.idat:
      guard imageData.isEmpty || previous.type == PNG.idat else {
        throw .malformed(format: "PNG", reason: "its IDAT chunks are not consecutive")
      }
      guard header.colourType != .palette || !palette.isEmpty else {
        throw .malformed(format: "PNG", reason: "its image data comes before the palette")
      }
      imageData.append(chunk.data)
    case PNG.iend:
      guard data.isEmpty else { throw .malformed(format: "PNG", reason: "its IEND chunk is not empty") }
    case PNG.ihdr:
      throw .malformed(format: "PNG", reason: "it has two IHDR chunks")
    default:
      guard !chunk.isCritical else {
        throw .unsupported(format: "PNG", feature: "the critical chunk \(chunk.name)")
      }
    }
  }

  private mutating func setPalette(_ data: ArraySlice<UInt8>) throws(PictureError) {
    guard palette.isEmpty, imageData.isEmpty, transparency == nil else {
      throw .malformed(format: "PNG", reason: "its PLTE chunk is in the wrong place")
    }
    guard header.colourType != .grey, header.colourType != .greyAlpha else {
      throw .malformed(format: "PNG", reason: "a grey picture has a palette")
    }
    let mostEntries = header.colourType == .palette ? 1 << header.bitDepth : 256
    guard data.count % 3 == 0, (1...mostEntries).contains(data.count / 3) else {
      throw .malformed(format: "PNG", reason: "its palette has \(data.count) bytes")
    }
    palette = data
  }

  private mutating func setTransparency(_ data: ArraySlice<UInt8>) throws(PictureError) {
    guard transparency == nil, imageData.isEmpty else {
      throw .malformed(format: "PNG", reason: "its tRNS chunk is in the wrong place")
    }
    let isValid =
      switch header.colourType {
      case .grey: data.count == 2
      case .rgb: data.count == 6
      case .palette: !data.isEmpty && data.count <= palette.count / 3
      case .greyAlpha, .rgba: false
      }
    guard isValid else {
      throw .malformed(format: "PNG", reason: "its tRNS chunk has \(data.count) bytes")
    }
    transparency = data
  }
}

/// A chunk: length, type, data, checksum (§5.3).
struct PNGChunk {
  let type: UInt32
  let data: Range<Int>

  var name: String { PNG.name(of: type) }

  /// Whether a decoder must understand the chunk: the first letter is upper case (bit 5 is 0), §5.4.
  var isCritical: Bool { type & 0x2000_0000 == 0 }

  /// Reads the chunk at `position` and advances the position past it.
  init(_ bytes: [UInt8], at position: inout Int) throws(PictureError) {
    guard bytes.count - position >= 12 else { throw .truncated(format: "PNG", part: "its chunks") }
    let length = Int(bytes.bigEndianUInt32(at: position))
    type = bytes.bigEndianUInt32(at: position + 4)
    guard bytes[(position + 4)..<(position + 8)].allSatisfy(PNG.isLetter), length <= Int(Int32.max) else {
      throw .malformed(format: "PNG", reason: "there is no valid chunk at byte \(position)")
    }
    guard length <= bytes.count - position - 12 else {
      throw .truncated(format: "PNG", part: "its \(PNG.name(of: type)) chunk")
    }
    data = (position + 8)..<(position + 8 + length)
    guard bytes.crc32(of: (position + 4)..<data.upperBound) == bytes.bigEndianUInt32(at: data.upperBound) else {
      throw .checksumMismatch(format: "PNG", part: "its \(PNG.name(of: type)) chunk")
    }
    position = data.upperBound + 4
  }
}
