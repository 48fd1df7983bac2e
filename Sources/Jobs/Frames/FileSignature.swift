import Files
import Imaging

/// What a file is, by its first bytes, because its name proves nothing.
enum FileSignature: Equatable {
  case y4m
  /// A picture that is decoded without ffmpeg.
  case picture
  /// Something for ffmpeg. The name is for messages.
  case other(String, isPicture: Bool)

  /// Bytes at the start of a file that are enough to recognise it.
  static let startBytes = 64 << 10
  /// Enough for everything but the difference between a PNG and an animated one.
  static let shortBytes = 32

  /// - Parameter bytes: How many bytes to read.
  /// - Returns: Nil if the content isn't recognised, or the file can't be read.
  init?(_ path: RawPath, bytes: Int = startBytes) {
    guard let file = try? OpenFile(path, for: .reading), let start = try? file.read(bytes, at: 0) else { return nil }
    self.init(start)
  }

  init?(_ start: [UInt8]) {
    if start.starts(with: Array("YUV4MPEG2 ".utf8)) {
      self = .y4m
    } else if Picture.isAnimatedPNG(start) {
      self = .other("an animated PNG", isPicture: true)
    } else if Picture.isDecodable(start) {
      self = .picture
    } else if let (name, isPicture) = Self.riff(start) ?? Self.isoMedia(start) ?? Self.magic(start) {
      self = .other(name, isPicture: isPicture)
    } else {
      return nil
    }
  }

  private typealias Name = (name: String, isPicture: Bool)

  private static func magic(_ start: [UInt8]) -> Name? {
    magics.first { start.starts(with: $0.bytes) }.map { ($0.name, $0.isPicture) }
  }

  private static let magics: [(bytes: [UInt8], name: String, isPicture: Bool)] = [
    ([0xFF, 0xD8, 0xFF], "a JPEG", true),
    (Array("GIF8".utf8), "a GIF", true),
    (Array("BM".utf8), "a BMP", true),
    ([0x49, 0x49, 0x2A, 0x00], "a TIFF", true),
    ([0x4D, 0x4D, 0x00, 0x2A], "a TIFF", true),
    ([0xFF, 0x0A], "a JPEG XL", true),
    ([0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20], "a JPEG XL", true),
    ([0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20], "a JPEG 2000", true),
    (Array("qoif".utf8), "a QOI", true),
    (Array("8BPS".utf8), "a PSD", true),
    ([0x76, 0x2F, 0x31, 0x01], "an OpenEXR", true),
    (Array("P1".utf8), "a PBM", true),
    (Array("P4".utf8), "a PBM", true),
    (Array("P7".utf8), "a PAM", true),
    ([0x1A, 0x45, 0xDF, 0xA3], "a Matroska or WebM video", false),
    (Array("FLV".utf8), "an FLV video", false),
    (Array("OggS".utf8), "an Ogg video", false),
    ([0x30, 0x26, 0xB2, 0x75], "a Windows Media video", false),
  ]

  private static func riff(_ start: [UInt8]) -> Name? {
    guard start.count >= 16, start.starts(with: Array("RIFF".utf8)) else { return nil }
    switch start[8..<16] {
    case let type where type.elementsEqual("WEBPVP8X".utf8):
      let isAnimated = start.count > 20 && start[20] & 0x02 != 0
      return (isAnimated ? "an animated WebP" : "a WebP", true)
    case let type where type.starts(with: Array("WEBP".utf8)): return ("a WebP", true)
    case let type where type.starts(with: Array("AVI ".utf8)): return ("an AVI video", false)
    default: return nil
    }
  }

  private static func isoMedia(_ start: [UInt8]) -> Name? {
    guard start.count >= 12, start[4..<8].elementsEqual("ftyp".utf8) else { return nil }
    switch String(decoding: start[8..<12], as: UTF8.self) {
    case "avif": return ("an AVIF", true)
    case "avis": return ("an animated AVIF", true)
    case "heic", "heix", "mif1", "hevc": return ("an HEIF", true)
    default: return ("an MP4 or MOV video", false)
    }
  }
}
