// Hot: one call per read (`telltale bench fanout --rate max`).
import JSONValues
import Wire

/// Receives a server's frames: counts and times those with a send time, answers pings, and records close frames.
class DeliveryCounter: ConnectionHandler {
  let histogram: LatencyHistogram
  /// The offset at which the send time was last found. A server's messages all have the same layout.
  private(set) var stampOffset: Int
  /// The number of frames with a send time, on all connections.
  private(set) var deliveries = 0
  /// The arrival time of the latest one.
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

  func received(_ bytes: UnsafeRawBufferPointer, at now: Int, on connection: LoadConnection) -> Int {
    var offset = 0
    var stamped = 0
    while true {
      let walk = FrameWalker.walk(bytes, from: offset, stampOffset: stampOffset, now: now, into: histogram)
      offset = walk.consumed
      stamped += walk.stamped
      guard walk.isAtUnstampedFrame, let frame = FrameWalker.frame(bytes, at: offset) else { break }
      let start = offset + frame.headerBytes
      let payload = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + frame.payloadBytes, bytes.count)])
      if frame.opcode == 1, let found = SendStamp.find(in: payload) {
        stampOffset = found
      } else {
        receiveUnstamped(frame.opcode, payload: payload, on: connection)
        offset += frame.byteCount
      }
      // The frame is longer than the buffer: the rest of it is skipped as it arrives.
      if offset >= bytes.count { break }
    }
    if stamped > 0 {
      connection.received += stamped
      deliveries += stamped
      lastDelivery = now
    }
    return offset
  }

  private func receiveUnstamped(_ opcode: UInt8, payload: UnsafeRawBufferPointer, on connection: LoadConnection) {
    switch opcode {
    case 1 where Self.isPing(payload): connection.send(Self.pong)
    case 8:
      let code = payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil
      connection.end(.closed(code: code))
    case 9: connection.send(WebSocketFrame.masked(.pong, payload: Array(payload)))
    default: break
    }
  }

  /// Whether it is a ping of the realtime protocol: `{"type":"ping",…`. A client that doesn't answer is closed after a minute.
  private static func isPing(_ payload: UnsafeRawBufferPointer) -> Bool {
    payload.starts(with: "{\"type\":\"ping\"".utf8)
  }

  private static let pong = WebSocketFrame.masked(
    .text, payload: Array(#"{"type":"pong","payload":{},"timestamp":"2026-01-01T00:00:00.000Z"}"#.utf8))
}

extension WebSocketFrame {
  /// A client frame. The masking key is constant: a benchmark needs no random one.
  static func masked(_ opcode: WebSocketOpcode, payload: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    appendMasked(opcode, payload: payload, key: 0x3A5C_7E91, to: &bytes)
    return bytes
  }
}
