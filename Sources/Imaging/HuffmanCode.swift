/// A length-limited prefix code for symbols with the given frequencies (RFC 1951 §3.2.2).
struct HuffmanCode {
  /// The code length of each symbol in bits; 0 for symbols that don't occur.
  let lengths: [UInt8]
  let symbols: [BitWriter.Code]

  /// - Parameters:
  ///   - counts: The frequency of each symbol.
  ///   - longest: The longest code allowed, at most 15 bits, and enough for the symbols that occur.
  init(counts: [UInt32], longest: Int) {
    lengths = Self.lengths(counts: counts, longest: longest)
    symbols = Self.codes(lengths: lengths)
  }

  private static func lengths(counts: [UInt32], longest: Int) -> [UInt8] {
    let used = counts.indices.filter { counts[$0] > 0 }.sorted { counts[$0] < counts[$1] }
    var lengths = [UInt8](repeating: 0, count: counts.count)
    guard used.count > 1 else {
      // A single symbol still needs a code of one bit.
      for symbol in used { lengths[symbol] = 1 }
      return lengths
    }
    var ofLength = [Int](repeating: 0, count: longest + 1)
    for depth in depths(of: used.map { UInt64(counts[$0]) }) { ofLength[min(depth, longest)] += 1 }
    shorten(&ofLength)
    // The rarest get the longest codes.
    var rarest = used.makeIterator()
    for length in (1...longest).reversed() {
      for _ in 0..<ofLength[length] { lengths[rarest.next()!] = UInt8(length) }
    }
    return lengths
  }

  /// The depth of each leaf in the Huffman tree.
  /// - Parameter weights: At least two, in ascending order.
  private static func depths(of weights: [UInt64]) -> [Int] {
    let leaves = weights.count
    // Inner nodes are created in ascending order too, so the smallest node is always at the front of one of two queues.
    var weight = weights
    var parent = [Int](repeating: 0, count: 2 * leaves - 1)
    var (nextLeaf, nextInner) = (0, leaves)
    func smallest() -> Int {
      if nextLeaf < leaves, nextInner >= weight.count || weight[nextLeaf] <= weight[nextInner] {
        nextLeaf += 1
        return nextLeaf - 1
      }
      nextInner += 1
      return nextInner - 1
    }
    for inner in leaves..<2 * leaves - 1 {
      let (left, right) = (smallest(), smallest())
      parent[left] = inner
      parent[right] = inner
      weight.append(weight[left] + weight[right])
    }
    var depth = [Int](repeating: 0, count: 2 * leaves - 1)
    for node in (0..<2 * leaves - 2).reversed() { depth[node] = depth[parent[node]] + 1 }
    return Array(depth[..<leaves])
  }

  /// Turns truncated lengths back into a prefix code, by lowering the sum of 2^-length to 1 (Kraft's inequality).
  ///
  /// Each step lengthens a shorter code by one bit, which makes room for one of the longest codes beside it.
  private static func shorten(_ ofLength: inout [Int]) {
    let longest = ofLength.count - 1
    var sum = (1...longest).reduce(0) { $0 + ofLength[$1] << (longest - $1) }
    while sum > 1 << longest {
      ofLength[longest] -= 1
      let shorter = (1..<longest).last { ofLength[$0] > 0 }!
      ofLength[shorter] -= 1
      ofLength[shorter + 1] += 2
      sum -= 1
    }
  }

  /// The codes for the lengths (§3.2.2), with their bits in the order in which they are written.
  private static func codes(lengths: [UInt8]) -> [BitWriter.Code] {
    var next = [UInt16](repeating: 0, count: 17)
    for length in lengths where length > 0 { next[Int(length) + 1] += 1 }
    for length in 1...15 { next[length] = (next[length] + next[length - 1]) << 1 }
    return lengths.map { length in
      guard length > 0 else { return 0 }
      let code = next[Int(length)]
      next[Int(length)] += 1
      return ((code.bitReversed >> (16 - UInt16(length))) << 4) | UInt16(length)
    }
  }
}

/// The header of a block with dynamic Huffman codes, RFC 1951 §3.2.7.
enum CodeTable {
  /// The order of the code length codes.
  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  /// - Parameter lengths: The code lengths of the 286 literals and lengths. There are two distance codes of one bit.
  static func write(_ lengths: [UInt8], to writer: inout BitWriter) {
    let all = lengths + [1, 1]
    var counts = [UInt32](repeating: 0, count: 19)
    for length in all { counts[Int(length)] += 1 }
    // Some decoders refuse an incomplete code, so there must be at least two symbols.
    if counts.count(where: { $0 > 0 }) < 2 { counts[0] += 1 }
    let code = HuffmanCode(counts: counts, longest: 7)
    writer.write(UInt32(lengths.count - 257), bits: 5)
    writer.write(1, bits: 5)
    writer.write(UInt32(order.count - 4), bits: 4)
    for symbol in order { writer.write(UInt32(code.lengths[symbol]), bits: 3) }
    for length in all { writer.write(code.symbols[Int(length)]) }
  }
}

extension UInt16 {
  fileprivate var bitReversed: UInt16 {
    var (value, reversed): (UInt16, UInt16) = (self, 0)
    for _ in 0..<16 {
      reversed = reversed << 1 | value & 1
      value >>= 1
    }
    return reversed
  }
}
