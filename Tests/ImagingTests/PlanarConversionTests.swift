import Imaging
import Testing

/// Compares conversions with a plain reference, which takes one pixel at a time by the definition of the formats.
struct PlanarConversionTests {
  private static let spaces = ColourSpace.Matrix.allCases.flatMap { matrix in
    [ColourSpace(matrix, range: .limited), ColourSpace(matrix, range: .full)]
  }

  @Test(arguments: PlanarFormat.Chroma.allCases, [8, 10, 16])
  func `every size and colour space converts as the reference`(chroma: PlanarFormat.Chroma, depth: Int) {
    var random = Random(state: UInt64(depth))
    // On both sides of the number of pixels that a vector holds, and of its multiples.
    for width in [1, 2, 3, 7, 15, 16, 17, 18, 31, 32, 33, 35, 47, 49, 63, 65] {
      for height in [1, 2, 3] {
        // Two colour spaces for each size; together, each of them several times.
        for index in [width + height, width + height + 5] {
          let space = Self.spaces[index % Self.spaces.count]
          let format = PlanarFormat(chroma, bitDepth: depth, hasAlpha: (index + height) % 3 == 0)
          let picture = PlanarPicture(
            width: width, height: height, format: format, colours: space,
            bytes: (0..<format.byteCount(width: width, height: height)).map { _ in random.byte() })
          let reference = Reference(picture)
          #expect(picture.rgb().bytes == reference.rgb, "\(width) × \(height) \(format) \(space)")
          #expect(picture.luma().bytes == reference.luma, "\(width) × \(height) \(format) \(space)")
        }
      }
    }
  }

  /// Luma varies along rows, and both chroma samples along columns, in opposite directions.
  @Test(arguments: spaces)
  func `every pair of luma and chroma converts as the reference`(space: ColourSpace) {
    let ramp = (0...255).map { UInt8($0) }
    let luma = ramp.flatMap { _ in ramp }
    let down = ramp.flatMap { [UInt8](repeating: $0, count: 256) }
    let picture = PlanarPicture(
      width: 256, height: 256, format: .c444, colours: space, bytes: luma + down + down.reversed())
    let reference = Reference(picture)
    #expect(picture.rgb().bytes == reference.rgb)
    #expect(picture.luma().bytes == reference.luma)
  }
}

/// Small, fast and the same on every run.
private struct Random {
  var state: UInt64

  mutating func byte() -> UInt8 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 56)
  }
}

/// Both conversions in fixed point, with 16 binary places for samples of 8 bits and 24 for longer ones, rounded once.
private struct Reference {
  private(set) var rgb: [UInt8] = []
  private(set) var luma: [UInt8] = []

  init(_ picture: PlanarPicture) {
    let (width, height, format) = (picture.width, picture.height, picture.format)
    let depth = format.bitDepth
    let samples =
      depth == 8
      ? picture.bytes.map { Int($0) }
      : stride(from: 0, to: picture.bytes.count, by: 2).map { Int(picture.bytes[$0]) | Int(picture.bytes[$0 + 1]) << 8 }
    let (stepX, stepY) =
      switch format.chroma {
      case .c411: (4, 1)
      case .c420: (2, 2)
      case .c422: (2, 1)
      case .mono, .c444: (1, 1)
      }
    let chromaWidth = (width + stepX - 1) / stepX
    let chromaCount = format.chroma == .mono ? 0 : chromaWidth * ((height + stepY - 1) / stepY)
    let factors = Factors(picture.colours, depth: depth)
    for y in 0..<height {
      for x in 0..<width {
        let pixel = y * width + x
        let alpha = format.hasAlpha ? samples[width * height + 2 * chromaCount + pixel] : 1 << depth - 1
        func composited(_ value: Int) -> UInt8 {
          let opaque = 1 << depth - 1
          let alpha = min(alpha, opaque)
          return UInt8((value * alpha + 255 * (opaque - alpha) + opaque / 2) / opaque)
        }
        luma.append(composited(factors.spread(samples[pixel])))
        let at = width * height + y / stepY * chromaWidth + x / stepX
        let grey = 1 << (depth - 1)
        let (u, v) = format.chroma == .mono ? (grey, grey) : (samples[at], samples[at + chromaCount])
        rgb += factors.colour(y: samples[pixel], u: u - grey, v: v - grey).map(composited)
      }
    }
  }

  private struct Factors {
    let places: Int
    let black: Int
    let white: Int
    let luma: Int
    let redV: Int
    let greenU: Int
    let greenV: Int
    let blueU: Int

    init(_ colours: ColourSpace, depth: Int) {
      let (red, blue) =
        switch colours.matrix {
        case .bt601: (0.299, 0.114)
        case .bt709: (0.2126, 0.0722)
        case .bt2020: (0.2627, 0.0593)
        case .fcc: (0.30, 0.11)
        case .smpte240m: (0.212, 0.087)
        }
      let isFull = colours.range == .full
      let scale = 1 << (depth - 8)
      let most = 1 << depth - 1
      places = depth == 8 ? 16 : 24
      black = isFull ? 0 : 16 * scale
      white = isFull ? most : 235 * scale
      let one = Double(1 << places)
      let chroma = 255 / Double(isFull ? most : 224 * scale)
      luma = Int((255 / Double(isFull ? most : 219 * scale) * one).rounded())
      redV = Int((2 * (1 - red) * chroma * one).rounded())
      blueU = Int((2 * (1 - blue) * chroma * one).rounded())
      greenU = Int((-2 * (1 - blue) * blue / (1 - red - blue) * chroma * one).rounded())
      greenV = Int((-2 * (1 - red) * red / (1 - red - blue) * chroma * one).rounded())
    }

    private func rounded(_ value: Int) -> Int { (value + 1 << (places - 1)) >> places }

    func spread(_ sample: Int) -> Int { rounded((min(max(sample, black), white) - black) * luma) }

    func colour(y: Int, u: Int, v: Int) -> [Int] {
      [redV * v, greenU * u + greenV * v, blueU * u].map { min(max(rounded((y - black) * luma + $0), 0), 255) }
    }
  }
}
