import Testing
import Wire

struct WireErrorTests {
  static let all: [(WireError, Int, UInt16)] = [
    (.malformedRequestLine, 400, 1002), (.unsupportedVersion, 505, 1002), (.unknownMethod, 501, 1002),
    (.methodNotServed, 501, 1002), (.targetTooLong(limit: 8_000), 414, 1002), (.malformedTarget, 400, 1002),
    (.malformedPath, 400, 1002), (.malformedQuery, 400, 1002), (.headTooLarge(limit: 16_384), 431, 1002),
    (.tooManyFields(limit: 100), 431, 1002), (.malformedField, 400, 1002), (.bareNewline, 400, 1002),
    (.malformedHost, 400, 1002), (.hostMismatch, 400, 1002), (.unsupportedExpectation, 417, 1002),
    (.malformedLength, 400, 1002), (.ambiguousLength, 400, 1002), (.unsupportedTransferEncoding, 400, 1002),
    (.malformedChunk, 400, 1002), (.invalidResponseField(name: "x"), 500, 1011), (.malformedHandshake, 400, 1002),
    (.unsupportedWebSocketVersion, 426, 1002), (.unmaskedFrame, 400, 1002), (.maskedFrame, 400, 1002),
    (.reservedBits, 400, 1002), (.reservedOpcode(3), 400, 1002), (.controlFrameTooLong, 400, 1002),
    (.fragmentedControlFrame, 400, 1002), (.malformedFrameLength, 400, 1002), (.unexpectedContinuation, 400, 1002),
    (.unfinishedMessage, 400, 1002), (.messageTooLarge(limit: 65_536), 413, 1009),
    (.fragmentsTooSmall(limit: 64), 413, 1009), (.invalidUTF8, 400, 1007), (.malformedClose, 400, 1002),
    (.corruptDeflate, 400, 1007), (.eventTooLarge(limit: 1), 413, 1002),
  ]

  @Test(arguments: all) func `an error has a status, a close code and a sentence`(
    error: WireError, status: Int, code: UInt16
  ) {
    #expect(error.statusHint.rawValue == status)
    #expect(error.closeCode.rawValue == code)
    #expect(error.description.hasSuffix(".") && error.description.first?.isUppercase == true)
  }

  @Test(
    arguments: [
      (.targetTooLong(limit: 8_000), "The request target is longer than 8000 bytes."),
      (.headTooLarge(limit: 16_384), "The header block is larger than 16384 bytes."),
      (.tooManyFields(limit: 100), "The request has more than 100 header fields."),
      (.invalidResponseField(name: "a\r\nb"), #"The response header "a\r\nb" contains a forbidden byte."#),
      (.reservedOpcode(3), "The opcode 3 is reserved."),
      (.messageTooLarge(limit: 65_536), "The message is larger than 65536 bytes."),
      (
        .fragmentsTooSmall(limit: 64),
        "The headers of the message's fragments are larger than 64 bytes. Send larger fragments."
      ),
      (.eventTooLarge(limit: 1), "The event is larger than 1 bytes."),
    ] as [(WireError, String)])
  func `a sentence contains the error's values`(error: WireError, sentence: String) {
    #expect(error.description == sentence)
  }
}
