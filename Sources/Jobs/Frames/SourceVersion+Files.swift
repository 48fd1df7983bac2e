import Domain
import Files
import Hashing

extension SourceVersion {
  /// The version of files as they are now, by what the file system says of each. Reads no file; what lists the pictures of
  /// a folder does.
  /// - Parameter sha256: of the content, if it is known.
  init(ofFiles paths: [RawPath], sha256: String? = nil) {
    var hash = SHA256()
    var byteCount = 0
    for path in paths {
      guard let identity = FileIdentity(path) else {
        hash.update(path.lastName + Array("\0missing\n".utf8))
        continue
      }
      byteCount += identity.byteCount
      hash.update(path.lastName + Array("\0\(identity.byteCount) \(identity.inode) \(identity.modified)\n".utf8))
    }
    self.init(
      fileCount: paths.count, byteCount: byteCount, stamp: String(hex(hash.finalize()).prefix(32)), sha256: sha256)
  }
}

/// The content of a file, as a hash.
enum ContentHash {
  /// The SHA-256 of a file in lower-case hexadecimal. Reads all of it; 512 MiB take seconds.
  static func ofFile(_ path: String) throws(FileError) -> String {
    var hash = SHA256()
    try add(OpenFile(path, for: .reading, followsLinks: false), to: &hash)
    return hex(hash.finalize())
  }

  /// Adds the rest of a file to a hash.
  static func add(_ file: borrowing OpenFile, to hash: inout SHA256) throws(FileError) {
    var piece: [UInt8] = []
    while try file.read(1 << 20, appendingTo: &piece) > 0 {
      hash.update(piece)
      piece.removeAll(keepingCapacity: true)
    }
  }
}
