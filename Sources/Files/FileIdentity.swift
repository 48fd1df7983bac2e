#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which file is at a path, and when it was last written. Two identities are equal if the file was neither replaced nor
/// changed in between.
///
/// The device number is left out, because it may change when the machine restarts.
package struct FileIdentity: Equatable, Sendable {
  package let inode: UInt64
  package let byteCount: Int
  /// The time of the last change to its content, in nanoseconds since 1970.
  package let modified: Int64

  /// Nil unless it is a regular file.
  /// - Parameter followsLinks: whether a symbolic link stands for the file that it names; otherwise it counts as no file.
  package init?(_ path: String, followsLinks: Bool = true) { self.init(RawPath(path), followsLinks: followsLinks) }

  /// As above, for a path that need not be UTF-8.
  package init?(_ path: RawPath, followsLinks: Bool = true) {
    var status = stat()
    guard path.withCString({ followsLinks ? stat($0, &status) : lstat($0, &status) }) == 0 else { return nil }
    self.init(status)
  }

  init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init?(_ status: stat) {
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    inode = UInt64(status.st_ino)
    byteCount = Int(status.st_size)
    #if canImport(Glibc)
      let time = status.st_mtim
    #else
      let time = status.st_mtimespec
    #endif
    modified = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
