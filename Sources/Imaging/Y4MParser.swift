/// Parses YUV4MPEG2, an uncompressed video format, incrementally.
///
///     YUV4MPEG2 W320 H180 F30:1 Ip A1:1 C420jpeg\n
///     FRAME\n  Y plane, U plane, V plane   …and so on
///
/// Supports 8 bits a sample, progressive and interlaced, in mono, 4:2:0, 4:2:2 and 4:4:4. Does no I/O.
package struct Y4MParser: Sendable {
  /// The parsed first line; nil until it has arrived.
  package private(set) var header: Y4MHeader?

  private let limits: PictureLimits
  private var line: [UInt8] = []
  /// The samples of the incomplete picture; nil between pictures.
  private var samples: [UInt8]?

  /// The longest accepted line. With comments (`X…`), real headers have a few hundred bytes.
  package static let longestLine = 4096

  package init(limits: PictureLimits = PictureLimits()) {
    self.limits = limits
  }

  /// Parses the next bytes and calls `picture` for each picture that they complete.
  package mutating func receive(
    _ bytes: ArraySlice<UInt8>, picture: (PlanarPicture) -> Void
  ) throws(PictureError) {
    var rest = bytes
    while !rest.isEmpty {
      if let header, samples != nil {
        if let complete = readSamples(from: &rest, header: header) { picture(complete) }
      } else if let line = try readLine(from: &rest) {
        try parse(line: line)
      }
    }
  }

  /// Ends the video.
  /// - Throws: ``PictureError/truncated(format:part:)`` in the middle of a line or a picture, and if there is no
  ///   header.
  package func finish() throws(PictureError) {
    guard header != nil else { throw .truncated(format: "y4m video", part: "its header") }
    guard samples == nil, line.isEmpty else { throw .truncated(format: "y4m video", part: "a picture") }
  }

  /// Moves bytes to `line`.
  /// - Returns: The line once it is complete.
  private mutating func readLine(from rest: inout ArraySlice<UInt8>) throws(PictureError) -> [UInt8]? {
    let end = rest.firstIndex(of: 0x0A)
    line += rest[..<(end ?? rest.endIndex)].prefix(Self.longestLine + 1 - line.count)
    guard line.count <= Self.longestLine, Self.canBegin(line, with: header == nil ? Y4MHeader.magic : Self.frameMagic)
    else {
      let expected = header == nil ? "YUV4MPEG2" : "FRAME"
      throw .malformed(format: "y4m video", reason: "a line does not begin with \(expected) or is too long")
    }
    rest = end.map { rest[($0 + 1)...] } ?? []
    guard end != nil else { return nil }
    defer { line = [] }
    return line
  }

  private static let frameMagic = Array("FRAME".utf8)

  /// Whether `line`, which may be incomplete, can still begin with `word`.
  private static func canBegin(_ line: [UInt8], with word: [UInt8]) -> Bool {
    zip(line, word).allSatisfy { $0 == $1 }
  }

  private mutating func parse(line: [UInt8]) throws(PictureError) {
    let words = line.split(separator: 0x20)
    guard let header else {
      header = try Y4MHeader(words, limits: limits)
      return
    }
    guard words.first.map(Array.init) == Self.frameMagic else {
      throw .malformed(format: "y4m video", reason: "a picture does not begin with FRAME")
    }
    samples = []
    samples?.reserveCapacity(header.pictureByteCount)
  }

  private mutating func readSamples(from rest: inout ArraySlice<UInt8>, header: Y4MHeader) -> PlanarPicture? {
    let wanted = header.pictureByteCount - (samples?.count ?? 0)
    samples?.append(contentsOf: rest.prefix(wanted))
    rest = rest.dropFirst(wanted)
    guard let complete = samples, complete.count == header.pictureByteCount else { return nil }
    samples = nil
    return PlanarPicture(
      width: header.width, height: header.height, chroma: header.chroma, range: header.range, bytes: complete)
  }
}

