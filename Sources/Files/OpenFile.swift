#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An open regular file, closed when the value ends. Its functions block until the disk has answered.
///
/// Children don't inherit the descriptor.
package struct OpenFile: ~Copyable, Sendable {
  package enum Mode: Sendable {
    case reading
    /// Reading and writing; a missing file is created, an existing one keeps its content.
    case updating
    /// Writing a file that must not exist yet.
    case creating
  }

  package let path: String
  /// For calls that this type doesn't offer, such as `flock`. Don't close it.
  package let descriptor: Int32

  /// - Parameter followsLinks: whether a symbolic link stands for the file that it names; otherwise it is refused.
  /// - Throws: ``FileError``; also for devices and pipes, because reading them could block for ever.
  package init(_ path: String, for mode: Mode, followsLinks: Bool = true) throws(FileError) {
    try self.init(RawPath(path), for: mode, followsLinks: followsLinks)
  }

  /// As above, for a path that need not be UTF-8.
  package init(_ path: RawPath, for mode: Mode, followsLinks: Bool = true) throws(FileError) {
    let text = path.description
    // Without O_NONBLOCK, opening a pipe waits for its other end. It changes nothing for a regular file.
    let flags = mode.flags | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW)
    let descriptor = path.withCString { open($0, flags, 0o644) }
    guard descriptor >= 0 else { throw FileError(errnoOf: .open, text) }
    guard FileKind(descriptor: descriptor).isFile else {
      close(descriptor)
      throw FileError(.open, text, cause: .notAFile)
    }
    self.path = text
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The size at this moment; 0 for the files that the kernel makes up, such as those in `/proc`.
  package var byteCount: Int { FileKind(descriptor: descriptor).byteCount ?? 0 }

  /// Which file it is, and when it was last written; nil only if the system can't tell.
  package var identity: FileIdentity? { FileIdentity(descriptor: descriptor) }

  /// Reads the next `count` bytes, fewer at the end of the file, and appends them.
  /// - Returns: How many bytes were appended; 0 at the end.
  @discardableResult
  package func read(_ count: Int, appendingTo bytes: inout [UInt8]) throws(FileError) -> Int {
    var failure: Int32?
    // Bytes that are overwritten at once need no zeros first.
    let piece = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let got = readUntilFull(UnsafeMutableRawBufferPointer(buffer)) { systemRead(descriptor, $0) }
      if got.hasFailed { failure = errno }
      filled = got.count
    }
    bytes += piece
    if let failure { throw FileError(.read, path, cause: .system(failure)) }
    return piece.count
  }

  /// Fills the buffer from `offset` on, as far as the file reaches. ``read(_:appendingTo:)`` is not affected.
  /// - Returns: How many bytes were read; 0 at the end.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    var position = offset
    let got = readUntilFull(buffer) { piece in
      let count = pread(descriptor, piece.baseAddress, piece.count, off_t(position))
      position += max(0, count)
      return count
    }
    if got.hasFailed { throw FileError(errnoOf: .read, path) }
    return got.count
  }

  /// Reads up to `count` bytes from `offset` on.
  package func read(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      // A typed error can't leave this closure.
      do throws(FileError) {
        filled = try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Writes all bytes, from `offset` on. After an error some of them may be in the file.
  package func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
    let isComplete = bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
        let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
        if count < 0, errno == EINTR { continue }
        if count < 0 { return false }
        written += count
      }
      return true
    }
    if !isComplete { throw FileError(errnoOf: .write, path) }
  }

  /// Makes the file exactly this long.
  package func truncate(to byteCount: Int) throws(FileError) {
    guard ftruncate(descriptor, off_t(byteCount)) == 0 else { throw FileError(errnoOf: .write, path) }
  }

  /// Sets the modification time.
  /// - Parameter milliseconds: since 1970.
  package func touch(at milliseconds: Int64) throws(FileError) {
    guard futimens(descriptor, FileSystem.times(at: milliseconds)) == 0 else { throw FileError(errnoOf: .write, path) }
  }

  /// Waits until everything that was written is on the disk.
  package func synchronize() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError(errnoOf: .write, path) }
  }
}

extension OpenFile.Mode {
  fileprivate var flags: Int32 {
    switch self {
    case .reading: O_RDONLY
    case .updating: O_RDWR | O_CREAT
    case .creating: O_RDWR | O_CREAT | O_EXCL
    }
  }
}

/// Calls `read` until the buffer is full, the file ends, or an error is left in `errno`.
private func readUntilFull(
  _ buffer: UnsafeMutableRawBufferPointer, read: (UnsafeMutableRawBufferPointer) -> Int
) -> (count: Int, hasFailed: Bool) {
  var got = 0
  while got < buffer.count {
    let count = read(UnsafeMutableRawBufferPointer(rebasing: buffer[got...]))
    if count < 0, errno == EINTR { continue }
    if count < 0 { return (got, true) }
    if count == 0 { break }
    got += count
  }
  return (got, false)
}

/// `read(2)`, under a name that the method of the same name doesn't hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}
