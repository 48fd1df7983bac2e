#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whole files: read, written, moved and removed in one call each. All of it blocks until the disk has answered.
package enum FileSystem {
  /// Reads a whole file. Works for the kernel's own files in `/proc`, which have no size.
  /// - Throws: ``FileError``, also if there are more than `maxBytes` bytes. At most that many are held in memory.
  package static func read(_ path: String, maxBytes: Int) throws(FileError) -> [UInt8] {
    try read(OpenFile(path, for: .reading), maxBytes: maxBytes)
  }

  /// Reads the rest of an open file.
  /// - Throws: ``FileError``, also if there are more than `maxBytes` bytes. At most that many are held in memory.
  package static func read(_ file: borrowing OpenFile, maxBytes: Int) throws(FileError) -> [UInt8] {
    let size = file.byteCount
    let tooLarge = FileError(.read, file.path, cause: .tooLarge(maxBytes: maxBytes))
    guard size <= maxBytes else { throw tooLarge }
    var bytes: [UInt8] = []
    // One byte more than there should be, so that one call reads the file and sees its end.
    var count = (size == 0 ? 4_095 : size) + 1
    while try file.read(count, appendingTo: &bytes) == count {
      guard bytes.count <= maxBytes else { throw tooLarge }
      count = min(1 << 20, maxBytes - bytes.count + 1)
    }
    guard bytes.count <= maxBytes else { throw tooLarge }
    return bytes
  }

  /// Writes a whole file, or leaves everything as it was: others see the old content or the new, never a part.
  ///
  /// The content goes into a new file beside the path, which then takes the path's place. It is not forced to the disk: a
  /// power failure may still lose it.
  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    // Short, so that the target's own name may be as long as the file system allows.
    let name = String(UInt64.random(in: 0 ... .max), radix: 36)
    let partial = "\(FilePath.parent(of: path))/.\(name).partial"
    do throws(FileError) {
      let file = try OpenFile(partial, for: .creating)
      try file.write(bytes, at: 0)
      try move(partial, to: path)
    } catch {
      unlink(partial)
      throw FileError(.write, path, cause: error.cause)
    }
  }

  /// Gives a file another name in the same file system, in one step. A file of that name is replaced.
  package static func move(_ path: String, to target: String) throws(FileError) {
    guard rename(path, target) == 0 else { throw FileError(errnoOf: .move, path) }
  }

  /// Gives a file a name that must be free, in one step, and waits until the disk has the name.
  /// - Throws: ``FileError`` for the target.
  package static func publish(_ path: String, as target: String) throws(FileError) {
    // Unlike rename, link never replaces a file that came into being meanwhile.
    guard link(path, target) == 0 else { throw FileError(errnoOf: .create, target) }
    unlink(path)
    synchronizeFolder(FilePath.parent(of: target))
  }

  /// Waits until the disk has the folder's list of names. Some file systems can't; there it does nothing.
  package static func synchronizeFolder(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Removes a file, or a folder with everything in it. A symbolic link is removed itself, not what it names. A missing
  /// path is no error.
  package static func remove(_ path: String) throws(FileError) {
    if unlink(path) == 0 || errno == ENOENT { return }
    let failure = FileError(errnoOf: .remove, path)
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw failure }
    for name in try names(in: path) { try remove("\(path)/\(name)") }
    guard rmdir(path) == 0 else { throw FileError(errnoOf: .remove, path) }
  }

  /// The absolute path with every symbolic link followed; nil if nothing exists there.
  package static func resolve(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether this process may run the file as a program.
  package static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 && FileKind(path).isFile }

  /// The bytes that this process may still write to the file system that holds a path; nil if that is unknown.
  package static func freeBytes(at path: String) -> Int? {
    var status = statvfs()
    guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return nil }
    let (bytes, overflows) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
      by: Int(clamping: status.f_frsize))
    return overflows ? .max : bytes
  }

  /// The free share of the file system that holds a path, 0...1; nil if it is unknown.
  package static func freeFraction(at path: String) -> Double? {
    var status = statvfs()
    guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return nil }
    return Double(status.f_bavail) / Double(status.f_blocks)
  }
}