/// The first line of a y4m video.
package struct Y4MHeader: Equatable, Sendable {
  package let width: Int
  package let height: Int
  package let chroma: PlanarPicture.Chroma
  package let range: PlanarPicture.Range
  /// Frames a second; nil if unknown.
  package let frameRate: Double?

  /// The size of a picture in bytes, without its FRAME line.
  package var pictureByteCount: Int { PlanarPicture.byteCount(width: width, height: height, chroma: chroma) }

  static let magic = Array("YUV4MPEG2".utf8)

  /// - Parameter words: The words of the line, beginning with the magic. Unknown parameters are ignored, as the format
  ///   requires.
  init(_ words: [ArraySlice<UInt8>], limits: PictureLimits) throws(PictureError) {
    guard words.first.map(Array.init) == Self.magic else {
      throw .malformed(format: "y4m video", reason: "it does not begin with YUV4MPEG2")
    }
    var sides: (width: Int?, height: Int?)
    // The default without a C parameter.
    var chroma = PlanarPicture.Chroma.c420
    var range: PlanarPicture.Range?
    var frameRate: Double?
    for word in words.dropFirst() {
      let value = word.dropFirst()
      switch word.first {
      case UInt8(ascii: "W"): sides.width = Self.number(digits: value)
      case UInt8(ascii: "H"): sides.height = Self.number(digits: value)
      case UInt8(ascii: "C"): chroma = try Self.chroma(named: String(decoding: value, as: UTF8.self))
      case UInt8(ascii: "F"): frameRate = Self.frameRate(from: value)
      case UInt8(ascii: "X") where value.elementsEqual("COLORRANGE=FULL".utf8): range = .full
      case UInt8(ascii: "X") where value.elementsEqual("COLORRANGE=LIMITED".utf8): range = .limited
      default: break
      }
    }
    guard let width = sides.width, let height = sides.height else {
      throw .malformed(format: "y4m video", reason: "its header has no valid width or height")
    }
    try limits.check(width: width, height: height, format: "y4m video")
    self.width = width
    self.height = height
    self.chroma = chroma
    // The defaults are those of ffmpeg: full range for mono, limited range otherwise.
    self.range = range ?? (chroma == .mono ? .full : .limited)
    self.frameRate = frameRate
  }

  /// Allows at most nine digits, so that the number can't overflow.
  private static func number(digits: ArraySlice<UInt8>) -> Int? {
    guard (1...9).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private static func chroma(named name: String) throws(PictureError) -> PlanarPicture.Chroma {
    switch name {
    case "420", "420jpeg", "420mpeg2", "420paldv": .c420
    case "422": .c422
    case "444": .c444
    case "mono": .mono
    default: throw .unsupported(format: "y4m video", feature: "the pixel format C\(name.prefix(32))")
    }
  }

  /// Parses `30000:1001`; nil for `0:0`, which means unknown.
  private static func frameRate(from value: ArraySlice<UInt8>) -> Double? {
    let parts = value.split(separator: UInt8(ascii: ":"))
    guard parts.count == 2, let frames = number(digits: parts[0]), let seconds = number(digits: parts[1]), frames > 0,
      seconds > 0
    else { return nil }
    return Double(frames) / Double(seconds)
  }
}

extension PlanarPicture {
  /// The picture as a frame of a y4m video, to follow a ``y4mHeader(width:height:chroma:frameRate:)``.
  package var y4m: [UInt8] { Array("FRAME\n".utf8) + bytes }

  /// The first line of a y4m video in limited range.
  /// - Parameter frameRate: Frames a second.
  package static func y4mHeader(width: Int, height: Int, chroma: Chroma, frameRate: Int) -> [UInt8] {
    let name =
      switch chroma {
      case .mono: "mono"
      case .c420: "420jpeg"
      case .c422: "422"
      case .c444: "444"
      }
    return Array("YUV4MPEG2 W\(width) H\(height) F\(frameRate):1 Ip A1:1 C\(name) XCOLORRANGE=LIMITED\n".utf8)
  }
}
