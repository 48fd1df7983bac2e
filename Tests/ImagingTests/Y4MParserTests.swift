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
    ("W2 H2 F25:1 C420jpeg", PlanarPicture.Chroma.c420, 6), ("W2 H2", .c420, 6), ("W3 H3 C420mpeg2", .c420, 17),
    ("W3 H2 C422", .c422, 14), ("W2 H2 C444 XYSCSS=444", .c444, 12), ("W3 H1 Cmono Ip A1:1", .mono, 3),
  ])
  func `a video parses the same for all splits`(header: String, chroma: PlanarPicture.Chroma, count: Int) throws {
    let first = (0..<count).map { UInt8($0) }
    // A newline and a whole FRAME line among the samples must not matter.
    let second = Array(("\nFRAME\n" + String(repeating: "x", count: count)).utf8.prefix(count))
    let bytes = video(header, first, second)
    let whole = try pictures(bytes)
    #expect(whole.map(\.bytes) == [first, second])
    #expect(whole.allSatisfy { $0.chroma == chroma })
    for pieceBytes in 1...bytes.count {
      #expect(try pictures(bytes, pieceBytes: pieceBytes) == whole)
    }
  }

  @Test func `the header has size, rate and range`() throws {
    var parser = Y4MParser()
    try parser.receive(Array("YUV4MPEG2 W640 H360 F30000:1001 Ip XCOLORRANGE=FULL\n".utf8)[...]) { _ in }
    let header = try #require(parser.header)
    #expect(header.width == 640 && header.height == 360 && header.range == .full)
    #expect(header.pictureByteCount == 640 * 360 * 3 / 2)
    #expect(abs(try #require(header.frameRate) - 29.97) < 0.001)
  }

  @Test(arguments: [
    ("C420jpeg", PlanarPicture.Range.limited), ("C420jpeg XCOLORRANGE=FULL", .full), ("Cmono", .full),
    ("Cmono XCOLORRANGE=LIMITED", .limited),
  ])
  func `the range is that of the header, or the default`(parameters: String, range: PlanarPicture.Range) throws {
    var parser = Y4MParser()
    try parser.receive(Array("YUV4MPEG2 W2 H2 \(parameters)\n".utf8)[...]) { _ in }
    #expect(parser.header?.range == range)
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
    "YUV4MPEG2 W60000 H60000\n", "YUV4MPEG2 W9999999999 H1\n", "YUV4MPEG2 W1 H1 C420p10\n", "YUV4MPEG2 W1 H1 C411\n",
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
    let error = PictureError.unsupported(format: "y4m video", feature: "the pixel format C420p10")
    #expect(throws: error) { try pictures(Array("YUV4MPEG2 W1 H1 C420p10\n".utf8)) }
    #expect(error.description == "The y4m video uses the pixel format C420p10, which is not supported.")
  }
}

struct PlanarPictureTests {
  /// The colour of a pixel with these samples.
  private func rgb(y: UInt8, u: UInt8, v: UInt8, range: PlanarPicture.Range = .limited) -> [UInt8] {
    PlanarPicture(width: 1, height: 1, chroma: .c444, range: range, bytes: [y, u, v]).rgb().bytes
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

  @Test func `the luma of a grey picture is its grey in RGB`() {
    let bytes = (0...255).map { UInt8($0) }
    for range in [PlanarPicture.Range.limited, .full] {
      let picture = PlanarPicture(width: 256, height: 1, chroma: .mono, range: range, bytes: bytes)
      let luma = picture.luma().bytes
      #expect(picture.rgb().bytes == luma.flatMap { [$0, $0, $0] })
      #expect(luma.first == 0 && luma.last == 255)
    }
  }

  @Test func `subsampled chroma applies to the right pixels`() {
    // 3 × 3 pixels at 4:2:0 have 2 × 2 chroma samples. All are grey but the last.
    let bytes = [UInt8](repeating: 81, count: 9) + [128, 128, 128, 90] + [128, 128, 128, 240]
    let rgb = PlanarPicture(width: 3, height: 3, chroma: .c420, range: .limited, bytes: bytes).rgb()
    #expect(Array(rgb[2, 2]) == [254, 0, 0])
    #expect(Array(rgb[1, 2]) == [76, 76, 76])
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
