import Imaging
import Testing

struct PNMDecoderTests {
  private func decode(_ text: String, pixels: [UInt8] = []) throws -> Picture {
    try Picture.decode(Array(text.utf8) + pixels)
  }

  @Test(arguments: ["P5 3 1 255\n", "P5\n# made by hand\n3\t1\n255 ", "P5\r\n3 1#\n\n255\n"])
  func `binary grey begins after one blank`(header: String) throws {
    let expected = Picture(width: 3, height: 1, format: .grey, bytes: [32, 10, 255])
    #expect(try decode(header, pixels: [32, 10, 255]) == expected)
  }

  @Test func `binary RGB is decoded`() throws {
    #expect(
      try decode("P6 1 2 255\n", pixels: [1, 2, 3, 4, 5, 6])
        == Picture(width: 1, height: 2, format: .rgb, bytes: [1, 2, 3, 4, 5, 6]))
  }

  @Test func `text is decoded, with comments in between`() throws {
    #expect(try decode("P2 3 1 15\n0 # black\n 7 15").bytes == [0, 119, 255])
    #expect(try decode("P3 1 1 255 1 2 3").bytes == [1, 2, 3])
  }

  @Test func `two bytes a value are rounded to one`() throws {
    #expect(try decode("P5 2 1 65535\n", pixels: [128, 0, 255, 255]).bytes == [128, 255])
    #expect(try decode("P5 2 1 1000\n", pixels: [3, 232, 1, 244]).bytes == [255, 128])
  }

  @Test(arguments: [
    "P5", "P5 1", "P5 1 1", "P5 1 1 255", "P5 1 1 255\n", "P5 2 1 255\nA", "P5 0 1 255\nA", "P5 -1 1 255\nA",
    "P5 1 1 0\nA", "P5 1 1 65536\nAA", "P5 1 1 65535\nA", "P5 1 1 3\nA", "P5 60000 60000 255\n",
    "P5 99999999999999999999 1 255\n", "P5 x 1 255\nA", "P5 1 1 255xA", "P2 2 1 9 1", "P2 2 1 9 1 10", "P2 1 1 9 x",
    "P4 1 1 A",
    "P", "", "GIF89a",
  ])
  func `malformed pictures are refused`(text: String) {
    #expect(throws: PictureError.self) { try decode(text) }
  }
}
