import LoadGenerator
import Testing
import Wire

struct FrameWalkerTests {
  private static let first = 1_000_000_000_000_000

  private func message(sentAt stamp: Int, byteCount: Int) -> [UInt8] {
    let start = "{\"type\":\"progress\",\"payload\":{\"sent_ns\":\(stamp),\"note\":\""
    return Array((start + String(repeating: "x", count: max(0, byteCount - start.utf8.count - 3)) + "\"}}").utf8)
  }

  private func frames(_ payloads: [[UInt8]], _ opcode: WebSocketOpcode = .text) -> [UInt8] {
    var bytes: [UInt8] = []
    for payload in payloads { WebSocketFrame.append(opcode, payload: payload, to: &bytes) }
    return bytes
  }

  /// Gives the bytes in pieces, what is left over first, as a connection does.
  private func walk(_ pieces: [[UInt8]], into histogram: LatencyHistogram = LatencyHistogram()) -> Int {
    var stamped = 0
    var left: [UInt8] = []
    var toSkip = 0
    for piece in pieces {
      let bytes = left + piece
      let skipped = min(toSkip, bytes.count)
      toSkip -= skipped
      let rest = Array(bytes[skipped...])
      let walked = rest.withUnsafeBytes {
        FrameWalker.walk($0, from: 0, stampOffset: 30, now: Self.first + 1_000, into: histogram)
      }
      stamped += walked.stamped
      toSkip += max(0, walked.consumed - rest.count)
      left = Array(rest[min(walked.consumed, rest.count)...])
    }
    return stamped
  }

  @Test func `three frames of three sizes are the same however they are split`() {
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

  @Test func `a frame that comes byte by byte is one frame`() {
    #expect(walk(frames([message(sentAt: Self.first, byteCount: 250)]).map { [$0] }) == 1)
  }

  @Test(arguments: [4_096, 5_000, 70_000])
  func `of a long frame the rest is skipped, and the next one is found`(byteCount: Int) {
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

  @Test func `a walk stops at a frame without a send time, which is for somebody else`() {
    let one = frames([message(sentAt: Self.first, byteCount: 250)])
    for other in [frames([Array("hello".utf8)]), frames([Array("beat".utf8)], .ping), frames([[]], .close)] {
      let walked = (one + other + one).withUnsafeBytes {
        FrameWalker.walk($0, from: 0, stampOffset: 30, now: Self.first, into: LatencyHistogram())
      }
      #expect(walked.consumed == one.count)
      #expect(walked.stamped == 1)
      #expect(walked.isAtOther)
    }
  }

  @Test func `every length of a header is read`() {
    for count in [0, 1, 125, 126, 65_535, 65_536] {
      let bytes = frames([[UInt8](repeating: 1, count: count)], .binary)
      let frame = bytes.withUnsafeBytes { FrameWalker.frame($0, at: 0) }
      #expect(frame?.opcode == 2)
      #expect(frame?.payloadBytes == count)
      #expect(frame?.byteCount == bytes.count)
    }
  }

  @Test func `a send time is read back as it was written, and found wherever it stands`() {
    for stamp in [Self.first, 1_234_567_890_123_456, 9_007_199_254_740_991] {
      var bytes = Array("{\"wrapped\":{\(SendStamp.key)1000000000000000}}".utf8)
      let place = bytes.withUnsafeBytes { SendStamp.find(in: $0) }
      #expect(place == 12)
      SendStamp.write(stamp, to: &bytes, at: 12 + SendStamp.key.utf8.count)
      #expect(bytes.withUnsafeBytes { SendStamp.read($0, at: 12) } == stamp)
      #expect(bytes.withUnsafeBytes { SendStamp.read($0, at: 11) } == nil)
    }
  }

  @Test func `a payload that ends within its send time has none`() {
    let bytes = Array("{\"sent_ns\":1000000000000000".utf8)
    for count in 0..<bytes.count {
      #expect(bytes[..<count].withUnsafeBytes { SendStamp.find(in: $0) } == nil)
    }
    #expect(bytes.withUnsafeBytes { SendStamp.find(in: $0) } == 1)
  }
}
