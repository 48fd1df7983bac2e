import Imaging

/// The pixel formats that ffmpeg may write. It chooses the one that loses least of the file's.
enum FFmpegPixels: Equatable {
  case planar(PlanarFormat, isFull: Bool)
  /// - Parameter isWide: Whether a channel has 16 bits.
  case packed(Picture.Format, isWide: Bool)

  private static let byName: [(name: String, pixels: FFmpegPixels)] = {
    let chromas: [(String, PlanarFormat.Chroma)] = [("420", .c420), ("422", .c422), ("444", .c444)]
    var all: [(String, FFmpegPixels)] = [
      ("gray", .planar(.mono, isFull: true)), ("yuv411p", .planar(PlanarFormat(.c411), isFull: false)),
      ("yuvj411p", .planar(PlanarFormat(.c411), isFull: true)), ("rgb24", .packed(.rgb, isWide: false)),
      ("rgba", .packed(.rgba, isWide: false)), ("rgb48le", .packed(.rgb, isWide: true)),
      ("rgba64le", .packed(.rgba, isWide: true)),
    ]
    for (name, chroma) in chromas {
      all.append(("yuv\(name)p", .planar(PlanarFormat(chroma), isFull: false)))
      all.append(("yuvj\(name)p", .planar(PlanarFormat(chroma), isFull: true)))
      all.append(("yuva\(name)p", .planar(PlanarFormat(chroma, hasAlpha: true), isFull: false)))
    }
    for depth in [10, 12, 16] {
      all.append(("gray\(depth)le", .planar(PlanarFormat(.mono, bitDepth: depth), isFull: true)))
      for (name, chroma) in chromas {
        all.append(("yuv\(name)p\(depth)le", .planar(PlanarFormat(chroma, bitDepth: depth), isFull: false)))
      }
    }
    return all
  }()

  /// As the filter `format` takes them.
  static let names = byName.map(\.name).joined(separator: "|")

  init?(_ name: String) {
    guard let found = Self.byName.first(where: { $0.name == name }) else { return nil }
    self = found.pixels
  }

  func byteCount(width: Int, height: Int) -> Int {
    switch self {
    case .planar(let format, _): format.byteCount(width: width, height: height)
    case .packed(let format, let isWide): width * height * format.channels * (isWide ? 2 : 1)
    }
  }

  /// - Parameters:
  ///   - bytes: of one picture.
  ///   - description: of the same frame, for its colours.
  func content(_ bytes: [UInt8], width: Int, height: Int, description: FFmpegLog.Frame) -> SourceFrame.Content {
    switch self {
    case .packed(let format, isWide: true):
      .picture(Picture(width: width, height: height, format: format, wideSamples: bytes))
    case .packed(let format, isWide: false):
      .picture(Picture(width: width, height: height, format: format, bytes: bytes))
    case .planar(let format, let isFull):
      .planes(
        PlanarPicture(
          width: width, height: height, format: format, colours: Self.colours(description, isFull: isFull), bytes: bytes
        ))
    }
  }

  /// - Parameter isFull: The range if the file doesn't say.
  private static func colours(_ description: FFmpegLog.Frame, isFull: Bool) -> ColourSpace {
    let range: ColourSpace.Range =
      switch description.range {
      case "pc": .full
      case "tv": .limited
      default: isFull ? .full : .limited
      }
    return switch description.matrix {
    case "bt709": ColourSpace(.bt709, range: range)
    case "bt2020nc", "bt2020c": ColourSpace(.bt2020, range: range)
    case "fcc": ColourSpace(.fcc, range: range)
    case "smpte240m": ColourSpace(.smpte240m, range: range)
    // If the file names no matrix, ffmpeg assumes BT.601, whatever the size.
    default: ColourSpace(.bt601, range: range)
    }
  }
}
