import Testing
import Wire

struct PermessageDeflateTests {
  static func agreed(_ offer: String) -> PermessageDeflate? {
    PermessageDeflate(["sec-websocket-extensions": offer])
  }

  static let keepsContext = agreed("permessage-deflate")
  static let resets = agreed("permessage-deflate; client_no_context_takeover")

  @Test(
    arguments: [
      ("permessage-deflate", ""), ("permessage-deflate; server_no_context_takeover", ""),
      ("Permessage-Deflate;client_no_context_takeover", "; client_no_context_takeover"),
      ("permessage-deflate; client_max_window_bits", ""), ("permessage-deflate; client_max_window_bits=8", ""),
      ("permessage-deflate; server_max_window_bits=15", "; server_max_window_bits=15"),
      ("permessage-deflate; server_max_window_bits=\"9\"", "; server_max_window_bits=9"),
      (
        "permessage-deflate; server_max_window_bits=10; client_max_window_bits=11; client_no_context_takeover; "
          + "server_no_context_takeover", "; client_no_context_takeover; server_max_window_bits=10"
      ),
      ("x-webkit-deflate-frame, permessage-deflate", ""),
      ("permessage-deflate; server_max_window_bits=8, permessage-deflate", ""),
      ("permessage-deflate; other, permessage-deflate; client_no_context_takeover", "; client_no_context_takeover"),
    ] as [(String, String)])
  func `the first supported offer is accepted`(offer: String, answer: String) {
    #expect(Self.agreed(offer)?.response == "permessage-deflate; server_no_context_takeover\(answer)")
  }

  @Test(arguments: [
    "", "permessage-deflat", "permessage-deflate; other", "permessage-deflate; server_no_context_takeover=1",
    "permessage-deflate; client_no_context_takeover=", "permessage-deflate; server_max_window_bits",
    "permessage-deflate; server_max_window_bits=8", "permessage-deflate; server_max_window_bits=16",
    "permessage-deflate; server_max_window_bits=09", "permessage-deflate; server_max_window_bits=+9",
    "permessage-deflate; client_max_window_bits=7", "permessage-deflate; client_max_window_bits=",
    "permessage-deflate; client_max_window_bits; client_max_window_bits", "permessage-deflate;;", "permessage-deflate;",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
  ])
  func `any other offer is declined`(offer: String) {
    #expect(Self.agreed(offer) == nil)
  }

