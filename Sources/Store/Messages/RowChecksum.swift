import Compression

/// The checksum of a row, over its bytes followed by its numbers.
func rowChecksum(_ bytes: [UInt8], _ numbers: Int...) -> Int {
  numbers.withUnsafeBytes { Int(crc32($0, continuing: crc32(bytes))) }
}
