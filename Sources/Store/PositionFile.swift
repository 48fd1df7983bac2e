import Domain
import Files

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

  private let file: OpenFile

  /// Opens the file, or makes it, and waits until the disk has it.
  init(_ path: String, _ content: Content) throws(StoreError) {
    do throws(FileError) {
      file = try OpenFile(path, for: .updating)
      try file.write(Self.line(content), at: 0)
      try file.synchronize()
    } catch {
      throw StoreError(error)
    }
  }

  /// Notes another commit. The file keeps the length that it got at the start, so a full disk doesn't matter; any other
  /// failure leaves an older position, which proves less but never claims too much.
  func write(_ content: Content) { try? file.write(Self.line(content), at: 0) }

  private static func line(_ content: Content) -> [UInt8] {
    var line = Array("\(content.epoch):\(content.offset) \(content.commit)".utf8)
    line += [UInt8](repeating: UInt8(ascii: " "), count: max(0, length - 1 - line.count)) + [UInt8(ascii: "\n")]
    return line
  }

  /// Waits until the disk has it.
  func synchronize() { try? file.synchronize() }

  /// Nil if the file is missing or can't be read.
  static func read(_ path: String) -> Content? {
    guard let bytes = try? OpenFile(path, for: .reading).read(length, at: 0), bytes.count == length else { return nil }
    let words = String(decoding: bytes.dropLast(), as: UTF8.self).split(separator: " ")
    guard words.count == 2, let position = StreamPosition(cursor: words[0]), let commit = Int(words[1]) else {
      return nil
    }
    return Content(epoch: position.epoch, offset: position.offset, commit: commit)
  }

  /// An epoch, two numbers, and blanks: always the same, so that a shorter number leaves nothing of a longer one.
  private static let length = 64
}
