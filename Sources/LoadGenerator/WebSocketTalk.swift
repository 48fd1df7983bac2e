// Hot: one call a read (`telltale bench fanout --rate max`).
import JSONValues
import Wire

/// Hears the frames of a server: counts and times those with a send time, answers heartbeats, notes a goodbye.
class WebSocketTalk: Talk {
  let histogram: LatencyHistogram
  /// Where in a payload the send time was last found. Messages of one server look alike.
  private(set) var stampOffset: Int
  /// Frames with a send time, on all connections.
  private(set) var deliveries = 0
  /// When the last of them came.
  private(set) var lastDelivery = 0

  init(histogram: LatencyHistogram, stampOffset: Int) {
    self.histogram = histogram
    self.stampOffset = stampOffset
  }

  func reset() {
    histogram.removeAll()
    deliveries = 0
  }

  func opened(_ connection: LoadConnection) {}

  func received(_ bytes: UnsafeRawBufferPointer, at now: Int, _ connection: LoadConnection) -> Int {
    var offset = 0
    var stamped = 0
    while true {
      let walked = FrameWalker.walk(bytes, from: offset, stampOffset: stampOffset, now: now, into: histogram)
      offset = walked.consumed
      stamped += walked.stamped
      guard walked.isAtOther, let frame = FrameWalker.frame(bytes, at: offset) else { break }
      let start = offset + frame.headerBytes
      let payload = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + frame.payloadBytes, bytes.count)])
      if frame.opcode == 1, let found = SendStamp.find(in: payload) {
        stampOffset = found
      } else {
        hear(frame.opcode, payload, connection)
        offset += frame.byteCount
      }
      // Nothing but skipped bytes is left of a frame longer than the buffer.
      if offset >= bytes.count { break }
    }
    if stamped > 0 {
      connection.received += stamped
      deliveries += stamped
      lastDelivery = now
    }
    return offset
  }

  /// A frame without a send time.
  private func hear(_ opcode: UInt8, _ payload: UnsafeRawBufferPointer, _ connection: LoadConnection) {
    switch opcode {
    case 1 where Self.isPing(payload): connection.send(Self.pong)
    case 8:
      let code = payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil
      connection.end(.closed(code: code))
    case 9: connection.send(Self.frame(.pong, Array(payload)))
    default: break
    }
  }

  /// The heartbeat of the realtime protocol: `{"type":"ping",…`. Who does not answer is closed after a minute.
  private static func isPing(_ payload: UnsafeRawBufferPointer) -> Bool {
    payload.starts(with: "{\"type\":\"ping\"".utf8)
  }

  private static let pong = frame(
    .text, Array(#"{"type":"pong","payload":{},"timestamp":"2026-01-01T00:00:00.000Z"}"#.utf8))

  /// A client's frame. One key for all: what is measured is not hidden from anybody.
  static func frame(_ opcode: WebSocketOpcode, _ payload: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    WebSocketFrame.appendMasked(opcode, payload: payload, key: 0x3A5C_7E91, to: &bytes)
    return bytes
  }
}
