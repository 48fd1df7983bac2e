// Hot style in `compress`: uploads of up to 512 MiB are hashed while they arrive.

/// SHA-256 (FIPS 180-4 §6.2).
package struct SHA256: Sendable {
  private var h = SIMD8<UInt32>(
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19)
  private var buffer = BlockBuffer()

  package init() {}

  /// The digest, 32 bytes.
  package static func hash(_ bytes: [UInt8]) -> [UInt8] {
    var hasher = SHA256()
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

  /// The digest, 32 bytes.
  package consuming func finalize() -> [UInt8] {
    var state = h
    buffer.finish { Self.compress($0, into: &state) }
    return state.indices.flatMap { state[$0].bigEndianBytes }
  }

  private static func compress(_ block: UnsafeRawBufferPointer, into h: inout SIMD8<UInt32>) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      for t in 0..<16 { w[t] = block.word(at: t) }
      for t in 16..<64 {
        let (x, y) = (w[t &- 15], w[t &- 2])
        let s0 = x.rotatedRight(7) ^ x.rotatedRight(18) ^ x >> 3
        let s1 = y.rotatedRight(17) ^ y.rotatedRight(19) ^ y >> 10
        w[t] = w[t &- 16] &+ s0 &+ w[t &- 7] &+ s1
      }

      var (a, b, c, d, e, f, g, i) = (h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7])
      roundConstants.withUnsafeBufferPointer { k in
        for t in 0..<64 {
          let s1 = e.rotatedRight(6) ^ e.rotatedRight(11) ^ e.rotatedRight(25)
          let chosen = e & f ^ ~e & g
          let t1 = i &+ s1 &+ chosen &+ k[t] &+ w[t]
          let s0 = a.rotatedRight(2) ^ a.rotatedRight(13) ^ a.rotatedRight(22)
          let majority = a & b ^ a & c ^ b & c
          (i, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ s0 &+ majority)
        }
      }
      h = h &+ SIMD8(a, b, c, d, e, f, g, i)
    }
  }

  /// FIPS 180-4 §4.2.2.
  private static let roundConstants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]
}
