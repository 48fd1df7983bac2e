import LoadGenerator
import Testing
import Wire

struct FrameWalkerTests {
  private static let first = 1_000_000_000_000_000

  private func message(sentAt stamp: Int, byteCount: Int) -> [UInt8] {
    let start = "{\"type\":\"progress\",\"payload\":{\"sent_ns\":\(stamp),\"note\":\""
    return Array((start + String(repeating: "x", count: max(0, byteCount - start.utf8.count - 3)) + "\"}}").utf8)
  }

  private func frames(_ payloads: [[UInt8]], opcode: WebSocketOpcode = .text) -> [UInt8] {
    var bytes: [UInt8] = []
    for payload in payloads { WebSocketFrame.append(opcode, payload: payload, to: &bytes) }
    return bytes
  }

  /// Feeds the bytes in pieces and keeps the unconsumed rest, as a connection does.
  private func walk(_ pieces: [[UInt8]], into histogram: LatencyHistogram = LatencyHistogram()) -> Int {
    var stamped = 0
    var left: [UInt8] = []
    var toSkip = 0
    for piece in pieces {
      let bytes = left + piece
      let skipped = min(toSkip, bytes.count)
      toSkip -= skipped
      let rest = Array(bytes[skipped...])
      let walk = rest.withUnsafeBytes {
        FrameWalker.walk($0, from: 0, stampOffset: 30, now: Self.first + 1_000, into: histogram)
      }
      stamped += walk.stamped
      toSkip += max(0, walk.consumed - rest.count)
      left = Array(rest[min(walk.consumed, rest.count)...])
    }
    return stamped
  }

  @Test func `three frames of different sizes are counted wherever the bytes are split`() {
    let bytes = frames([
      message(sentAt: Self.first, byteCount: 100), message(sentAt: Self.first + 500, byteCount: 250),
      message(sentAt: Self.first + 900, byteCount: 1_000),
    ])
    for place in 0...bytes.count {
      let histogram = LatencyHistogram()
      #expect(walk([Array(bytes[..<place]), Array(bytes[place...])], into: histogram) == 3)
      #expect(histogram.max == 1_000)
      #expect(histogram.percentile(0.3) == 100)
    }
  }

  @Test func `a frame that arrives byte by byte is counted once`() {
    #expect(walk(frames([message(sentAt: Self.first, byteCount: 250)]).map { [$0] }) == 1)
  }

  @Test(arguments: [4_096, 5_000, 70_000])
  func `the rest of a long frame is skipped, and the next frame is counted`(byteCount: Int) {
    let bytes = frames([
      message(sentAt: Self.first, byteCount: byteCount), message(sentAt: Self.first, byteCount: 250),
    ])
    for pieceBytes in [1, 100, 4_100, 65_536] {
      let pieces = stride(from: 0, to: bytes.count, by: pieceBytes).map {
        Array(bytes[$0..<min($0 + pieceBytes, bytes.count)])
      }
      #expect(walk(pieces) == 2, "in pieces of \(pieceBytes)")
    }
  }

  @Test func `a walk stops at a frame without a send time`() {
    let one = frames([message(sentAt: Self.first, byteCount: 250)])
    for other in [
      frames([Array("hello".utf8)]), frames([Array("beat".utf8)], opcode: .ping), frames([[]], opcode: .close),
    ] {
      let walk = (one + other + one).withUnsafeBytes {
        FrameWalker.walk($0, from: 0, stampOffset: 30, now: Self.first, into: LatencyHistogram())
      }
      #expect(walk.consumed == one.count)
      #expect(walk.stamped == 1)
      #expect(walk.isAtUnstampedFrame)
    }
  }

  @Test func `every header size is decoded`() {
    for count in [0, 1, 125, 126, 65_535, 65_536] {
      let bytes = frames([[UInt8](repeating: 1, count: count)], opcode: .binary)
      let frame = bytes.withUnsafeBytes { FrameWalker.frame($0, at: 0) }
      #expect(frame?.opcode == 2)
      #expect(frame?.payloadBytes == count)
      #expect(frame?.byteCount == bytes.count)
    }
  }

  @Test func `a send time is found at any offset and read back as written`() {
    for stamp in [Self.first, 1_234_567_890_123_456, 9_007_199_254_740_991] {
      var bytes = Array("{\"wrapped\":{\(SendStamp.key)1000000000000000}}".utf8)
      let offset = bytes.withUnsafeBytes { SendStamp.find(in: $0) }
      #expect(offset == 12)
      SendStamp.write(stamp, to: &bytes, at: 12 + SendStamp.key.utf8.count)
      #expect(bytes.withUnsafeBytes { SendStamp.read($0, at: 12) } == stamp)
      #expect(bytes.withUnsafeBytes { SendStamp.read($0, at: 11) } == nil)
    }
  }

  @Test func `a truncated send time is not found`() {
    let bytes = Array("{\"sent_ns\":1000000000000000".utf8)
    for count in 0..<bytes.count {
      #expect(bytes[..<count].withUnsafeBytes { SendStamp.find(in: $0) } == nil)
    }
    #expect(bytes.withUnsafeBytes { SendStamp.find(in: $0) } == 1)
  }
}
