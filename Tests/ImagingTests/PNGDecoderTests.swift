import Compression
import Imaging
import Testing

struct PNGDecoderTests {
  private func bytes(_ file: PNGFile) throws -> [UInt8] { try Picture.decode(file.bytes).bytes }

  @Test func `eight bits of grey come out as they are`() throws {
    let file = PNGFile(width: 2, height: 2, colour: 0, scanlines: [0, 1, 2, 0, 3, 255])
    #expect(try Picture.decode(file.bytes) == Picture(width: 2, height: 2, format: .grey, bytes: [1, 2, 3, 255]))
  }

  @Test(
    arguments: [
      (1, [0, 0b1010_0000], [255, 0, 255]),
      (2, [0, 0b0001_1011], [0, 85, 170]),
      (4, [0, 0x0F, 0x80], [0, 255, 136]),
    ] as [(UInt8, [UInt8], [UInt8])])
  func `fewer bits of grey are spread over 0 to 255`(depth: UInt8, scanline: [UInt8], grey: [UInt8]) throws {
    #expect(try bytes(PNGFile(width: 3, height: 1, depth: depth, colour: 0, scanlines: scanline)) == grey)
  }

  @Test func `sixteen bits are rounded to eight`() throws {
    let scanline: [UInt8] = [0, 0, 0, 0, 128, 0, 129, 255, 255]
    #expect(try bytes(PNGFile(width: 4, height: 1, depth: 16, colour: 0, scanlines: scanline)) == [0, 0, 1, 255])
  }

