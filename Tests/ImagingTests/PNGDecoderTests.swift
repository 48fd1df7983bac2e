import Compression
import Imaging
import Testing

struct PNGDecoderTests {
  private func bytes(_ file: PNGFile) throws -> [UInt8] { try Picture.decode(file.bytes).bytes }

  @Test func `8 bits of grey are copied`() throws {
    let file = PNGFile(width: 2, height: 2, colour: 0, scanlines: [0, 1, 2, 0, 3, 255])
    #expect(try Picture.decode(file.bytes) == Picture(width: 2, height: 2, format: .grey, bytes: [1, 2, 3, 255]))
  }

  @Test(
    arguments: [
      (1, [0, 0b1010_0000], [255, 0, 255]),
      (2, [0, 0b0001_1011], [0, 85, 170]),
      (4, [0, 0x0F, 0x80], [0, 255, 136]),
    ] as [(UInt8, [UInt8], [UInt8])])
  func `fewer bits of grey are scaled to 0 to 255`(depth: UInt8, scanline: [UInt8], grey: [UInt8]) throws {
    #expect(try bytes(PNGFile(width: 3, height: 1, depth: depth, colour: 0, scanlines: scanline)) == grey)
  }

  @Test func `16 bits are rounded to 8`() throws {
    let scanline: [UInt8] = [0, 0, 0, 0, 128, 0, 129, 255, 255]
    #expect(try bytes(PNGFile(width: 4, height: 1, depth: 16, colour: 0, scanlines: scanline)) == [0, 0, 1, 255])
  }

