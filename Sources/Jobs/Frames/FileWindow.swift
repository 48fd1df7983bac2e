import Files

/// Reads a few bytes at a time from a file, which is read in longer pieces.
struct FileWindow {
  private var start = 0
  private var bytes: [UInt8] = []
  private static let pieceBytes = 16 << 10

  /// - Returns: The bytes from index 0 on; nil if the file ends before the last of them, or can't be read.
  mutating func read(_ file: borrowing OpenFile, at offset: Int, count: Int) -> [UInt8]? {
    load(file, at: offset, count: count) ? Array(bytes[(offset - start)..<(offset - start + count)]) : nil
  }

  mutating func byte(_ file: borrowing OpenFile, at offset: Int) -> UInt8? {
    load(file, at: offset, count: 1) ? bytes[offset - start] : nil
  }

  private mutating func load(_ file: borrowing OpenFile, at offset: Int, count: Int) -> Bool {
    if offset >= start, offset + count <= start + bytes.count { return true }
    start = offset
    bytes = (try? file.read(max(count, Self.pieceBytes), at: offset)) ?? []
    return bytes.count >= count
  }
}
