// Hot: one step a delivered frame, millions a second (`telltale bench fanout --rate max`). Frames are walked where they
// were read, header to header; of a payload only the send time is looked at.

/// Walks the frames of a server (RFC 6455 §5.2) in a buffer without copying or unmasking anything.
package enum FrameWalker {
  /// A frame's header, and where it stands.
  package struct Frame: Equatable {
    package var opcode: UInt8
    package var headerBytes: Int
    package var payloadBytes: Int
    package var byteCount: Int { headerBytes + payloadBytes }
  }

  /// Of a longer frame that is incomplete only so much is waited for; the rest is skipped as it comes.
  package static let most = 4_096

  /// The header of the frame that begins at the offset, or nil where it is incomplete.
  @inline(__always)
  package static func frame(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Frame? {
    let available = bytes.count &- offset
    guard available >= 2, let base = bytes.baseAddress else { return nil }
    let start = base + offset
    let opcode = start.load(as: UInt8.self) & 0x0F
    let length = Int(start.load(fromByteOffset: 1, as: UInt8.self) & 0x7F)
    if length < 126 { return Frame(opcode: opcode, headerBytes: 2, payloadBytes: length) }
    if length == 126 {
      guard available >= 4 else { return nil }
      let length = Int(UInt16(bigEndian: start.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
      return Frame(opcode: opcode, headerBytes: 4, payloadBytes: length)
    }
    guard available >= 10 else { return nil }
    let long = UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
    return Frame(opcode: opcode, headerBytes: 10, payloadBytes: Int(long & 0x7FFF_FFFF_FFFF))
  }

  /// Where a walk ended.
  package struct Walked: Equatable {
    /// Bytes that are done with. More than there were where the rest of a long frame is still to come.
    package var consumed: Int
    /// Frames with a send time.
    package var stamped: Int
    /// The frame at `consumed` has no send time where it should be, and is for somebody else to look at.
    package var isAtOther: Bool
  }

  /// Walks all stamped frames from the offset on and records how long each was on its way.
  /// - Parameters:
  ///   - stampOffset: where in a payload the send time stands; see ``SendStamp``.
  ///   - now: the time of the read, in the clock of the stamps: what one read brings arrived together.
  package static func walk(
    _ bytes: UnsafeRawBufferPointer, from start: Int, stampOffset: Int, now: Int, into histogram: LatencyHistogram
  ) -> Walked {
    var offset = start
    var stamped = 0
    while let frame = frame(bytes, at: offset) {
      guard bytes.count &- offset >= min(frame.byteCount, most) else { break }
      let payload = UnsafeRawBufferPointer(
        start: bytes.baseAddress! + (offset &+ frame.headerBytes),  // there is a frame, so there are bytes
        count: min(frame.payloadBytes, bytes.count &- offset &- frame.headerBytes))
      guard frame.opcode == 1, let sent = SendStamp.read(payload, at: stampOffset) else {
        return Walked(consumed: offset, stamped: stamped, isAtOther: true)
      }
      histogram.record(now &- sent)
      stamped &+= 1
      offset &+= frame.byteCount
    }
    return Walked(consumed: offset, stamped: stamped, isAtOther: false)
  }
}
