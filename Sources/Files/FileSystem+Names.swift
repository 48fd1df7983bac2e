#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Names of files: a second one for the same file, and the time at which a file was last touched.
extension FileSystem {
  /// Gives a file a second name in the same file system. Each name keeps the file, whatever becomes of the other.
  /// - Throws: ``FileError`` for the new name, also if the file system has no hard links.
  package static func addName(_ name: String, to path: String) throws(FileError) {
    // Unlike link(2) on some systems, it never follows a symbolic link.
    guard linkat(AT_FDCWD, path, AT_FDCWD, name, 0) == 0 else { throw FileError(errnoOf: .create, name) }
  }

  /// Sets a file's time of change to now. A symbolic link is touched itself.
  package static func touch(_ path: String) throws(FileError) {
    guard utimensat(AT_FDCWD, path, nil, AT_SYMLINK_NOFOLLOW) == 0 else { throw FileError(errnoOf: .write, path) }
  }

  /// Creates a folder in one that exists. A symbolic link in its place is removed, not followed.
  package static func createRealFolder(_ path: String) throws(FileError) {
    if isLink(path) { try remove(path) }
    try createFolder(path)
  }
}