  @Test func `a palette becomes RGB, or RGBA with transparency`() throws {
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
    // Compared before rounding: 0x0100 and 0x0101 both become 1.
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

  @Test func `the row above the first row counts as zeros`() throws {
    for filter: UInt8 in 0...4 {
      let file = PNGFile(width: 1, height: 1, colour: 2, scanlines: [filter, 1, 2, 3])
      #expect(try bytes(file) == [1, 2, 3])
    }
  }

  @Test func `an interlaced picture is assembled from its passes`() throws {
    // With 3 × 3 pixels, passes 2 and 3 are empty.
    let scanlines: [UInt8] = [0, 11] + [0, 13] + [0, 31, 33] + [0, 12] + [0, 32] + [0, 21, 22, 23]
    let file = PNGFile(width: 3, height: 3, colour: 0, interlaced: true, scanlines: scanlines)
    #expect(try bytes(file) == [11, 12, 13, 21, 22, 23, 31, 32, 33])
  }

  @Test func `image data may be split into chunks at any byte`() throws {
    let stream = compress([0, 1, 2, 3], as: .zlib)
    for cut in 0...stream.count {
      let file = PNGFile(chunks: [
        ("IHDR", PNGFile.header(3, 1)), ("IDAT", Array(stream[..<cut])), ("IDAT", Array(stream[cut...])),
        ("IEND", []),
      ])
      #expect(try bytes(file) == [1, 2, 3])
    }
  }

  @Test func `a file truncated anywhere is refused`() {
    let whole = PNGFile(
      width: 2, height: 2, colour: 3, before: [("gAMA", [0, 0, 1, 0]), ("PLTE", [1, 2, 3]), ("tRNS", [9])],
      scanlines: [0, 0, 0, 0, 0, 0]
    ).bytes
    #expect(throws: Never.self) { try Picture.decode(whole) }
    for length in 0..<whole.count {
      #expect(throws: PictureError.self) { try Picture.decode(Array(whole[..<length])) }
    }
  }

  @Test func `damage to any byte is detected`() {
    let whole = PNGFile(width: 2, height: 2, colour: 0, scanlines: [0, 1, 2, 0, 3, 4]).bytes
    for index in whole.indices {
      var damaged = whole
      damaged[index] ^= 0x10
      #expect(throws: PictureError.self) { try Picture.decode(damaged) }
    }
  }

  @Test func `a header of 60,000 by 60,000 pixels is refused before memory is allocated`() {
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

  private static let ihdr: (String, [UInt8]) = ("IHDR", PNGFile.header(1, 1))
  private static let idat: (String, [UInt8]) = ("IDAT", compress([0, 7], as: .zlib))
  private static let iend: (String, [UInt8]) = ("IEND", [])
  private static let plte: (String, [UInt8]) = ("PLTE", [1, 2, 3])

  /// A header of one pixel.
  private static func header(
    _ width: Int = 1, _ height: Int = 1, depth: UInt8 = 8, colour: UInt8 = 0, compression: UInt8 = 0,
    filter: UInt8 = 0, interlace: UInt8 = 0
  ) -> (String, [UInt8]) {
    let data = PNGFile.header(
      width, height, depth: depth, colour: colour, compression: compression, filter: filter, interlace: interlace)
    return ("IHDR", data)
  }

  @Test(
    arguments: [
      ("its first chunk is IDAT instead of IHDR", [idat, ihdr, iend]),
      ("it has two IHDR chunks", [ihdr, ihdr, idat, iend]),
      ("it has no image data", [ihdr, iend]),
      ("its IDAT chunks are not consecutive", [ihdr, idat, ("tEXt", [65]), idat, iend]),
      ("there is extra data after its image data", [ihdr, idat, ("IDAT", [0]), iend]),
      ("a grey picture has a palette", [ihdr, plte, idat, iend]),
      ("its image data comes before the palette", [header(colour: 3), idat, iend]),
      ("its PLTE chunk is in the wrong place", [header(colour: 2), idat, plte, iend]),
      ("its PLTE chunk is in the wrong place", [header(colour: 3), plte, plte, idat, iend]),
      ("its palette has 4 bytes", [header(colour: 3), ("PLTE", [1, 2, 3, 4]), idat, iend]),
      ("its palette has 9 bytes", [header(depth: 1, colour: 3), ("PLTE", [0, 0, 0, 0, 0, 0, 0, 0, 0]), idat, iend]),
      ("a pixel names entry 7 of a palette of 1", [header(colour: 3), plte, idat, iend]),
      ("its tRNS chunk has 2 bytes", [header(colour: 3), plte, ("tRNS", [1, 2]), idat, iend]),
      ("its tRNS chunk has 2 bytes", [header(colour: 4), ("tRNS", [0, 0]), idat, iend]),
      ("its tRNS chunk has 1 bytes", [ihdr, ("tRNS", [0]), idat, iend]),
      ("uses the critical chunk ABCD", [ihdr, ("ABCD", []), idat, iend]),
      ("there is no valid chunk at byte 33", [ihdr, ("A1CD", []), idat, iend]),
      ("its IEND chunk is not empty", [ihdr, idat, ("IEND", [1])]),
      ("filter 5 does not exist", [ihdr, ("IDAT", compress([5, 7], as: .zlib)), iend]),
      ("ends in the middle of its image data", [ihdr, ("IDAT", compress([0], as: .zlib)), iend]),
      ("its image data does not inflate to 2 bytes", [ihdr, ("IDAT", [1, 2, 3, 4]), iend]),
      ("its size is 0 × 1", [header(0, 1), idat, iend]),
      ("its size is 1 × 0", [header(1, 0), idat, iend]),
      ("its size is 2147483648 × 1", [header(1 << 31, 1), idat, iend]),
      ("its IHDR chunk has 12 bytes instead of 13", [("IHDR", Array(header().1.dropLast())), idat, iend]),
      ("colour type 0 with 3 bits does not exist", [header(depth: 3), idat, iend]),
      ("colour type 2 with 4 bits does not exist", [header(depth: 4, colour: 2), idat, iend]),
      ("colour type 3 with 16 bits does not exist", [header(depth: 16, colour: 3), plte, idat, iend]),
      ("colour type 5 with 8 bits does not exist", [header(colour: 5), idat, iend]),
      ("its compression, filter or interlace method does not exist", [header(compression: 1), idat, iend]),
      ("its compression, filter or interlace method does not exist", [header(filter: 1), idat, iend]),
      ("its compression, filter or interlace method does not exist", [header(interlace: 2), idat, iend]),
    ] as [(String, [(String, [UInt8])])])
  func `a malformed file is refused with the reason`(reason: String, chunks: [(String, [UInt8])]) {
    let file = PNGFile(chunks: chunks.map { (type: $0.0, data: $0.1) })
    #expect {
      try Picture.decode(file.bytes)
    } throws: { error in
      "\(error)".contains(reason)
    }
  }

  @Test func `bytes after the end are ignored`() throws {
    let file = PNGFile(chunks: [Self.ihdr, Self.idat, Self.iend].map { (type: $0.0, data: $0.1) })
    #expect(try Picture.decode(file.bytes + [1, 2, 3]).bytes == [7])
  }
}
