/// Splits the output of a program, which comes in pieces of any size, into lines.
struct LineSplitter {
  /// Longer lines are cut off here.
  let maxBytes: Int
  private var line: [UInt8] = []

  init(maxBytes: Int) { self.maxBytes = maxBytes }

  /// - Returns: the lines that this piece completes.
  mutating func append(_ bytes: ArraySlice<UInt8>) -> [String] {
    var lines: [String] = []
    var rest = bytes
    while let end = rest.firstIndex(of: 0x0A) {
      line += rest[..<end].prefix(maxBytes - line.count)
      lines.append(String(decoding: line, as: UTF8.self))
      line.removeAll(keepingCapacity: true)
      rest = rest[(end + 1)...]
    }
    line += rest.prefix(maxBytes - line.count)
    return lines
  }
}
