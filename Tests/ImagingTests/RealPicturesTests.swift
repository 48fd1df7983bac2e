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
    let names = try Self.names(in: folder).filter { $0.hasSuffix(".png") }
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

  private static func names(in folder: String) throws -> [String] {
    let directory = try #require(opendir(folder))
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names
  }

  private static func read(_ path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
    return bytes
  }
}
