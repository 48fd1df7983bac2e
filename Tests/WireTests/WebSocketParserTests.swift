import Testing
import Wire

struct WebSocketParserTests {
  struct Transcript: Equatable {
    var events: [WebSocketEvent] = []
    var error: WireError?
  }

  static func transcript(
    of bytes: [UInt8], cutAt cuts: [Int] = [], from peer: WebSocketParser.Peer = .client,
    limits: WebSocketLimits = WebSocketLimits(), deflate: PermessageDeflate? = nil
  ) -> Transcript {
    var parser = WebSocketParser(from: peer, limits: limits, deflate: deflate)
    var result = Transcript()
    var start = 0
    for end in cuts + [bytes.count] {
      var rest = Array(bytes[start..<end])
      start = end
      do {
        while true {
          let (consumed, event) = try rest.withUnsafeMutableBytes { try parser.parse($0) }
          rest.removeFirst(consumed)
          guard let event else { break }
          result.events.append(event)
        }
        #expect(rest.isEmpty, "Without an event all bytes must be consumed.")
      } catch {
        guard let error = error as? WireError else {
          Issue.record(error)
          break
        }
        result.error = error
        #expect(throws: error) { try rest.withUnsafeMutableBytes { try parser.parse($0) } }
        return result
      }
    }
    return result
  }

  static func expectForAllSplits(
    _ bytes: [UInt8], gives expected: Transcript, from peer: WebSocketParser.Peer = .client,
    limits: WebSocketLimits = WebSocketLimits(), deflate: PermessageDeflate? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let whole = transcript(of: bytes, from: peer, limits: limits, deflate: deflate)
    #expect(whole == expected, sourceLocation: sourceLocation)
    let single = transcript(
      of: bytes, cutAt: Array(1..<max(bytes.count, 1)), from: peer, limits: limits, deflate: deflate)
    #expect(single == expected, sourceLocation: sourceLocation)
    for cut in 0...bytes.count
    where transcript(of: bytes, cutAt: [cut], from: peer, limits: limits, deflate: deflate) != expected {
      Issue.record("The result differs when split at byte \(cut).", sourceLocation: sourceLocation)
    }
  }

  /// A client's frame.
  static func frame(_ opcode: WebSocketOpcode, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
    var output: [UInt8] = []
    WebSocketFrame.appendMasked(opcode, payload: payload, key: 0x37FA_213D, isFinal: isFinal, to: &output)
    return output
  }

  static func frame(_ opcode: WebSocketOpcode, _ payload: String, isFinal: Bool = true) -> [UInt8] {
    frame(opcode, Array(payload.utf8), isFinal: isFinal)
  }

  static func text(_ value: String) -> WebSocketEvent { .text(Array(value.utf8)) }

