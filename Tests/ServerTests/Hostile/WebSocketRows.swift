import Wire

/// Bytes that a client sends after the handshake, and the close code that they are answered with.
struct WebSocketRow: Sendable, CustomStringConvertible {
  let description: String
  let bytes: [UInt8]
  let code: CloseCode
  /// The offer of compression, if any.
  let offer: String?

  init(_ code: CloseCode, _ description: String, _ bytes: [UInt8], offer: String? = nil) {
    self.description = description
    self.bytes = bytes
    self.code = code
    self.offer = offer
  }

  static let key: UInt32 = 0x1234_5678

  static func frame(
    _ opcode: WebSocketOpcode, _ payload: [UInt8] = [], isFinal: Bool = true, isCompressed: Bool = false
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    WebSocketFrame.appendMasked(
      opcode, payload: payload, key: key, isFinal: isFinal, isCompressed: isCompressed, to: &bytes)
    return bytes
  }

  static func text(_ text: String, isFinal: Bool = true) -> [UInt8] { frame(.text, Array(text.utf8), isFinal: isFinal) }

  /// The header of a frame without its payload.
  static func header(_ first: UInt8, length: UInt64) -> [UInt8] {
    [first, 0xFF] + stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: length >> $0) }
      + [0, 0, 0, 0]
  }

  private static func close(_ code: UInt16, _ reason: [UInt8] = []) -> [UInt8] {
    frame(.close, [UInt8(code >> 8), UInt8(code & 0xFF)] + reason)
  }

  static let framing: [WebSocketRow] =
    [
      WebSocketRow(.protocolError, "a frame that is not masked", [0x81, 0x02, 0x68, 0x69]),
      WebSocketRow(.protocolError, "the first reserved bit without compression", [0xC1]),
      WebSocketRow(.protocolError, "the second reserved bit", [0xA1]),
      WebSocketRow(.protocolError, "the third reserved bit", [0x91]),
      WebSocketRow(.protocolError, "the second reserved bit with compression", [0xA1], offer: "permessage-deflate"),
      WebSocketRow(.protocolError, "a compressed ping", [0xC9], offer: "permessage-deflate"),
      WebSocketRow(
        .protocolError, "a compressed continuation", text("a", isFinal: false) + [0xC0], offer: "permessage-deflate"),
      WebSocketRow(.protocolError, "a ping of 126 bytes", [0x89, 0xFE, 0, 126]),
      WebSocketRow(.protocolError, "a ping of a length in 64 bits", [0x89, 0xFF]),
      WebSocketRow(.protocolError, "a fragmented ping", [0x09]),
      WebSocketRow(.protocolError, "a fragmented close", [0x08]),
      WebSocketRow(.protocolError, "125 in 16 bits", [0x81, 0xFE, 0, 125]),
      WebSocketRow(.protocolError, "0 in 16 bits", [0x81, 0xFE, 0, 0]),
      WebSocketRow(.protocolError, "65,535 in 64 bits", header(0x81, length: 65_535)),
      WebSocketRow(.protocolError, "0 in 64 bits", header(0x81, length: 0)),
      WebSocketRow(.protocolError, "a negative length", header(0x81, length: .max)),
      WebSocketRow(.protocolError, "the smallest negative length", header(0x81, length: 1 << 63)),
      WebSocketRow(.protocolError, "a continuation of nothing", [0x80]),
      WebSocketRow(.protocolError, "a continuation of what was finished", text("bytes") + [0x00]),
      WebSocketRow(.protocolError, "a text inside a text", text("a", isFinal: false) + [0x81]),
      WebSocketRow(.protocolError, "data inside a text", text("a", isFinal: false) + [0x82]),
      WebSocketRow(.protocolError, "a close of one byte", frame(.close, [3])),
      WebSocketRow(.protocolError, "a close of 126 bytes", [0x88, 0xFE, 0, 126]),
    ]
    + [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map { opcode in
      WebSocketRow(.protocolError, "the reserved opcode \(opcode)", [0x80 | opcode])
    }
    + [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map { code in
      WebSocketRow(.protocolError, "a close with the code \(code)", close(code))
    }
    + [1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 3999, 4000, 4999].map { code in
      WebSocketRow(CloseCode(rawValue: code), "a close with the code \(code)", close(code))
    }
    + [WebSocketRow(.normal, "a close without a code", frame(.close))]

  static let content: [WebSocketRow] = [
    WebSocketRow(.unsupportedData, "data", frame(.binary, [1, 2, 3])),
    WebSocketRow(.unsupportedData, "no data", frame(.binary)),
    WebSocketRow(.messageTooBig, "65,537 bytes, declared", header(0x81, length: 65_537)),
    WebSocketRow(.messageTooBig, "2^63 - 1 bytes, declared", header(0x81, length: .max >> 1)),
    WebSocketRow(
      .messageTooBig, "one byte too many in the second fragment",
      frame(.text, [UInt8](repeating: 0x61, count: 65_536), isFinal: false) + [0x80, 0x81]),
    WebSocketRow(
      .messageTooBig, "10,923 empty fragments",
      text("a", isFinal: false) + (0..<10_922).flatMap { _ in frame(.continuation, isFinal: false) }),
    WebSocketRow(.invalidPayload, "a lone continuation byte", frame(.text, [0x80])),
    WebSocketRow(.invalidPayload, "an overlong slash", frame(.text, [0xC0, 0xAF])),
    WebSocketRow(.invalidPayload, "a surrogate", frame(.text, [0xED, 0xA0, 0x80])),
    WebSocketRow(.invalidPayload, "a scalar beyond the last", frame(.text, [0xF4, 0x90, 0x80, 0x80])),
    WebSocketRow(.invalidPayload, "a character that breaks off", frame(.text, [0x61, 0xE2, 0x82])),
    WebSocketRow(
      .invalidPayload, "a character that breaks off in the last fragment",
      frame(.text, [0xE2], isFinal: false) + frame(.continuation, [0x82])),
    WebSocketRow(
      .invalidPayload, "a wrong byte in a fragment, before its message ends",
      frame(.text, [0xE2, 0x82], isFinal: false) + frame(.continuation, [0x28], isFinal: false)),
    WebSocketRow(
      .invalidPayload, "a wrong byte, before its frame ends", Array(frame(.text, [0xFF, 0x61, 0x61]).dropLast(2))),
    WebSocketRow(.invalidPayload, "a close whose reason is no text", close(1000, [0xFF])),
    WebSocketRow(
      .invalidPayload, "deflate with a reserved block type", compressed([0x07, 0, 0]), offer: "permessage-deflate"),
    WebSocketRow(
      .invalidPayload, "deflate that breaks off", compressed([0xF2, 0x48, 0xCD]), offer: "permessage-deflate"),
    WebSocketRow(
      .invalidPayload, "deflate that refers to what never was", compressed([0xF2, 0x00, 0x11, 0x00, 0x00]),
      offer: "permessage-deflate"),
    WebSocketRow(
      .invalidPayload, "deflate of what is no text", compressed(deflated([0xFF])), offer: "permessage-deflate"),
    WebSocketRow(
      .messageTooBig, "65 KB that become 64 MiB", compressed(bomb), offer: "permessage-deflate"),
    WebSocketRow(
      .messageTooBig, "one byte too many behind compression",
      compressed(deflated([UInt8](repeating: 0x61, count: 65_537))), offer: "permessage-deflate"),
  ]

  private static let bomb = deflated([UInt8](repeating: 0x20, count: 64 << 20), level: 9)

  private static func deflated(_ message: [UInt8], level: Int = 6) -> [UInt8] {
    var deflater = MessageDeflater(level: level)
    return deflater.compress(message)
  }

  private static func compressed(_ payload: [UInt8]) -> [UInt8] { frame(.text, payload, isCompressed: true) }
}
