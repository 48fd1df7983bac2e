import Imaging
import Testing

struct Y4MParserTests {
  /// The pictures in the bytes, parsed in pieces of the given size.
  private func pictures(_ bytes: [UInt8], pieceBytes: Int = .max) throws -> [PlanarPicture] {
    var parser = Y4MParser()
    var pictures: [PlanarPicture] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      try parser.receive(rest.prefix(pieceBytes)) { pictures.append($0) }
      rest = rest.dropFirst(pieceBytes)
    }
    try parser.finish()
    return pictures
  }

  private func video(_ header: String, _ frames: [UInt8]...) -> [UInt8] {
    frames.reduce(Array("YUV4MPEG2 \(header)\n".utf8)) { $0 + Array("FRAME\n".utf8) + $1 }
  }

  @Test(arguments: [
    ("W2 H2 F25:1 C420jpeg", PlanarFormat.c420, 6), ("W2 H2", .c420, 6), ("W3 H3 C420mpeg2", .c420, 17),
    ("W3 H2 C422", .c422, 14), ("W2 H2 C444 XYSCSS=444", .c444, 12), ("W3 H1 Cmono Ip A1:1", .mono, 3),
    ("W5 H2 C411 XYSCSS=411", PlanarFormat(.c411), 18),
    ("W2 H2 C444alpha XYSCSS=444", PlanarFormat(.c444, hasAlpha: true), 16),
    ("W2 H2 C420p10 XYSCSS=420P10", PlanarFormat(.c420, bitDepth: 10), 12),
    ("W3 H2 C422p12", PlanarFormat(.c422, bitDepth: 12), 28), ("W2 H1 C444p14", PlanarFormat(.c444, bitDepth: 14), 12),
    ("W2 H1 C444p16", PlanarFormat(.c444, bitDepth: 16), 12), ("W3 H1 Cmono9", PlanarFormat(.mono, bitDepth: 9), 6),
    ("W3 H1 Cmono10 XYSCSS=GRAY10", PlanarFormat(.mono, bitDepth: 10), 6),
    ("W3 H1 Cmono16", PlanarFormat(.mono, bitDepth: 16), 6),
  ])
  func `a video parses the same for all splits`(header: String, format: PlanarFormat, count: Int) throws {
    let first = (0..<count).map { UInt8($0) }
    // A newline and a whole FRAME line among the samples must not matter.
    let second = Array(("\nFRAME\n" + String(repeating: "x", count: count)).utf8.prefix(count))
    let bytes = video(header, first, second)
    let whole = try pictures(bytes)
    #expect(whole.map(\.bytes) == [first, second])
    #expect(whole.allSatisfy { $0.format == format })
    for pieceBytes in 1...bytes.count {
      #expect(try pictures(bytes, pieceBytes: pieceBytes) == whole)
    }
  }

  @Test func `the header has size, rate, range and the shape of the pixels`() throws {
    var parser = Y4MParser()
    try parser.receive(Array("YUV4MPEG2 W640 H360 F30000:1001 Ip A16:15 XCOLORRANGE=FULL\n".utf8)[...]) { _ in }
    let header = try #require(parser.header)
    #expect(header.width == 640 && header.height == 360 && header.colours.range == .full)
    #expect(header.pictureByteCount == 640 * 360 * 3 / 2)
    #expect(header.pixelAspect == PixelAspect(width: 16, height: 15))
    #expect(abs(try #require(header.frameRate) - 29.97) < 0.001)
  }

  @Test(arguments: [
    ("C420jpeg", ColourSpace.Range.limited), ("C420jpeg XCOLORRANGE=FULL", .full), ("Cmono", .full),
    ("Cmono XCOLORRANGE=LIMITED", .limited),
  ])
  func `the range is that of the header, or the default`(parameters: String, range: ColourSpace.Range) throws {
    var parser = Y4MParser()
    try parser.receive(Array("YUV4MPEG2 W2 H2 \(parameters)\n".utf8)[...]) { _ in }
    #expect(parser.header?.colours.range == range)
  }

  @Test func `parameters of a FRAME line are ignored`() throws {
    let bytes = Array("YUV4MPEG2 W1 H1 Cmono\nFRAME Ip\nA".utf8)
    #expect(try pictures(bytes).map(\.bytes) == [[65]])
  }

  @Test func `a video truncated inside a picture is refused at the end`() {
    let bytes = video("W2 H1 Cmono", [1, 2], [3, 4])
    let header = "YUV4MPEG2 W2 H1 Cmono\n".utf8.count
    for length in 0..<bytes.count where length != header && length != header + 8 {
      #expect(throws: PictureError.self) { try pictures(Array(bytes[..<length])) }
    }
  }

  @Test(arguments: [
    "YUV4MPEG3 W1 H1\n", "YUV4MPEG2\n", "YUV4MPEG2 W1\n", "YUV4MPEG2 W0 H1\n", "YUV4MPEG2 W-1 H1\n",
    "YUV4MPEG2 W1x H1\n",
    "YUV4MPEG2 W60000 H60000\n", "YUV4MPEG2 W9999999999 H1\n", "YUV4MPEG2 W1 H1 C420p17\n", "YUV4MPEG2 W1 H1 C420p08\n",
    "YUV4MPEG2 W1 H1 Cmono+9\n", "YUV4MPEG2 W1 H1 C440\n", "YUV4MPEG2 W8192 H8192 C444p16\n",
    "YUV4MPEG2 W1 H1 Cmono\nFRAMEX\nA", "YUV4MPEG2 W1 H1 Cmono\nFRAME\nAB", "YUV4MPEG2 W1 H1 Cmono\n\n", "\n", "GIF89a",
  ])
  func `malformed videos are refused`(text: String) {
    #expect(throws: PictureError.self) { try pictures(Array(text.utf8)) }
    #expect(throws: PictureError.self) { try pictures(Array(text.utf8), pieceBytes: 1) }
  }

  @Test func `an endless line is refused`() {
    var parser = Y4MParser()
    #expect(throws: PictureError.self) {
      try parser.receive((Array("YUV4MPEG2 X".utf8) + [UInt8](repeating: 65, count: 1 << 20))[...]) { _ in }
    }
  }

  @Test func `an unsupported format is named`() {
    let error = PictureError.unsupported(format: "y4m video", feature: "the pixel format C420p17")
    #expect(throws: error) { try pictures(Array("YUV4MPEG2 W1 H1 C420p17\n".utf8)) }
    #expect(error.description == "The y4m video uses the pixel format C420p17, which is not supported.")
  }
}