  @Test func `a handshake answers with the negotiated extension, or none`() throws {
    let offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    var handshake = try WebSocketHandshakeTests.handshake(extra: offer)
    #expect(
      handshake.response.fields["sec-websocket-extensions"] == "permessage-deflate; server_no_context_takeover")
    handshake.deflate = nil
    #expect(!handshake.response.fields.contains("sec-websocket-extensions"))
    #expect(try WebSocketHandshakeTests.handshake().deflate == nil)
    #expect(Self.agreed(PermessageDeflate.offer)?.clientResets == true)
  }

  /// A client's compressed frame.
  static func frame(
    _ opcode: WebSocketOpcode, _ payload: [UInt8], isFinal: Bool = true, isCompressed: Bool = true
  ) -> [UInt8] {
    var output: [UInt8] = []
    WebSocketFrame.appendMasked(
      opcode, payload: payload, key: 0x0102_0304, isFinal: isFinal, isCompressed: isCompressed, to: &output)
    return output
  }

  static func expectForAllSplits(
    _ bytes: [UInt8], gives expected: WebSocketParserTests.Transcript, deflate: PermessageDeflate? = keepsContext,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    WebSocketParserTests.expectForAllSplits(bytes, gives: expected, deflate: deflate, sourceLocation: sourceLocation)
  }

  /// RFC 7692 §7.2.3.
  @Test(
    arguments: [
      ([0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], "Hello"),
      ([0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00], "Hello"),
      ([0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00], "Hello"),
      ([0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00], "Hello"),
      ([0x00], ""), ([0x02, 0x00], ""),
    ] as [([UInt8], String)])
  func `the RFC's examples are inflated, in one frame or in two`(payload: [UInt8], text: String) {
    let expected = WebSocketParserTests.Transcript(events: [WebSocketParserTests.text(text)])
    for deflate in [Self.keepsContext, Self.resets] {
      Self.expectForAllSplits(Self.frame(.text, payload), gives: expected, deflate: deflate)
      for cut in 0...payload.count {
        let first = Self.frame(.text, Array(payload[..<cut]), isFinal: false)
        let second = Self.frame(.continuation, Array(payload[cut...]), isCompressed: false)
        Self.expectForAllSplits(
          first + Self.frame(.ping, [], isCompressed: false) + second,
          gives: .init(events: [.ping([])] + expected.events), deflate: deflate)
      }
    }
  }

  @Test func `a client's context is kept between messages unless the client resets it`() {
    let hello = Self.frame(.text, [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00])
    let again = Self.frame(.text, [0xF2, 0x00, 0x11, 0x00, 0x00])
    let text = WebSocketParserTests.text("Hello")
    let plain = Self.frame(.text, Array("plain".utf8), isCompressed: false)
    Self.expectForAllSplits(
      hello + plain + again, gives: .init(events: [text, WebSocketParserTests.text("plain"), text]))
    Self.expectForAllSplits(hello + again, gives: .init(events: [text], error: .corruptDeflate), deflate: Self.resets)
  }

  @Test func `our compressed messages are independent of one another`() throws {
    var deflater = MessageDeflater(windowBits: 9)
    let messages = ["", "{\"type\":\"progress\"}", String(repeating: "abc", count: 5_000)].map { Array($0.utf8) }
    var last: [UInt8] = []
    for message in messages + messages.reversed() {
      last = deflater.compress(message)
      var output: [UInt8] = []
      WebSocketFrame.append(.text, payload: last, isCompressed: true, to: &output)
      WebSocketParserTests.expectForAllSplits(
        output, gives: .init(events: [.text(message)]), from: .server, deflate: Self.keepsContext)
      #expect(deflater.compress(message) == last)
    }
  }

  @Test func `a zip bomb is refused at the limit`() {
    var deflater = MessageDeflater(level: 9)
    let bomb = deflater.compress([UInt8](repeating: 0x20, count: 64 << 20))
    #expect(bomb.count < 66_000)
    let result = WebSocketParserTests.transcript(of: Self.frame(.text, bomb), deflate: Self.keepsContext)
    #expect(result == .init(error: .messageTooLarge(limit: 65_536)))
  }

  @Test(arguments: [65_535, 65_536, 65_537]) func `the limit applies to the inflated message`(count: Int) {
    // Incompressible, so that the payload is larger than the message.
    let message = CompressionNoise.bytes(count)
    var deflater = MessageDeflater()
    let payload = deflater.compress(message)
    #expect(payload.count > count)
    let result = WebSocketParserTests.transcript(of: Self.frame(.binary, payload), deflate: Self.keepsContext)
    #expect(
      result == (count > 65_536 ? .init(error: .messageTooLarge(limit: 65_536)) : .init(events: [.binary(message)])))
  }

  @Test(
    arguments: [
      [0xFF, 0xFF, 0xFF], [0xF2, 0x48, 0xCD], [], [0x00, 0x09, 0x00, 0xF6, 0xFF, 0x48], [0xF2, 0x00, 0x11, 0x00, 0x00],
      [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00],
    ] as [[UInt8]])
  func `corrupt or truncated deflate data is refused`(payload: [UInt8]) {
    Self.expectForAllSplits(Self.frame(.binary, payload), gives: .init(error: .corruptDeflate))
  }

  @Test func `inflated text must be UTF-8`() {
    var deflater = MessageDeflater()
    Self.expectForAllSplits(Self.frame(.text, deflater.compress([0x61, 0xC3])), gives: .init(error: .invalidUTF8))
    Self.expectForAllSplits(Self.frame(.text, deflater.compress([0xFF])), gives: .init(error: .invalidUTF8))
    Self.expectForAllSplits(Self.frame(.binary, deflater.compress([0xFF])), gives: .init(events: [.binary([0xFF])]))
  }

  @Test func `the compression bit is refused without negotiation, in control frames and in continuations`() {
    Self.expectForAllSplits([0xC1], gives: .init(error: .reservedBits), deflate: nil)
    Self.expectForAllSplits([0xC9], gives: .init(error: .reservedBits))
    Self.expectForAllSplits([0xA1], gives: .init(error: .reservedBits))
    Self.expectForAllSplits(Self.frame(.text, [0], isFinal: false) + [0xC0], gives: .init(error: .reservedBits))
  }
}

/// Incompressible bytes, the same in every run.
enum CompressionNoise {
  static func bytes(_ count: Int) -> [UInt8] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
  }
}
