import Domain
import Files

/// `telltale.position`: the database's last known commit, kept beside it.
///
/// It is written after each commit, in place and without waiting for the disk. So it is never ahead of the database on the
/// disk, and after a crash of the process alone it names the last commit. If the database lacks the commit that it names,
/// data was lost.
final class PositionFile {
  /// The last commit: its number, and the position of the newest message.
  struct Content: Equatable {
    var epoch: String
    var offset: Int
    var commit: Int
  }

  private let file: OpenFile

  /// Opens or creates the file, and waits until it is on the disk.
  init(_ path: String, _ content: Content) throws(StoreError) {
    do throws(FileError) {
      file = try OpenFile(path, for: .updating)
      try file.write(Self.line(content), at: 0)
      try file.synchronize()
    } catch {
      throw StoreError(error)
    }
  }

  /// Records another commit. The file keeps its length, so a full disk doesn't matter. After any other failure it keeps an
  /// older position, which proves less but is never wrong.
  func write(_ content: Content) { try? file.write(Self.line(content), at: 0) }

  private static func line(_ content: Content) -> [UInt8] {
    var line = Array("\(content.epoch):\(content.offset) \(content.commit)".utf8)
    line += [UInt8](repeating: UInt8(ascii: " "), count: max(0, length - 1 - line.count)) + [UInt8(ascii: "\n")]
    return line
  }

  /// Whether the path still leads to the file.
  var isInPlace: Bool {
    guard let found = try? Inode.look(at: file.path) else { return false }
    return found.identity == Inode(descriptor: file.descriptor)
  }

  /// Waits until the file is on the disk.
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

  /// Holds an epoch, two numbers and padding. Constant, so that a shorter number overwrites a longer one completely.
  private static let length = 64
}
