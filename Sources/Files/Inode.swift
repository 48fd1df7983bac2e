#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Identifies a file or folder regardless of the paths that lead to it: its device, its inode number, and whether it
/// was removed.
///
/// The number may be given to another file once the last link is gone and no process has the file open. So an identity
/// proves something only while the file is kept open.
package struct Inode: Equatable, Sendable {
  private let device: UInt64
  private let number: UInt64
  /// Whether any folder has a name for it. A path can lead to a removed file, if a mount keeps it.
  private let isLinked: Bool

  /// What the path leads to now. Symbolic links are followed. Costs one system call.
  /// - Returns: the identity and the size; nil if the path leads nowhere.
  /// - Throws: ``FileError`` if the path can't be examined.
  package static func look(at path: String) throws(FileError) -> (identity: Inode, byteCount: Int)? {
    var status = stat()
    guard stat(path, &status) == 0 else {
      let failure = FileError(errnoOf: .access, path)
      // ENOTDIR: a folder above it has become a file.
      guard failure.isMissing || failure.cause == .system(ENOTDIR) else { throw failure }
      return nil
    }
    return (Inode(status), Int(status.st_size))
  }

  /// Nil if the descriptor is closed.
  package init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
    isLinked = status.st_nlink > 0
  }
}

/// An open folder, closed when the value ends. Children don't inherit the descriptor.
package struct OpenFolder: ~Copyable, Sendable {
  package let descriptor: Int32

  package init(_ path: String) throws(FileError) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(errnoOf: .open, path) }
  }

  deinit { close(descriptor) }
}