struct PlanarPictureTests {
  /// The colour of a pixel with these samples.
  private func rgb(
    y: Int, u: Int, v: Int, alpha: Int? = nil, depth: Int = 8, _ matrix: ColourSpace.Matrix = .bt601,
    range: ColourSpace.Range = .limited
  ) -> [UInt8] {
    let samples = [y, u, v] + (alpha.map { [$0] } ?? [])
    let bytes = samples.flatMap { depth == 8 ? [UInt8($0)] : [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let format = PlanarFormat(.c444, bitDepth: depth, hasAlpha: alpha != nil)
    return PlanarPicture(
      width: 1, height: 1, format: format, colours: ColourSpace(matrix, range: range), bytes: bytes
    ).rgb().bytes
  }

  @Test func `black, white and the primary colours convert by BT.601`() {
    #expect(rgb(y: 16, u: 128, v: 128) == [0, 0, 0])
    #expect(rgb(y: 235, u: 128, v: 128) == [255, 255, 255])
    #expect(rgb(y: 81, u: 90, v: 240) == [254, 0, 0])
    #expect(rgb(y: 145, u: 54, v: 34) == [0, 255, 1])
    #expect(rgb(y: 41, u: 240, v: 110) == [0, 0, 255])
    #expect(rgb(y: 0, u: 0, v: 0)[0] == 0 && rgb(y: 255, u: 255, v: 255)[2] == 255)
    #expect(rgb(y: 76, u: 85, v: 255, range: .full) == [254, 0, 0])
  }

  /// The samples are those of the matrix's own equations, rounded.
  @Test(arguments: ColourSpace.Matrix.allCases, [8, 10, 12, 14, 16])
  func `each matrix gives back the colours, at every depth and in both ranges`(matrix: ColourSpace.Matrix, depth: Int) {
    let weights: (red: Double, blue: Double) =
      switch matrix {
      case .bt601: (0.299, 0.114)
      case .bt709: (0.2126, 0.0722)
      case .bt2020: (0.2627, 0.0593)
      case .fcc: (0.30, 0.11)
      case .smpte240m: (0.212, 0.087)
      }
    let one = 1 << (depth - 8)
    for colour in [
      [255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [12, 200, 99], [255, 255, 255], [0, 0, 0],
    ] {
      let (red, green, blue) = (Double(colour[0]) / 255, Double(colour[1]) / 255, Double(colour[2]) / 255)
      let luma = weights.red * red + (1 - weights.red - weights.blue) * green + weights.blue * blue
      let u = (blue - luma) / (2 * (1 - weights.blue))
      let v = (red - luma) / (2 * (1 - weights.red))
      let most = Double(1 << depth - 1)
      for range in [ColourSpace.Range.limited, .full] {
        let isFull = range == .full
        let y = isFull ? luma * most : Double(16 * one) + luma * Double(219 * one)
        let spread = isFull ? most : Double(224 * one)
        func chroma(_ value: Double) -> Int {
          min(max(Int((Double(128 * one) + value * spread).rounded()), 0), Int(most))
        }
        let got = rgb(y: Int(y.rounded()), u: chroma(u), v: chroma(v), depth: depth, matrix, range: range)
        let difference = zip(got, colour).map { abs(Int($0) - $1) }.max() ?? 0
        #expect(difference <= (depth == 8 ? 2 : 1), "\(matrix) \(range) \(depth) bits: \(colour) became \(got)")
      }
    }
  }

  @Test func `transparent pixels are composited on white in both outputs`() {
    #expect(rgb(y: 16, u: 128, v: 128, alpha: 0) == [255, 255, 255])
    #expect(rgb(y: 16, u: 128, v: 128, alpha: 255) == [0, 0, 0])
    #expect(rgb(y: 16, u: 128, v: 128, alpha: 51) == [204, 204, 204])
    let picture = PlanarPicture(
      width: 2, height: 1, format: PlanarFormat(.mono, hasAlpha: true), colours: ColourSpace(range: .full),
      bytes: [0, 0, 255, 51])
    #expect(picture.luma().bytes == [0, 204])
  }

  @Test(arguments: [8, 10, 16]) func `the luma of a grey picture is its grey in RGB`(depth: Int) {
    let values = (0...255).map { $0 << (depth - 8) }
    let bytes = values.flatMap { depth == 8 ? [UInt8($0)] : [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    for range in [ColourSpace.Range.limited, .full] {
      let picture = PlanarPicture(
        width: 256, height: 1, format: PlanarFormat(.mono, bitDepth: depth), colours: ColourSpace(range: range),
        bytes: bytes)
      let luma = picture.luma().bytes
      #expect(picture.rgb().bytes == luma.flatMap { [$0, $0, $0] })
      #expect(luma.first == 0 && luma.last ?? 0 >= 254)
    }
  }

  @Test func `subsampled chroma applies to the right pixels`() {
    // 3 × 3 pixels at 4:2:0 have 2 × 2 chroma samples. All are grey but the last.
    let bytes = [UInt8](repeating: 81, count: 9) + [128, 128, 128, 90] + [128, 128, 128, 240]
    let rgb = PlanarPicture(
      width: 3, height: 3, format: .c420, colours: ColourSpace(range: .limited), bytes: bytes
    ).rgb()
    #expect(Array(rgb[2, 2]) == [254, 0, 0])
    #expect(Array(rgb[1, 2]) == [76, 76, 76])
    // 4:1:1 has a chroma sample for four pixels of a row.
    let wide = PlanarPicture(
      width: 5, height: 1, format: PlanarFormat(.c411), colours: ColourSpace(range: .limited),
      bytes: [UInt8](repeating: 81, count: 5) + [128, 90] + [128, 240]
    ).rgb()
    #expect(Array(wide[3, 0]) == [76, 76, 76] && Array(wide[4, 0]) == [254, 0, 0])
  }
}

struct PixelAspectTests {
  @Test(arguments: [
    (720, 576, 16, 15, 768), (720, 480, 8, 9, 640), (64, 64, 1, 1, 64), (3, 1, 1, 3, 1), (100, 10, 1000, 1, 100),
    (8192, 8192, 2, 1, 8192), (1, 1, 1, 9, 1),
    (65_536, 1, 1, 2, 32_768), (32_768, 1, 2, 1, 65_536), (32_769, 1, 2, 1, 32_769), (2_000_000, 1, 16, 1, 2_000_000),
    (10, 70_000, 2, 1, 10),
  ])
  func `the columns shown follow the shape of the pixels`(columns: Int, rows: Int, width: Int, height: Int, shown: Int)
  {
    #expect(PixelAspect(width: width, height: height).shownColumns(of: columns, rows: rows) == shown)
  }

  @Test func `a picture is stretched without moving its colours`() {
    let plane = Plane(width: 2, height: 2, bytes: [0, 200, 10, 10])
    #expect(plane.stretched(toWidth: 4).bytes == [0, 50, 150, 200, 10, 10, 10, 10])
    #expect(plane.stretched(toWidth: 1).bytes == [100, 10])
    #expect(plane.stretched(toWidth: 2) == plane)
    let picture = Picture(width: 1, height: 1, format: .rgb, bytes: [1, 2, 3])
    #expect(picture.stretched(toWidth: 3).bytes == [1, 2, 3, 1, 2, 3, 1, 2, 3])
  }
}

struct PlaneTests {
  @Test func `luma uses the weights of BT.601`() {
    let rgb = Picture(width: 4, height: 1, format: .rgb, bytes: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])
    #expect(rgb.luma().bytes == [76, 150, 29, 255])
  }

  @Test func `transparent pixels are composited on white`() {
    let picture = Picture(width: 3, height: 1, format: .greyAlpha, bytes: [0, 0, 0, 255, 100, 51])
    #expect(picture.luma().bytes == [255, 0, 224])
    #expect(picture.rgb().bytes == [255, 255, 255, 0, 0, 0, 224, 224, 224])
  }
}