  @Test func `the RFC's examples are parsed`() {
    // RFC 6455 §5.7: a masked "Hello", and an unmasked one from a server in two fragments.
    let masked: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
    Self.expectForAllSplits(masked, gives: Transcript(events: [Self.text("Hello")]))
    #expect(Self.frame(.text, "Hello") == masked)
    let fragments: [UInt8] = [0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F]
    Self.expectForAllSplits(fragments, gives: Transcript(events: [Self.text("Hello")]), from: .server)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 125, 126, 127, 300]) func `messages of every length are complete`(count: Int) {
    let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
    Self.expectForAllSplits(
      Self.frame(.binary, payload) + Self.frame(.text, "é€😀"),
      gives: Transcript(events: [.binary(payload), Self.text("é€😀")]))
  }

  @Test(arguments: [65_535, 65_536])
  func `the longest messages are complete, with 16-bit and 64-bit lengths`(count: Int) {
    let payload = [UInt8](repeating: UInt8(ascii: "x"), count: count)
    let bytes = Self.frame(.text, payload)
    #expect(Self.transcript(of: bytes) == Transcript(events: [.text(payload)]))
    #expect(Self.transcript(of: bytes, cutAt: Array(1..<bytes.count)) == Transcript(events: [.text(payload)]))
  }

  @Test func `control frames are allowed between fragments`() {
    Self.expectForAllSplits(
      Self.frame(.text, "a\u{20AC}", isFinal: false) + Self.frame(.ping, "p")
        + Self.frame(.continuation, "", isFinal: false)
        + Self.frame(.pong, "") + Self.frame(.continuation, "b") + Self.frame(.text, ""),
      gives: Transcript(events: [.ping(Array("p".utf8)), .pong([]), Self.text("a€b"), Self.text("")]))
  }

  @Test func `a scalar may be split over fragments`() {
    let bytes = Array("😀".utf8)
    Self.expectForAllSplits(
      Self.frame(.text, Array(bytes[..<1]), isFinal: false)
        + Self.frame(.continuation, Array(bytes[1..<3]), isFinal: false)
        + Self.frame(.continuation, Array(bytes[3...])), gives: Transcript(events: [Self.text("😀")]))
  }

  @Test func `bytes after a close frame are ignored`() {
    Self.expectForAllSplits(
      Self.frame(.close, WebSocketFrame.closePayload(.goingAway, reason: "bye")) + [0xFF, 0xFF, 0xFF],
      gives: Transcript(events: [.close(.goingAway, reason: "bye")]))
    Self.expectForAllSplits(Self.frame(.close, ""), gives: Transcript(events: [.close(nil, reason: "")]))
  }

  @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 3000, 3999, 4000, 4999] as [UInt16])
  func `a peer may close with this code`(code: UInt16) {
    let code = CloseCode(rawValue: code)
    #expect(
      Self.transcript(of: Self.frame(.close, WebSocketFrame.closePayload(code))).events == [.close(code, reason: "")])
  }

  @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] as [UInt16])
  func `a peer may not close with this code`(code: UInt16) {
    let payload = WebSocketFrame.closePayload(CloseCode(rawValue: code))
    Self.expectForAllSplits(Self.frame(.close, payload), gives: Transcript(error: .malformedClose))
  }

  static let malformed: [([UInt8], WireError)] = [
    ([0x81, 0x05], .unmaskedFrame), ([0xC1], .reservedBits), ([0xA1], .reservedBits), ([0x91], .reservedBits),
    ([0x83], .reservedOpcode(3)), ([0x87], .reservedOpcode(7)), ([0x8B], .reservedOpcode(11)),
    ([0x8F], .reservedOpcode(15)), ([0x09], .fragmentedControlFrame), ([0x08], .fragmentedControlFrame),
    ([0x89, 0xFE], .controlFrameTooLong), ([0x88, 0xFF], .controlFrameTooLong),
    ([0x81, 0xFE, 0x00, 0x7D], .malformedFrameLength),
    ([0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], .malformedFrameLength),
    ([0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], .malformedFrameLength),
    ([0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .malformedFrameLength),
    ([0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .messageTooLarge(limit: 65_536)),
    ([0x81, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1], .messageTooLarge(limit: 65_536)),
    ([0x80], .unexpectedContinuation), ([0x00], .unexpectedContinuation),
    (frame(.text, "a", isFinal: false) + [0x81], .unfinishedMessage),
    (frame(.binary, "a", isFinal: false) + [0x02], .unfinishedMessage),
    (frame(.text, "a", isFinal: false) + frame(.ping, ""), .unfinishedMessage),
    (frame(.close, [0x03]), .malformedClose),
    (frame(.close, [0x03, 0xE8, 0xFF]), .invalidUTF8),
    (frame(.text, [0xFF]), .invalidUTF8), (frame(.text, [0xC3]), .invalidUTF8),
    (frame(.text, [0xED, 0xA0, 0x80]), .invalidUTF8), (frame(.text, [0xC0, 0x80]), .invalidUTF8),
    (frame(.text, [0xF4, 0x90, 0x80, 0x80]), .invalidUTF8), (frame(.text, [0xE0, 0x80, 0x80]), .invalidUTF8),
    (frame(.text, [0xF0, 0x8F, 0xBF, 0xBF]), .invalidUTF8), (frame(.text, [0x80]), .invalidUTF8),
    (frame(.text, Array("12345678".utf8) + [0xF5]), .invalidUTF8),
    (frame(.text, [0xE2, 0x82], isFinal: false) + frame(.continuation, "x"), .invalidUTF8),
    (frame(.text, [0xE2, 0x82], isFinal: false) + frame(.continuation, ""), .invalidUTF8),
  ]

  @Test(arguments: malformed) func `a malformed frame is refused`(bytes: [UInt8], error: WireError) {
    // This row has a ping between the fragments, which is an event; the message must fail at its next data frame.
    if error == .unfinishedMessage, bytes.suffix(6).first == 0x89 {
      Self.expectForAllSplits(bytes + [0x81], gives: Transcript(events: [.ping([])], error: error))
    } else {
      Self.expectForAllSplits(bytes, gives: Transcript(error: error))
      Self.expectForAllSplits(Self.frame(.pong, "") + bytes, gives: Transcript(events: [.pong([])], error: error))
    }
  }

  @Test func `invalid UTF-8 fails at its first invalid byte, not at the end of the message`() {
    let whole = Self.frame(.text, [0x61, 0xF4, 0x90, 0x61, 0x61, 0x61])
    // Six bytes of header, then the payload: its third byte, 90, can't follow F4.
    #expect(Self.transcript(of: Array(whole.prefix(6 + 2))) == Transcript())
    #expect(Self.transcript(of: Array(whole.prefix(6 + 3))).error == .invalidUTF8)
  }

  @Test func `messages are the same whether they arrive whole, together or in pieces`() {
    let first = Self.frame(.text, "wörld") + Self.frame(.binary, [0xC3]) + Self.frame(.text, "")
    let events: [WebSocketEvent] = [Self.text("wörld"), .binary([0xC3]), Self.text("")]
    Self.expectForAllSplits(first, gives: Transcript(events: events))
    // A text that ends within a scalar, in one frame.
    Self.expectForAllSplits(
      first + Self.frame(.text, [0x61, 0xC3]), gives: Transcript(events: events, error: .invalidUTF8))
  }

  @Test func `a message over the limit is refused at the header of the fragment that exceeds it`() {
    let limits = WebSocketLimits(maxMessageBytes: 10)
    let eight = Self.frame(.binary, "12345678", isFinal: false)
    let three: [UInt8] = [0x80, 0x83]
    Self.expectForAllSplits(eight + three, gives: Transcript(error: .messageTooLarge(limit: 10)), limits: limits)
    Self.expectForAllSplits(
      eight + Self.frame(.continuation, "12"), gives: Transcript(events: [.binary(Array("1234567812".utf8))]),
      limits: limits)
  }

  @Test func `a message is refused if the headers of its fragments are over their limit`() {
    let limits = WebSocketLimits(maxHeaderBytes: 12)
    let two = Self.frame(.text, "a", isFinal: false) + Self.frame(.continuation, "", isFinal: false)
    Self.expectForAllSplits(
      two + Self.frame(.continuation, "c") + two + Self.frame(.continuation, ""),
      gives: Transcript(events: [Self.text("ac"), Self.text("a")]), limits: limits)
    Self.expectForAllSplits(
      two + Self.frame(.continuation, "", isFinal: false) + Self.frame(.continuation, "d"),
      gives: Transcript(error: .fragmentsTooSmall(limit: 12)), limits: limits)
    // A length of 16 bits takes two more.
    Self.expectForAllSplits(
      Self.frame(.text, [UInt8](repeating: 0x61, count: 126), isFinal: false)
        + Self.frame(.continuation, "", isFinal: false) + Self.frame(.continuation, "d"),
      gives: Transcript(error: .fragmentsTooSmall(limit: 12)), limits: limits)
  }

  @Test(arguments: [1, 7, 64]) func `a message may have any number of fragments with something in them`(size: Int) {
    let payload = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000)
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: payload.count, by: size) {
      let end = min(start + size, payload.count)
      bytes += Self.frame(
        start == 0 ? .binary : .continuation, Array(payload[start..<end]), isFinal: end == payload.count)
    }
    #expect(Self.transcript(of: bytes) == Transcript(events: [.binary(payload)]))
  }

  @Test func `a flood of empty fragments is refused at 64 KiB of headers`() {
    let flood =
      Self.frame(.text, "", isFinal: false)
      + (0..<10_922).flatMap { _ in Self.frame(.continuation, "", isFinal: false) }
    #expect(Self.transcript(of: Array(flood.dropLast(6))) == Transcript())
    #expect(Self.transcript(of: flood) == Transcript(error: .fragmentsTooSmall(limit: 65_536)))
  }

  @Test func `a server's masked frame is refused by a client`() {
    Self.expectForAllSplits(Self.frame(.text, "x"), gives: Transcript(error: .maskedFrame), from: .server)
  }
}
