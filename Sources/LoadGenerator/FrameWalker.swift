// Hot: one step per delivered frame, millions per second (`telltale bench fanout --rate max`). Walks the frames in the
// read buffer from header to header, and reads only the send time of a payload.

/// Walks a server's frames (RFC 6455 §5.2) in a buffer, without copying or unmasking anything.
package enum FrameWalker {
  /// A decoded frame header.
  package struct Frame: Equatable {
    package var opcode: UInt8
    package var headerBytes: Int
    package var payloadBytes: Int
    package var byteCount: Int { headerBytes + payloadBytes }
  }

  /// The walk waits for at most this much of an incomplete frame. The rest of a longer frame is skipped as it arrives.
  package static let maxBufferedBytes = 4_096

  /// Decodes the header of the frame that begins at the offset; nil if the header is incomplete.
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

  /// The result of a walk.
  package struct Walk: Equatable {
    /// The number of consumed bytes. Exceeds the buffer if the rest of a long frame hasn't arrived yet.
    package var consumed: Int
    /// The number of frames with a send time.
    package var stamped: Int
    /// The frame at `consumed` has no send time at the expected offset. The caller must handle it.
    package var isAtUnstampedFrame: Bool
  }

  /// Walks the stamped frames from an offset on, and records the latency of each.
  /// - Parameters:
  ///   - stampOffset: The offset of the send time in a payload; see ``SendStamp``.
  ///   - now: The time of the read, on the clock of the stamps. All frames of one read arrived together.
  package static func walk(
    _ bytes: UnsafeRawBufferPointer, from start: Int, stampOffset: Int, now: Int, into histogram: LatencyHistogram
  ) -> Walk {
    var offset = start
    var stamped = 0
    while let frame = frame(bytes, at: offset) {
      guard bytes.count &- offset >= min(frame.byteCount, maxBufferedBytes) else { break }
      let payload = UnsafeRawBufferPointer(
        start: bytes.baseAddress! + (offset &+ frame.headerBytes),  // there is a frame, so there are bytes
        count: min(frame.payloadBytes, bytes.count &- offset &- frame.headerBytes))
      guard frame.opcode == 1, let sent = SendStamp.read(payload, at: stampOffset) else {
        return Walk(consumed: offset, stamped: stamped, isAtUnstampedFrame: true)
      }
      histogram.record(now &- sent)
      stamped &+= 1
      offset &+= frame.byteCount
    }
    return Walk(consumed: offset, stamped: stamped, isAtUnstampedFrame: false)
  }
}
