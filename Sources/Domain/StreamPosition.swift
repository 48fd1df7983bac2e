/// The position of a numbered message in the server's line of messages: the epoch names the line, the offset counts in it.
///
/// On the wire it is the cursor `EPOCH:OFFSET`, which is opaque to clients.
package struct StreamPosition: Hashable, Sendable, CustomStringConvertible {
  /// 1 to 16 lower-case letters and digits. It changes only when continuity can't be proven.
  package var epoch: String
  /// Counts from 1 within the epoch.
  package var offset: Int

  package init(epoch: String, offset: Int) {
    self.epoch = epoch
    self.offset = offset
  }

  /// Reads a cursor that a client sent; nil if it is malformed.
  package init?(cursor: some StringProtocol) {
    let bytes = Array(cursor.utf8)
    guard bytes.count <= 40, let colon = bytes.firstIndex(of: UInt8(ascii: ":")), (1...16).contains(colon) else {
      return nil
    }
    let digits = bytes[(colon + 1)...]
    let isEpoch = bytes[..<colon].allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
    let isNumber = !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
    guard isEpoch, isNumber, let offset = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
    self.init(epoch: String(decoding: bytes[..<colon], as: UTF8.self), offset: offset)
  }

  package var description: String { "\(epoch):\(offset)" }

  /// A new epoch: six characters of base 36.
  package static func randomEpoch(using generator: inout some RandomNumberGenerator) -> String {
    let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyz")
    return String((0..<6).map { _ in alphabet.randomElement(using: &generator)! })  // the alphabet is not empty
  }
}
