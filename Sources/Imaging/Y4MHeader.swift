/// The first line of a y4m video.
package struct Y4MHeader: Equatable, Sendable {
  package let width: Int
  package let height: Int
  package let format: PlanarFormat
  package let colours: ColourSpace
  /// Frames a second; nil if unknown.
  package let frameRate: Double?
  package let pixelAspect: PixelAspect

  /// The size of a picture in bytes, without its FRAME line.
  package var pictureByteCount: Int { format.byteCount(width: width, height: height) }

  static let magic = Array("YUV4MPEG2".utf8)

  /// - Parameter words: The words of the line, beginning with the magic. Unknown parameters are ignored, as the format
  ///   requires.
  init(_ words: [ArraySlice<UInt8>], limits: PictureLimits) throws(PictureError) {
    guard words.first.map(Array.init) == Self.magic else {
      throw .malformed(format: "y4m video", reason: "it does not begin with YUV4MPEG2")
    }
    var sides: (width: Int?, height: Int?)
    // The default without a C parameter.
    var format = PlanarFormat.c420
    var range: ColourSpace.Range?
    var frameRate: Double?
    var aspect = PixelAspect.square
    for word in words.dropFirst() {
      let value = word.dropFirst()
      switch word.first {
      case UInt8(ascii: "W"): sides.width = Self.number(digits: value)
      case UInt8(ascii: "H"): sides.height = Self.number(digits: value)
      case UInt8(ascii: "C"): format = try Self.format(named: String(decoding: value, as: UTF8.self))
      case UInt8(ascii: "F"): frameRate = Self.ratio(value).map { Double($0.0) / Double($0.1) }
      case UInt8(ascii: "A"):
        aspect = Self.ratio(value).map { PixelAspect(width: $0.0, height: $0.1) } ?? .square
      case UInt8(ascii: "X") where value.elementsEqual("COLORRANGE=FULL".utf8): range = .full
      case UInt8(ascii: "X") where value.elementsEqual("COLORRANGE=LIMITED".utf8): range = .limited
      default: break
      }
    }
    guard let width = sides.width, let height = sides.height else {
      throw .malformed(format: "y4m video", reason: "its header has no valid width or height")
    }
    try limits.check(width: width, height: height, format: "y4m video")
    let byteCount = format.byteCount(width: width, height: height)
    guard byteCount <= limits.maximumBytes else {
      throw .tooManyBytes(format: "y4m video", bytes: byteCount, maximumBytes: limits.maximumBytes)
    }
    self.width = width
    self.height = height
    self.format = format
    // As in ffmpeg, mono defaults to full range and everything else to limited range. A y4m header can't name a matrix.
    colours = ColourSpace(range: range ?? (format.chroma == .mono ? .full : .limited))
    self.frameRate = frameRate
    pixelAspect = aspect
  }

  /// Allows at most nine digits, so that the number can't overflow.
  private static func number(digits: ArraySlice<UInt8>) -> Int? {
    guard (1...9).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  /// Parses `30000:1001`; nil for `0:0`, which means unknown.
  private static func ratio(_ value: ArraySlice<UInt8>) -> (Int, Int)? {
    let parts = value.split(separator: UInt8(ascii: ":"))
    guard parts.count == 2, let upper = number(digits: parts[0]), let lower = number(digits: parts[1]), upper > 0,
      lower > 0
    else { return nil }
    return (upper, lower)
  }

  /// The names of ffmpeg and mjpegtools: `420jpeg`, `422p10`, `mono16`, `444alpha`.
  private static func format(named name: String) throws(PictureError) -> PlanarFormat {
    let unsupported = PictureError.unsupported(format: "y4m video", feature: "the pixel format C\(name.prefix(32))")
    switch name {
    // The variants differ in where chroma is sampled, by less than a pixel.
    case "420", "420jpeg", "420mpeg2", "420paldv": return .c420
    case "411": return PlanarFormat(.c411)
    case "422": return .c422
    case "444": return .c444
    case "444alpha": return PlanarFormat(.c444, hasAlpha: true)
    case "mono": return .mono
    default: break
    }
    for (prefix, chroma) in [("mono", PlanarFormat.Chroma.mono), ("420p", .c420), ("422p", .c422), ("444p", .c444)] {
      guard name.hasPrefix(prefix), let depth = Int(name.dropFirst(prefix.count)) else { continue }
      // `Int` also accepts a sign and leading zeros, which no name has.
      guard (9...16).contains(depth), name == "\(prefix)\(depth)" else { throw unsupported }
      return PlanarFormat(chroma, bitDepth: depth)
    }
    throw unsupported
  }
}

extension PlanarFormat {
  /// The name in a y4m header; nil if y4m has none.
  package var y4mName: String? {
    switch (chroma, bitDepth, hasAlpha) {
    case (.c444, 8, true): "444alpha"
    case (_, _, true): nil
    case (.mono, 8, _): "mono"
    case (.mono, _, _): "mono\(bitDepth)"
    case (.c411, 8, _): "411"
    case (.c411, _, _): nil
    case (.c420, 8, _): "420jpeg"
    case (.c420, _, _): "420p\(bitDepth)"
    case (.c422, 8, _): "422"
    case (.c422, _, _): "422p\(bitDepth)"
    case (.c444, 8, _): "444"
    case (.c444, _, _): "444p\(bitDepth)"
    }
  }
}

extension PlanarPicture {
  /// The picture as a frame of a y4m video, to follow a ``y4mHeader(width:height:format:frameRate:)``.
  package var y4m: [UInt8] { Array("FRAME\n".utf8) + bytes }

  /// The first line of a y4m video in limited range.
  /// - Parameter frameRate: Frames a second.
  /// - Precondition: The format has a name in y4m.
  package static func y4mHeader(width: Int, height: Int, format: PlanarFormat, frameRate: Int) -> [UInt8] {
    guard let name = format.y4mName else { preconditionFailure("y4m has no name for \(format)") }
    return Array("YUV4MPEG2 W\(width) H\(height) F\(frameRate):1 Ip A1:1 C\(name) XCOLORRANGE=LIMITED\n".utf8)
  }
}
