/// The opcode of a frame (RFC 6455 §5.2).
package struct WebSocketOpcode: RawRepresentable, Hashable, Sendable {
  package var rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let continuation = WebSocketOpcode(rawValue: 0)
  package static let text = WebSocketOpcode(rawValue: 1)
  package static let binary = WebSocketOpcode(rawValue: 2)
  package static let close = WebSocketOpcode(rawValue: 8)
  package static let ping = WebSocketOpcode(rawValue: 9)
  package static let pong = WebSocketOpcode(rawValue: 10)

  var isControl: Bool { rawValue & 8 != 0 }

  var isKnown: Bool { rawValue <= 2 || (8...10).contains(rawValue) }
}

/// Writes frames (RFC 6455 §5.2):
///
///     FIN RSV1-3 opcode | MASK length | 16 or 64 more bits of length | masking key | payload
package enum WebSocketFrame {
  /// The size of the longest header, masked and with a 64-bit length.
  static let maxHeaderBytes = 14

  /// Appends an unmasked frame, as a server sends it.
  /// - Parameter isCompressed: Whether the payload is deflated; sets RSV1 (RFC 7692 §6).
  package static func append(
    _ opcode: WebSocketOpcode, payload: [UInt8], isFinal: Bool = true, isCompressed: Bool = false,
    to output: inout [UInt8]
  ) {
    appendHeader(
      opcode, payloadBytes: payload.count, isFinal: isFinal, isCompressed: isCompressed, isMasked: false, to: &output)
    output.append(contentsOf: payload)
  }

  /// Appends a masked frame, as a client sends it.
  /// - Parameter key: Must be unpredictable if a proxy may be in between (RFC 6455 §10.3).
  package static func appendMasked(
    _ opcode: WebSocketOpcode, payload: [UInt8], key: UInt32, isFinal: Bool = true,
    isCompressed: Bool = false, to output: inout [UInt8]
  ) {
    appendHeader(
      opcode, payloadBytes: payload.count, isFinal: isFinal, isCompressed: isCompressed, isMasked: true, to: &output)
    var mask = WebSocketMask(key: key)
    output.append(contentsOf: mask.keyBytes)
    let start = output.count
    output.append(contentsOf: payload)
    output.withUnsafeMutableBytes { mask.apply(to: UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
  }

  /// Appends an unmasked close frame.
  /// - Parameter reason: Truncated to 123 bytes, at the end of a character.
  package static func appendClose(_ code: CloseCode, reason: String = "", to output: inout [UInt8]) {
    append(.close, payload: closePayload(code, reason: reason), to: &output)
  }

  /// The payload of a close frame (RFC 6455 §5.5.1). See ``appendClose(_:reason:to:)``.
  package static func closePayload(_ code: CloseCode, reason: String = "") -> [UInt8] {
    var payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)]
    for character in reason {
      guard payload.count + character.utf8.count <= 125 else { break }
      payload.append(contentsOf: character.utf8)
    }
    return payload
  }

  private static func appendHeader(
    _ opcode: WebSocketOpcode, payloadBytes count: Int, isFinal: Bool, isCompressed: Bool, isMasked: Bool,
    to output: inout [UInt8]
  ) {
    precondition(!opcode.isControl || isFinal && count <= 125, "A control frame is one frame of at most 125 bytes.")
    output.reserveCapacityForAppending(maxHeaderBytes + count)
    output.append((isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue)
    let maskBit: UInt8 = isMasked ? 0x80 : 0
    switch count {
    case 0...125: output.append(maskBit | UInt8(count))
    case 126...0xFFFF:
      output.append(maskBit | 126)
      output.append(UInt8(count >> 8))
      output.append(UInt8(count & 0xFF))
    default:
      output.append(maskBit | 127)
      for shift in stride(from: 56, through: 0, by: -8) { output.append(UInt8(truncatingIfNeeded: count >> shift)) }
    }
  }
}

extension [UInt8] {
  /// Reserves capacity with `append`'s doubling: reserving the exact size would copy on every call.
  fileprivate mutating func reserveCapacityForAppending(_ extra: Int) {
    if capacity - count < extra { reserveCapacity(Swift.max(count + extra, capacity * 2)) }
  }
}
