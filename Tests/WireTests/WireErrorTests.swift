import Testing
import Wire

struct WireErrorTests {
  static let all: [(WireError, Int, UInt16)] = [
    (.malformedRequestLine, 400, 1002), (.unsupportedVersion, 505, 1002), (.unknownMethod, 501, 1002),
    (.methodNotServed, 400, 1002), (.targetTooLong(limit: 8_000), 414, 1002), (.malformedTarget, 400, 1002),
    (.malformedPath, 400, 1002), (.malformedQuery, 400, 1002), (.headTooLarge(limit: 16_384), 431, 1002),
    (.tooManyFields(limit: 100), 431, 1002), (.malformedField, 400, 1002), (.bareNewline, 400, 1002),
    (.malformedHost, 400, 1002), (.hostMismatch, 400, 1002), (.unsupportedExpectation, 417, 1002),
    (.malformedLength, 400, 1002), (.ambiguousLength, 400, 1002), (.unsupportedTransferEncoding, 400, 1002),
    (.malformedChunk, 400, 1002), (.invalidResponseField(name: "x"), 500, 1011), (.malformedHandshake, 400, 1002),
    (.unsupportedWebSocketVersion, 426, 1002), (.unmaskedFrame, 400, 1002), (.maskedFrame, 400, 1002),
    (.reservedBits, 400, 1002), (.reservedOpcode(3), 400, 1002), (.controlFrameTooLong, 400, 1002),
    (.fragmentedControlFrame, 400, 1002), (.malformedFrameLength, 400, 1002), (.unexpectedContinuation, 400, 1002),
    (.unfinishedMessage, 400, 1002), (.messageTooLarge(limit: 65_536), 413, 1009),
    (.tooManyFragments(limit: 64), 413, 1009), (.invalidUTF8, 400, 1007), (.malformedClose, 400, 1002),
    (.corruptDeflate, 400, 1007), (.eventTooLarge(limit: 1), 413, 1002),
  ]

  @Test(arguments: all) func `an error is a sentence, and knows its answer`(error: WireError, status: Int, code: UInt16)
  {
    #expect(error.statusHint.rawValue == status)
    #expect(error.closeCode.rawValue == code)
    #expect(error.description.hasSuffix(".") && error.description.first?.isUppercase == true)
  }
}
