import Files
import Hashing

/// Identifies the content of a frame's picture by 24 hexadecimal digits. A URL with them may be cached for ever. The
/// numbers of job and frame are not enough for that: a new or restored data folder reuses them.
///
/// It is made of the checksums that end a PNG file and of the file's size, so neither writing nor sending a picture has
/// to hash it.
package struct PictureVersion: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// The Adler-32 of the pixels, the CRC-32 of the last IDAT chunk, and the IEND chunk, which is always the same.
  private static let endBytes = 20

  /// - Parameter bytes: of the whole file.
  package init(ofPNG bytes: [UInt8]) { self.init(end: bytes.suffix(Self.endBytes), byteCount: bytes.count) }

  /// Nil if the file can't be read.
  package init?(ofFile path: String) {
    guard let file = try? OpenFile(path, for: .reading) else { return nil }
    let byteCount = file.byteCount
    guard let end = try? file.read(Self.endBytes, at: max(0, byteCount - Self.endBytes)) else { return nil }
    self.init(end: end[...], byteCount: byteCount)
  }

  private init(end: ArraySlice<UInt8>, byteCount: Int) {
    let size = (0..<4).map { UInt8(truncatingIfNeeded: byteCount >> (24 - 8 * $0)) }
    description = hex(end.prefix(8) + size)
  }
}
