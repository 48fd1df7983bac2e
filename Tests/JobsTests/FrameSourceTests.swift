import Imaging
import Testing

@testable import Jobs

struct FileSignatureTests {
  private static let starts: [[UInt8]] =
    [
      "YUV4MPEG2 W4 H4 F25:1 Cmono\nFRAME\n", "P5 4 4 255\n", "P1 4 4\n", "P7\nWIDTH 4\n", "GIF89a", "BM", "qoif",
      "8BPS", "FLV\u{1}",
      "OggS", "RIFF....WEBPVP8 ", "RIFF....WEBPVP8X....\u{2}", "RIFF....AVI LIST", "....ftypavif", "....ftypheic",
      "....ftypisom",
      "notes",
    ].map { Array($0.utf8) } + [
      [0xFF, 0xD8, 0xFF], [0x49, 0x49, 0x2A, 0], [0x1A, 0x45, 0xDF, 0xA3], [0x30, 0x26, 0xB2, 0x75],
    ]

  @Test(arguments: starts) func `the first 32 bytes are enough`(start: [UInt8]) {
    let whole = start + [UInt8](repeating: 0x20, count: 4096)
    #expect(FileSignature(Array(whole.prefix(FileSignature.shortBytes))) == FileSignature(whole))
  }

  @Test func `the first 32 bytes of an animated PNG are those of a picture`() {
    let picture = PNGEncoder.encode(Picture(width: 1, height: 1, format: .grey, bytes: [1]))
    let control = [0, 0, 0, 8] + Array("acTL".utf8) + [0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]
    let animated = picture.prefix(33) + control + picture.dropFirst(33)
    #expect(FileSignature(Array(animated)) == .other("an animated PNG", isPicture: true))
    #expect(FileSignature(Array(animated.prefix(FileSignature.shortBytes))) == .picture)
  }
}

struct FFmpegLayoutTests {
  @Test func `a picture that unpacks to too many bytes is refused before it is read`() throws {
    let narrow = FFmpegLog.Frame(pixelFormat: "gray", width: 8192, height: 8192)
    #expect(try FFmpegSource.layout(narrow, name: "x.tiff").byteCount == 64 << 20)
    let wide = FFmpegLog.Frame(pixelFormat: "rgba64le", width: 8192, height: 8192)
    #expect(throws: PictureError.tooManyBytes(format: "source x.tiff", bytes: 512 << 20, maximumBytes: 272 << 20)) {
      try FFmpegSource.layout(wide, name: "x.tiff")
    }
  }
}
