import Files
import Imaging
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Compares the decoder with an independent one, byte by byte.
///
/// `Tests/scripts/real-pictures.py` writes the folder: pairs of `NAME.png` and `NAME.expected`, which contains the line
/// `WIDTH HEIGHT CHANNELS` and the output of an independent decoder.
struct RealPicturesTests {
  private static let folder = getenv("TELLTALE_REAL_PICTURES").map { String(cString: $0) }

  @Test(.enabled(if: folder != nil, "Set TELLTALE_REAL_PICTURES to a folder from Tests/scripts/real-pictures.py."))
  func `real pictures decode as with an independent decoder`() throws {
    let folder = try #require(Self.folder)
    let names = try FileSystem.names(in: folder).filter { $0.hasSuffix(".png") }
    #expect(names.count >= 20)
    for name in names.sorted() {
      let picture = try Picture.decode(Self.read("\(folder)/\(name)"))
      let expected = try Self.read("\(folder)/\(name.dropLast(4)).expected")
      let header = Array("\(picture.width) \(picture.height) \(picture.format.channels)\n".utf8)
      #expect(expected.starts(with: header), "the size of \(name)")
      let pixels = expected.dropFirst(header.count)
      #expect(pixels.elementsEqual(picture.bytes), "the pixels of \(name)")
      #expect(try Picture.decode(PNGEncoder.encode(picture)) == picture, "\(name) encoded and decoded")
      print("\(name): \(picture.width) × \(picture.height), \(picture.format): every byte agrees")
    }
  }

  private static func read(_ path: String) throws -> [UInt8] { try FileSystem.read(path, maxBytes: 1 << 30) }
}
