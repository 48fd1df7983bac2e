/// Splits a stream of bytes into the 64-byte blocks of SHA-1 and SHA-256, and pads the last one (FIPS 180-4 §5.1.1).
struct BlockBuffer: Sendable {
  static let blockBytes = 64

  private var partial: [UInt8] = []
  private var totalBytes: UInt64 = 0

  init() {
    partial.reserveCapacity(Self.blockBytes * 2)
  }

  /// - Parameter compress: Called with each complete block. Blocks that lie entirely in `bytes` are not copied.
  mutating func absorb(_ bytes: UnsafeRawBufferPointer, compress: (UnsafeRawBufferPointer) -> Void) {
    totalBytes &+= UInt64(bytes.count)
    var rest = bytes[...]
    if !partial.isEmpty {
      let missing = rest.prefix(Self.blockBytes - partial.count)
      partial.append(contentsOf: missing)
      rest = rest.dropFirst(missing.count)
      guard partial.count == Self.blockBytes else { return }
      partial.withUnsafeBytes(compress)
      partial.removeAll(keepingCapacity: true)
    }
    while rest.count >= Self.blockBytes {
      compress(UnsafeRawBufferPointer(rebasing: rest.prefix(Self.blockBytes)))
      rest = rest.dropFirst(Self.blockBytes)
    }
    partial.append(contentsOf: rest)
  }

  /// Emits the last one or two blocks: the remaining bytes, a one bit, zeros, and the length in bits.
  mutating func finish(compress: (UnsafeRawBufferPointer) -> Void) {
    let bitCount = totalBytes &* 8
    var end: [UInt8] = [0x80]
    let used = (partial.count + 1 + 8) % Self.blockBytes
    end.append(contentsOf: repeatElement(0, count: used == 0 ? 0 : Self.blockBytes - used))
    for shift in stride(from: 56, through: 0, by: -8) { end.append(UInt8(truncatingIfNeeded: bitCount >> shift)) }
    end.withUnsafeBytes { absorb($0, compress: compress) }
  }
}

extension UnsafeRawBufferPointer {
  /// The `index`-th big-endian word of a block.
  @inline(__always)
  func word(at index: Int) -> UInt32 {
    UInt32(bigEndian: loadUnaligned(fromByteOffset: index &* 4, as: UInt32.self))
  }
}

extension UInt32 {
  @inline(__always)
  func rotatedLeft(_ count: UInt32) -> UInt32 { self << count | self >> (32 &- count) }

  @inline(__always)
  func rotatedRight(_ count: UInt32) -> UInt32 { self >> count | self << (32 &- count) }

  var bigEndianBytes: [UInt8] {
    [
      UInt8(truncatingIfNeeded: self >> 24), UInt8(truncatingIfNeeded: self >> 16),
      UInt8(truncatingIfNeeded: self >> 8), UInt8(truncatingIfNeeded: self),
    ]
  }
}
