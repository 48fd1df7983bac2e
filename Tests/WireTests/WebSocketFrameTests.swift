import Testing
import Wire

struct WebSocketFrameTests {
  @Test(
    arguments: [
      (0, [0x82, 0]), (125, [0x82, 125]), (126, [0x82, 126, 0, 126]), (65_535, [0x82, 126, 0xFF, 0xFF]),
      (65_536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ] as [(Int, [UInt8])])
  func `a length is written in its shortest form`(count: Int, header: [UInt8]) {
    let payload = [UInt8](repeating: 7, count: count)
    var output: [UInt8] = [9]
    WebSocketFrame.append(.binary, payload: payload, to: &output)
    #expect(output == [9] + header + payload)
  }

  @Test func `the flags for final and compressed frames are written`() {
    var output: [UInt8] = []
    WebSocketFrame.append(.text, payload: [1], isFinal: false, isCompressed: true, to: &output)
    #expect(output == [0x41, 1, 1])
  }

  @Test func `a long close reason is truncated between characters`() {
    var output: [UInt8] = []
    WebSocketFrame.appendClose(.serviceRestart, reason: String(repeating: "é", count: 100), to: &output)
    #expect(output.prefix(4) == [0x88, 124, 0x03, 0xF4])
    #expect(output.count == 126)
    #expect(String(validating: output.dropFirst(4), as: UTF8.self) == String(repeating: "é", count: 61))
  }

  @Test(arguments: [0, 1, 0xFFFF_FFFF, 0x0102_0304] as [UInt32])
  func `a masked frame parses to its payload`(key: UInt32) {
    for count in 0..<40 {
      let payload = (0..<count).map { UInt8($0) }
      var output: [UInt8] = []
      WebSocketFrame.appendMasked(.binary, payload: payload, key: key, to: &output)
      #expect(
        Array(output[2..<6]) == [UInt8(key >> 24), UInt8(key >> 16 & 255), UInt8(key >> 8 & 255), UInt8(key & 255)])
      WebSocketParserTests.expectForAllSplits(output, gives: .init(events: [.binary(payload)]))
    }
  }
}
