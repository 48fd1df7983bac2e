// Hot style: pointers behind a checked interface. The benchmark is `telltale bench pipeline` (`encode`).

/// Deflate (RFC 1951) for filtered picture rows: Huffman coding, and matches only for runs of zeros.
///
/// Neighbouring pixels are similar, so filtered bytes are mostly small numbers, and searching for matches costs far
/// more than it saves. On 2.8 MB of filtered rows zlib's level 1 takes 45 ms, its Huffman-only strategy 32 ms for the
/// same size.
enum RowDeflater {
  /// Compresses into a complete zlib stream (RFC 1950).
  static func zlib(_ bytes: [UInt8]) -> [UInt8] {
    // At worst 12 bits a byte, plus the tables of each block.
    let blocks = bytes.count / blockBytes + 1
    let capacity = 2 + bytes.count + bytes.count / 2 + blocks * 512 + 16
    return [UInt8](unsafeUninitializedCapacity: capacity) { out, initialized in
      bytes.withUnsafeBufferPointer { input in
        out[0] = 0x78
        out[1] = 0x01
        var writer = BitWriter(out: out, position: 2)
        for block in 0..<blocks {
          let piece = input[block * blockBytes..<min((block + 1) * blockBytes, input.count)]
          writeBlock(UnsafeBufferPointer(rebasing: piece), isLast: block == blocks - 1, to: &writer)
        }
        initialized = writer.finish(adler32: adler32(input))
      }
    }
  }

  /// Each block has its own codes. 128 KiB are enough to pay for the tables, and few enough to adapt to the picture.
  private static let blockBytes = 128 << 10

  /// The longest code. Four codes plus 7 pending bits fit into 64 bits.
  private static let longestCode = 12

  private static let endOfBlock = 256

  private static func writeBlock(_ bytes: UnsafeBufferPointer<UInt8>, isLast: Bool, to writer: inout BitWriter) {
    var counter = SymbolCounter()
    walk(bytes, visitor: &counter)
    let codes = HuffmanCode(counts: counter.totals, longest: longestCode)
    writer.write(isLast ? 1 : 0, bits: 1)
    writer.write(2, bits: 2)
    CodeTable.write(codes.lengths, to: &writer)
    codes.symbols.withUnsafeBufferPointer { symbols in
      var emitter = SymbolEmitter(writer: writer, symbols: symbols)
      walk(bytes, visitor: &emitter)
      writer = emitter.writer
    }
    writer.write(codes.symbols[endOfBlock])
  }

  /// Splits a block into literals and runs of zeros, in the same way for counting and for writing.
  ///
  /// Reads eight bytes at a time; eight zeros begin a run.
  @inline(__always)
  private static func walk(_ bytes: UnsafeBufferPointer<UInt8>, visitor: inout some SymbolVisitor) {
    let raw = UnsafeRawBufferPointer(bytes)
    var position = 0
    while position &+ 8 <= bytes.count {
      let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      guard word == 0 else {
        visitor.literals(word)
        position &+= 8
        continue
      }
      var end = position &+ 8
      while end &+ 8 <= bytes.count, raw.loadUnaligned(fromByteOffset: end, as: UInt64.self) == 0 { end &+= 8 }
      // The first zero is a literal; the others repeat the preceding byte.
      visitor.literal(0)
      var left = end &- position &- 1
      while left > 258 {
        // Never leaves one or two bytes, which are too short for a match.
        let length = left < 261 ? 255 : 258
        visitor.run(length: length)
        left &-= length
      }
      visitor.run(length: left)
      position = end
    }
    while position < bytes.count {
      visitor.literal(bytes[position])
      position &+= 1
    }
  }

  /// RFC 1950 §8.2.
  private static func adler32(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var (first, second): (UInt32, UInt32) = (1, 0)
    var position = 0
    while position < bytes.count {
      // Two independent sums over up to 4,096 bytes instead of dependent ones, so that the loop is vectorised.
      // 4,096 × 4,096 / 2 × 255 fits into 32 bits.
      let count = min(4096, bytes.count &- position)
      var (plain, weighted): (UInt32, UInt32) = (0, 0)
      for index in 0..<count {
        let byte = UInt32(bytes[position &+ index])
        plain &+= byte
        weighted &+= byte &* UInt32(truncatingIfNeeded: count &- index)
      }
      second = (second &+ UInt32(truncatingIfNeeded: count) &* first &+ weighted % 65_521) % 65_521
      first = (first &+ plain) % 65_521
      position &+= count
    }
    return second << 16 | first
  }
}

/// Receives the literals and runs of a block in order.
private protocol SymbolVisitor {
  mutating func literal(_ byte: UInt8)
  /// Eight literals, the first in the low byte.
  mutating func literals(_ word: UInt64)
  /// - Parameter length: 3...258 repetitions of the preceding byte.
  mutating func run(length: Int)
}

