#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Second names for files, modification times, and folders that are not symbolic links.
extension FileSystem {
  /// Gives a file a second name in the same file system. Each name keeps the file, even if the other is removed.
  /// - Throws: ``FileError`` for the new name, also if the file system has no hard links.
  package static func addName(_ name: String, to path: String) throws(FileError) {
    // Unlike link(2) on some systems, it never follows a symbolic link.
    guard linkat(AT_FDCWD, path, AT_FDCWD, name, 0) == 0 else { throw FileError(errnoOf: .create, name) }
  }

  /// Sets a file's modification time. Touches a symbolic link itself, not its target.
  /// - Parameter milliseconds: since 1970; nil for now.
  package static func touch(_ path: String, at milliseconds: Int64? = nil) throws(FileError) {
    let result =
      if let milliseconds {
        utimensat(AT_FDCWD, path, times(at: milliseconds), AT_SYMLINK_NOFOLLOW)
      } else {
        utimensat(AT_FDCWD, path, nil, AT_SYMLINK_NOFOLLOW)
      }
    guard result == 0 else { throw FileError(errnoOf: .write, path) }
  }

  /// The times of the last access and the last change, for the system.
  static func times(at milliseconds: Int64) -> [timespec] {
    let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
    let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(rest) * 1_000_000)
    return [time, time]
  }

  /// Creates a folder, whose parent must exist. A symbolic link in its place is removed, not followed.
  package static func createRealFolder(_ path: String) throws(FileError) {
    if isLink(path) { try remove(path) }
    try createFolder(path)
  }
}