  @Test func `a palette becomes RGB, with its transparency RGBA`() throws {
    let palette: (String, [UInt8]) = ("PLTE", [1, 2, 3, 40, 50, 60])
    let opaque = PNGFile(width: 2, height: 1, depth: 1, colour: 3, before: [palette], scanlines: [0, 0b0100_0000])
    #expect(
      try Picture.decode(opaque.bytes) == Picture(width: 2, height: 1, format: .rgb, bytes: [1, 2, 3, 40, 50, 60]))
    let transparent = PNGFile(
      width: 2, height: 1, depth: 1, colour: 3, before: [palette, ("tRNS", [7])], scanlines: [0, 0b0100_0000])
    #expect(try bytes(transparent) == [1, 2, 3, 7, 40, 50, 60, 255])
  }

  @Test func `a transparent colour becomes alpha`() throws {
    let grey = PNGFile(
      width: 2, height: 1, depth: 2, colour: 0, before: [("tRNS", [0, 1])], scanlines: [0, 0b0110_0000])
    #expect(try bytes(grey) == [85, 0, 170, 255])
    let rgb = PNGFile(
      width: 2, height: 1, colour: 2, before: [("tRNS", [0, 4, 0, 5, 0, 6])], scanlines: [0, 4, 5, 6, 4, 5, 7])
    #expect(try bytes(rgb) == [4, 5, 6, 0, 4, 5, 7, 255])
    // Compared before it is rounded: 0x0100 and 0x0101 are both 1.
    let wide = PNGFile(
      width: 2, height: 1, depth: 16, colour: 0, before: [("tRNS", [1, 0])], scanlines: [0, 1, 0, 1, 1])
    #expect(try bytes(wide) == [1, 0, 1, 255])
  }

  @Test(
    arguments: [
      (0, [10, 20, 30, 40]), (1, [10, 30, 60, 100]), (2, [110, 121, 132, 143]), (3, [60, 100, 131, 157]),
      (4, [110, 130, 160, 200]),
    ] as [(UInt8, [UInt8])])
  func `every filter is undone`(filter: UInt8, second: [UInt8]) throws {
    let file = PNGFile(
      width: 4, height: 2, colour: 0, scanlines: [0, 100, 101, 102, 103, filter, 10, 20, 30, 40])
    #expect(try bytes(file).suffix(4) == second[...])
  }

  @Test func `filters of the first row see zeros above`() throws {
    for filter: UInt8 in 0...4 {
      let file = PNGFile(width: 1, height: 1, colour: 2, scanlines: [filter, 1, 2, 3])
      #expect(try bytes(file) == [1, 2, 3])
    }
  }

  @Test func `an interlaced picture is put together from its passes`() throws {
    // 3 × 3: passes 1, 4, 5, 6 and 7 have pixels, 2 and 3 have none.
    let scanlines: [UInt8] = [0, 11] + [0, 13] + [0, 31, 33] + [0, 12] + [0, 32] + [0, 21, 22, 23]
    let file = PNGFile(width: 3, height: 3, colour: 0, interlaced: true, scanlines: scanlines)
    #expect(try bytes(file) == [11, 12, 13, 21, 22, 23, 31, 32, 33])
  }

  @Test func `image data may be split into chunks anywhere`() throws {
    let stream = compress([0, 1, 2, 3], .zlib)
    for cut in 0...stream.count {
      let file = PNGFile(chunks: [
        ("IHDR", PNGFile.header(3, 1, 8, 0)), ("IDAT", Array(stream[..<cut])), ("IDAT", Array(stream[cut...])),
        ("IEND", []),
      ])
      #expect(try bytes(file) == [1, 2, 3])
    }
  }

  @Test func `every cut of a file is refused`() {
    let whole = PNGFile(
      width: 2, height: 2, depth: 8, colour: 3, before: [("gAMA", [0, 0, 1, 0]), ("PLTE", [1, 2, 3]), ("tRNS", [9])],
      scanlines: [0, 0, 0, 0, 0, 0]
    ).bytes
    #expect(throws: Never.self) { try Picture.decode(whole) }
    for length in 0..<whole.count {
      #expect(throws: PictureError.self) { try Picture.decode(Array(whole[..<length])) }
    }
  }

  @Test func `every damaged byte is noticed`() {
    let whole = PNGFile(width: 2, height: 2, colour: 0, scanlines: [0, 1, 2, 0, 3, 4]).bytes
    for index in whole.indices {
      var damaged = whole
      damaged[index] ^= 0x10
      #expect(throws: PictureError.self) { try Picture.decode(damaged) }
    }
  }

  @Test func `a header of 60,000 by 60,000 pixels is refused before memory is reserved`() {
    let file = PNGFile(width: 60_000, height: 60_000, colour: 6, scanlines: [0])
    #expect(throws: PictureError.tooLarge(format: "PNG", width: 60_000, height: 60_000, maximumPixels: 64 << 20)) {
      try Picture.decode(file.bytes)
    }
  }

  @Test func `image data that inflates to more than the size allows is refused`() {
    let bomb = PNGFile(width: 2, height: 2, colour: 0, scanlines: [UInt8](repeating: 0, count: 4 << 20))
    #expect(throws: PictureError.malformed(format: "PNG", reason: "its image data does not inflate to 6 bytes")) {
      try Picture.decode(bomb.bytes)
    }
  }

  private static let ihdr: (String, [UInt8]) = ("IHDR", PNGFile.header(1, 1, 8, 0))
  private static let idat: (String, [UInt8]) = ("IDAT", compress([0, 7], .zlib))
  private static let iend: (String, [UInt8]) = ("IEND", [])
  private static let plte: (String, [UInt8]) = ("PLTE", [1, 2, 3])

  @Test(
    arguments: [
      ("image data before the header", [idat, ihdr, iend]),
      ("two headers", [ihdr, ihdr, idat, iend]),
      ("no image data", [ihdr, iend]),
      ("image data in two places", [ihdr, idat, ("tEXt", [65]), idat, iend]),
      ("something behind the image data's end", [ihdr, idat, ("IDAT", [0]), iend]),
      ("a palette in a grey picture", [ihdr, plte, idat, iend]),
      ("a palette picture without palette", [("IHDR", PNGFile.header(1, 1, 8, 3)), idat, iend]),
      ("a palette behind the image data", [("IHDR", PNGFile.header(1, 1, 8, 2)), idat, plte, iend]),
      ("two palettes", [("IHDR", PNGFile.header(1, 1, 8, 3)), plte, plte, idat, iend]),
      ("a palette of 4 bytes", [("IHDR", PNGFile.header(1, 1, 8, 3)), ("PLTE", [1, 2, 3, 4]), idat, iend]),
      (
        "a palette larger than its depth",
        [
          ("IHDR", PNGFile.header(1, 1, 1, 3)), ("PLTE", [UInt8](repeating: 0, count: 9)), idat, iend,
        ]
      ),
      ("an entry beyond the palette", [("IHDR", PNGFile.header(1, 1, 8, 3)), plte, idat, iend]),
      (
        "more transparency than palette",
        [
          ("IHDR", PNGFile.header(1, 1, 8, 3)), plte, ("tRNS", [1, 2]), ("IDAT", compress([0, 0], .zlib)), iend,
        ]
      ),
      ("transparency beside alpha", [("IHDR", PNGFile.header(1, 1, 8, 4)), ("tRNS", [0, 0]), idat, iend]),
      ("transparency of a wrong length", [ihdr, ("tRNS", [0]), idat, iend]),
      ("an unknown critical chunk", [ihdr, ("ABCD", []), idat, iend]),
      ("a chunk whose name is no name", [ihdr, ("A1CD", []), idat, iend]),
      ("an end with content", [ihdr, idat, ("IEND", [1])]),
      ("a filter that does not exist", [ihdr, ("IDAT", compress([5, 7], .zlib)), iend]),
      ("too little image data", [ihdr, ("IDAT", compress([0], .zlib)), iend]),
      ("image data that is no zlib stream", [ihdr, ("IDAT", [1, 2, 3, 4]), iend]),
      ("a width of zero", [("IHDR", PNGFile.header(0, 1, 8, 0)), idat, iend]),
      ("a height of zero", [("IHDR", PNGFile.header(1, 0, 8, 0)), idat, iend]),
      ("a size beyond 31 bits", [("IHDR", PNGFile.header(1 << 31, 1, 8, 0)), idat, iend]),
      ("a header of 12 bytes", [("IHDR", Array(PNGFile.header(1, 1, 8, 0).dropLast())), idat, iend]),
      ("a depth of 3", [("IHDR", PNGFile.header(1, 1, 3, 0)), idat, iend]),
      ("RGB of 4 bits", [("IHDR", PNGFile.header(1, 1, 4, 2)), idat, iend]),
      ("a palette of 16 bits", [("IHDR", PNGFile.header(1, 1, 16, 3)), plte, idat, iend]),
      ("colour type 5", [("IHDR", PNGFile.header(1, 1, 8, 5)), idat, iend]),
      ("an unknown compression", [("IHDR", PNGFile.header(1, 1, 8, 0, compression: 1)), idat, iend]),
      ("an unknown filter method", [("IHDR", PNGFile.header(1, 1, 8, 0, filter: 1)), idat, iend]),
      ("an unknown interlace method", [("IHDR", PNGFile.header(1, 1, 8, 0, interlace: 2)), idat, iend]),
    ] as [(String, [(String, [UInt8])])])
  func `malformed files are refused`(what: String, chunks: [(String, [UInt8])]) {
    let file = PNGFile(chunks: chunks.map { (type: $0.0, data: $0.1) })
    #expect(throws: PictureError.self, "\(what)") { try Picture.decode(file.bytes) }
  }

  @Test func `what follows the end is ignored`() throws {
    let file = PNGFile(chunks: [Self.ihdr, Self.idat, Self.iend].map { (type: $0.0, data: $0.1) })
    #expect(try Picture.decode(file.bytes + [1, 2, 3]).bytes == [7])
  }
}