/// Counts the symbols of a block.
private struct SymbolCounter: SymbolVisitor {
  /// Four tables, so that equal neighbours don't wait for each other's increments.
  private var counts = [UInt32](repeating: 0, count: 4 * 288)

  mutating func literal(_ byte: UInt8) { counts[Int(byte)] &+= 1 }

  mutating func literals(_ word: UInt64) {
    counts.withUnsafeMutableBufferPointer { counts in
      for half in 0..<2 {
        let four = word >> UInt64(truncatingIfNeeded: half &* 32)
        counts[Int(four & 0xFF)] &+= 1
        counts[288 &+ Int(four >> 8 & 0xFF)] &+= 1
        counts[576 &+ Int(four >> 16 & 0xFF)] &+= 1
        counts[864 &+ Int(four >> 24 & 0xFF)] &+= 1
      }
    }
  }

  mutating func run(length: Int) { counts[RunLength(length).symbol] &+= 1 }

  /// The counts of all symbols, including one end of block.
  var totals: [UInt32] {
    var totals = Array(counts[..<286])
    for table in 1..<4 {
      for symbol in 0..<286 { totals[symbol] &+= counts[table * 288 + symbol] }
    }
    totals[256] = 1
    return totals
  }
}

/// Writes the codes of a block's symbols.
private struct SymbolEmitter: SymbolVisitor {
  var writer: BitWriter
  let symbols: UnsafeBufferPointer<BitWriter.Code>

  mutating func literal(_ byte: UInt8) { writer.write(symbols[Int(byte)]) }

  mutating func literals(_ word: UInt64) {
    for half in 0..<2 {
      let four = word >> UInt64(truncatingIfNeeded: half &* 32)
      writer.add(symbols[Int(four & 0xFF)])
      writer.add(symbols[Int(four >> 8 & 0xFF)])
      writer.add(symbols[Int(four >> 16 & 0xFF)])
      writer.add(symbols[Int(four >> 24 & 0xFF)])
      writer.flush()
    }
  }

  mutating func run(length: Int) {
    let code = RunLength(length)
    writer.write(symbols[code.symbol])
    writer.write(UInt32(code.extra), bits: code.extraBits)
    // Distance 1: the first of two codes of one bit.
    writer.write(0, bits: 1)
  }
}

/// The symbol and extra bits of a match length, RFC 1951 §3.2.5.
struct RunLength {
  let symbol: Int
  let extra: Int
  let extraBits: Int

  /// - Parameter length: 3...258.
  init(_ length: Int) {
    if length == 258 {
      (symbol, extra, extraBits) = (285, 0, 0)
    } else if length < 11 {
      (symbol, extra, extraBits) = (254 + length, 0, 0)
    } else {
      // From 8 on there are four symbols for each power of two.
      let offset = length - 3
      let power = Int.bitWidth - 1 - offset.leadingZeroBitCount
      extraBits = power - 2
      extra = offset & ((1 << extraBits) - 1)
      symbol = 257 + 4 * extraBits + offset >> extraBits
    }
  }
}

/// Writes bits, lowest first (RFC 1951 §3.1.1), into memory that the caller made large enough.
struct BitWriter {
  /// A Huffman code: its length in the low four bits, and above them its bits in the order in which they are written.
  typealias Code = UInt16

  private let out: UnsafeMutableBufferPointer<UInt8>
  private var position: Int
  private var bits: UInt64 = 0
  private var bitCount = 0

  /// - Parameter out: Must be eight bytes longer than the output.
  init(out: UnsafeMutableBufferPointer<UInt8>, position: Int) {
    self.out = out
    self.position = position
  }

  @inline(__always) mutating func add(_ code: Code) {
    bits |= UInt64(code >> 4) << UInt64(truncatingIfNeeded: bitCount)
    bitCount &+= Int(code & 15)
  }

  /// Writes the complete bytes; at most 7 bits remain pending.
  @inline(__always) mutating func flush() {
    UnsafeMutableRawBufferPointer(out).storeBytes(of: bits.littleEndian, toByteOffset: position, as: UInt64.self)
    position &+= bitCount >> 3
    bits >>= UInt64(truncatingIfNeeded: bitCount & ~7)
    bitCount &= 7
  }

  @inline(__always) mutating func write(_ code: Code) {
    add(code)
    flush()
  }

  /// - Parameter count: At most 32.
  mutating func write(_ value: UInt32, bits count: Int) {
    bits |= UInt64(value) << UInt64(bitCount)
    bitCount += count
    flush()
  }

  /// Pads the last byte and writes the checksum.
  /// - Returns: The total number of bytes written.
  mutating func finish(adler32: UInt32) -> Int {
    bitCount = (bitCount + 7) & ~7
    flush()
    write(adler32.byteSwapped, bits: 32)
    return position
  }
}
