import Compression

/// Constants of the PNG decoder and encoder (PNG specification, third edition).
enum PNG {
  /// §5.2. Transfers that convert line breaks or strip the eighth bit corrupt it, so that they are noticed.
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// The four letters of a chunk's type as a number.
  static func type(_ name: StaticString) -> UInt32 {
    name.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt32($1) } }
  }

  /// A chunk's type as text for error messages. Bytes that are not letters become `?`.
  static func name(of type: UInt32) -> String {
    let letters = (0..<4).map { UInt8(truncatingIfNeeded: type >> (24 - 8 * $0)) }
    return String(decoding: letters.map { isLetter($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }

  static let actl = type("acTL")
  static let ihdr = type("IHDR")
  static let plte = type("PLTE")
  static let trns = type("tRNS")
  static let idat = type("IDAT")
  static let iend = type("IEND")
}

/// The validated header chunk, §11.2.1.
struct PNGHeader: Equatable {
  enum ColourType: UInt8 {
    case grey = 0
    case rgb = 2
    case palette = 3
    case greyAlpha = 4
    case rgba = 6

    var samples: Int {
      switch self {
      case .grey, .palette: 1
      case .greyAlpha: 2
      case .rgb: 3
      case .rgba: 4
      }
    }

    var bitDepths: [UInt8] {
      switch self {
      case .grey: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      case .rgb, .greyAlpha, .rgba: [8, 16]
      }
    }
  }

  let width: Int
  let height: Int
  let bitDepth: Int
  let colourType: ColourType
  let isInterlaced: Bool

  /// - Parameter data: The chunk's 13 bytes.
  init(_ data: ArraySlice<UInt8>, limits: PictureLimits) throws(PictureError) {
    guard data.count == 13 else {
      throw .malformed(format: "PNG", reason: "its IHDR chunk has \(data.count) bytes instead of 13")
    }
    let at = data.startIndex
    let width = Int(data.bigEndianUInt32(at: at))
    let height = Int(data.bigEndianUInt32(at: at + 4))
    guard width <= Int(Int32.max), height <= Int(Int32.max) else {
      throw .malformed(format: "PNG", reason: "its size is \(width) × \(height)")
    }
    try limits.check(width: width, height: height, format: "PNG")
    let (bitDepth, colour) = (data[at + 8], data[at + 9])
    guard let colourType = ColourType(rawValue: colour), colourType.bitDepths.contains(bitDepth) else {
      throw .malformed(format: "PNG", reason: "colour type \(colour) with \(bitDepth) bits does not exist")
    }
    guard data[at + 10] == 0, data[at + 11] == 0, data[at + 12] <= 1 else {
      throw .malformed(format: "PNG", reason: "its compression, filter or interlace method does not exist")
    }
    self.width = width
    self.height = height
    self.bitDepth = Int(bitDepth)
    self.colourType = colourType
    self.isInterlaced = data[at + 12] == 1
    guard inflatedByteCount <= limits.maximumBytes else {
      throw .tooManyBytes(format: "PNG", bytes: inflatedByteCount, maximumBytes: limits.maximumBytes)
    }
  }

  var bitsPerPixel: Int { bitDepth * colourType.samples }

  /// The distance in bytes to a filter's left neighbour, §9.2; at least 1.
  var filterDistance: Int { max(1, bitsPerPixel / 8) }

  func rowByteCount(width: Int) -> Int { (width * bitsPerPixel + 7) / 8 }

  /// The passes in file order. Empty ones are omitted, as in the file (§8).
  var passes: [PNGPass] {
    let all = isInterlaced ? PNGPass.adam7 : [PNGPass(x: 0, y: 0, stepX: 1, stepY: 1)]
    return all.filter { $0.width(of: width) > 0 && $0.height(of: height) > 0 }
  }

  /// The exact size of the inflated image data: the rows of all passes, each with its filter byte.
  var inflatedByteCount: Int {
    passes.reduce(0) { $0 + (1 + rowByteCount(width: $1.width(of: width))) * $1.height(of: height) }
  }
}

/// A pass of an interlaced picture, §8.1: every `stepX`-th pixel of every `stepY`-th row, starting at (`x`, `y`).
struct PNGPass: Equatable {
  let x: Int
  let y: Int
  let stepX: Int
  let stepY: Int

  func width(of whole: Int) -> Int { max(0, (whole - x + stepX - 1) / stepX) }
  func height(of whole: Int) -> Int { max(0, (whole - y + stepY - 1) / stepY) }

  static let adam7 = [
    PNGPass(x: 0, y: 0, stepX: 8, stepY: 8),
    PNGPass(x: 4, y: 0, stepX: 8, stepY: 8),
    PNGPass(x: 0, y: 4, stepX: 4, stepY: 8),
    PNGPass(x: 2, y: 0, stepX: 4, stepY: 4),
    PNGPass(x: 0, y: 2, stepX: 2, stepY: 4),
    PNGPass(x: 1, y: 0, stepX: 2, stepY: 2),
    PNGPass(x: 0, y: 1, stepX: 1, stepY: 2),
  ]
}

extension RandomAccessCollection<UInt8> where Index == Int {
  /// - Precondition: There are at least four bytes from `index` on.
  func bigEndianUInt32(at index: Int) -> UInt32 {
    UInt32(self[index]) << 24 | UInt32(self[index + 1]) << 16 | UInt32(self[index + 2]) << 8 | UInt32(self[index + 3])
  }
}

extension [UInt8] {
  /// The checksum of a chunk's type and data, §5.5.
  func crc32(of range: Range<Int>) -> UInt32 {
    withUnsafeBytes { Compression.crc32(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }
}
