import Domain

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `telltale.position`: how far the database had come when it was last heard of, kept beside it.
///
/// Written after each commit, in place and without waiting for the disk, so that it is never ahead of what the disk has
/// of the database, and after the end of the process alone it is right to the last commit. What it names and the
/// database lacks was lost.
final class PositionFile {
  /// The last commit: its number, and the position of the newest message.
  struct Content: Equatable {
    var epoch: String
    var offset: Int
    var commit: Int
  }

  private let descriptor: Int32

  /// Opens the file, or makes it, and waits until the disk has it.
  init(_ path: String, _ content: Content) throws(StoreError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .inaccessible(path: path, reason: String(cString: strerror(errno))) }
    guard write(content), fsync(descriptor) == 0 else {
      let failure = errno
      close(descriptor)
      if [ENOSPC, EDQUOT, EFBIG].contains(failure) { throw .full(path: path) }
      throw .inaccessible(path: path, reason: String(cString: strerror(failure)))
    }
  }

  deinit { close(descriptor) }

  /// - Returns: whether it could be written. It has had its length from the start, so that a full disk doesn't matter.
  @discardableResult
  func write(_ content: Content) -> Bool {
    var line = Array("\(content.epoch):\(content.offset) \(content.commit)".utf8)
    line += [UInt8](repeating: UInt8(ascii: " "), count: max(0, Self.length - 1 - line.count)) + [UInt8(ascii: "\n")]
    return pwrite(descriptor, line, line.count, 0) == line.count
  }

  /// Waits until the disk has it.
  func synchronize() { fsync(descriptor) }

  /// Nil where there is none, or none that can be read.
  static func read(_ path: String) -> Content? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: length)
    guard pread(descriptor, &bytes, length, 0) == length else { return nil }
    let words = String(decoding: bytes.dropLast(), as: UTF8.self).split(separator: " ")
    guard words.count == 2, let position = StreamPosition(cursor: words[0]), let commit = Int(words[1]) else {
      return nil
    }
    return Content(epoch: position.epoch, offset: position.offset, commit: commit)
  }

  /// An epoch, two numbers, and blanks: always the same, so that a shorter number leaves nothing of a longer one.
  private static let length = 64
}
