/// How the samples of a ``PlanarPicture`` are laid out.
package struct PlanarFormat: Equatable, Sendable {
  /// The chroma subsampling.
  package enum Chroma: Sendable, CaseIterable {
    case mono, c411, c420, c422, c444

    /// Pixels that share a chroma sample.
    var stepX: Int {
      switch self {
      case .c411: 4
      case .c420, .c422: 2
      case .mono, .c444: 1
      }
    }
    var stepY: Int { self == .c420 ? 2 : 1 }

    /// The size of a chroma plane. Odd sides are rounded up: the last column or row has chroma samples of its own.
    func width(of width: Int) -> Int { (width + stepX - 1) / stepX }
    func height(of height: Int) -> Int { (height + stepY - 1) / stepY }
  }

  package let chroma: Chroma
  /// 8...16. Samples of more than 8 bits have two bytes, the low one first.
  package let bitDepth: Int
  /// Whether a plane of opacity, of the size of the luma plane, follows.
  package let hasAlpha: Bool

  /// - Precondition: `bitDepth` is within 8...16.
  package init(_ chroma: Chroma, bitDepth: Int = 8, hasAlpha: Bool = false) {
    precondition((8...16).contains(bitDepth))
    self.chroma = chroma
    self.bitDepth = bitDepth
    self.hasAlpha = hasAlpha
  }

  package static let mono = PlanarFormat(.mono)
  package static let c420 = PlanarFormat(.c420)
  package static let c422 = PlanarFormat(.c422)
  package static let c444 = PlanarFormat(.c444)

  package var bytesPerSample: Int { bitDepth > 8 ? 2 : 1 }

  /// The size of a picture in bytes.
  package func byteCount(width: Int, height: Int) -> Int {
    let chromaSamples = chroma == .mono ? 0 : 2 * chroma.width(of: width) * chroma.height(of: height)
    return (width * height * (hasAlpha ? 2 : 1) + chromaSamples) * bytesPerSample
  }
}

/// How luma and chroma become colours, and which values are black and white.
package struct ColourSpace: Equatable, Sendable {
  /// The weights of red, green and blue in luma, ITU-T H.273 §8.3.
  package enum Matrix: Sendable, CaseIterable {
    case bt601, bt709, bt2020, fcc, smpte240m

    var red: Double {
      switch self {
      case .bt601: 0.299
      case .bt709: 0.2126
      case .bt2020: 0.2627
      case .fcc: 0.30
      case .smpte240m: 0.212
      }
    }
    var blue: Double {
      switch self {
      case .bt601: 0.114
      case .bt709: 0.0722
      case .bt2020: 0.0593
      case .fcc: 0.11
      case .smpte240m: 0.087
      }
    }
  }

  /// The values from black to white, for 8 bits: 16...235 as in broadcasting (limited), or 0...255 as in JPEG (full).
  package enum Range: Sendable {
    case limited, full
  }

  package let matrix: Matrix
  package let range: Range

  /// A video that names no matrix is BT.601, as ffmpeg reads and writes it.
  package init(_ matrix: Matrix = .bt601, range: Range) {
    self.matrix = matrix
    self.range = range
  }
}
