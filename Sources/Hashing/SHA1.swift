/// SHA-1 (FIPS 180-4 §6.1). Insecure; present only because the WebSocket handshake requires it.
package struct SHA1: Sendable {
  private var h: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
    0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0
  )
  private var buffer = BlockBuffer()

  package init() {}

  /// The digest, 20 bytes.
  package static func hash(_ bytes: [UInt8]) -> [UInt8] {
    var hasher = SHA1()
    hasher.update(bytes)
    return hasher.finalize()
  }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    // A local copy, because a closure that captures self would overlap with the access to the buffer.
    var state = h
    buffer.absorb(bytes) { Self.compress($0, into: &state) }
    h = state
  }

  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest, 20 bytes.
  package consuming func finalize() -> [UInt8] {
    var state = h
    buffer.finish { Self.compress($0, into: &state) }
    return [state.0, state.1, state.2, state.3, state.4].flatMap(\.bigEndianBytes)
  }

  private static func compress(_ block: UnsafeRawBufferPointer, into h: inout (UInt32, UInt32, UInt32, UInt32, UInt32))
  {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { w in
      for t in 0..<16 { w[t] = block.word(at: t) }
      for t in 16..<80 { w[t] = (w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16]).rotatedLeft(1) }

      var (a, b, c, d, e) = h
      for t in 0..<80 {
        let (f, k): (UInt32, UInt32) =
          switch t {
          case 0..<20: (b & c | ~b & d, 0x5A82_7999)
          case 20..<40: (b ^ c ^ d, 0x6ED9_EBA1)
          case 40..<60: (b & c | b & d | c & d, 0x8F1B_BCDC)
          default: (b ^ c ^ d, 0xCA62_C1D6)
          }
        let next = a.rotatedLeft(5) &+ f &+ e &+ k &+ w[t]
        (e, d, c, b, a) = (d, c, b.rotatedLeft(30), a, next)
      }
      h = (h.0 &+ a, h.1 &+ b, h.2 &+ c, h.3 &+ d, h.4 &+ e)
    }
  }
}
