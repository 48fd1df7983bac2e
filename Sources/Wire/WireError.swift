/// A protocol error of the peer, with the status or close code to answer it with. A parser that threw one parses
/// nothing more: answer and close the connection.
package enum WireError: Error, Equatable, Sendable {
  // HTTP head
  case malformedRequestLine
  case unsupportedVersion
  case unknownMethod
  case methodNotServed
  case targetTooLong(limit: Int)
  case malformedTarget
  case malformedPath
  case malformedQuery
  case headTooLarge(limit: Int)
  case tooManyFields(limit: Int)
  case malformedField
  case bareNewline
  case malformedHost
  case hostMismatch
  case unsupportedExpectation

  // HTTP body
  case malformedLength
  case ambiguousLength
  case unsupportedTransferEncoding
  case malformedChunk

  // HTTP response: a bug in our own code
  case invalidResponseField(name: String)

  // WebSocket handshake
  case malformedHandshake
  case unsupportedWebSocketVersion

  // WebSocket frames
  case unmaskedFrame
  case maskedFrame
  case reservedBits
  case reservedOpcode(UInt8)
  case controlFrameTooLong
  case fragmentedControlFrame
  case malformedFrameLength
  case unexpectedContinuation
  case unfinishedMessage
  case messageTooLarge(limit: Int)
  case fragmentsTooSmall(limit: Int)
  case invalidUTF8
  case malformedClose
  case corruptDeflate

  // Server-Sent Events, on the client's side
  case eventTooLarge(limit: Int)
}

extension WireError {
  /// The status to answer the HTTP request with.
  package var statusHint: HTTPStatus {
    switch self {
    case .unsupportedVersion: .httpVersionNotSupported
    case .unknownMethod, .methodNotServed: .notImplemented
    case .targetTooLong: .uriTooLong
    case .headTooLarge, .tooManyFields: .requestHeaderFieldsTooLarge
    case .unsupportedExpectation: .expectationFailed
    case .unsupportedWebSocketVersion: .upgradeRequired
    case .invalidResponseField: .internalServerError
    case .messageTooLarge, .fragmentsTooSmall, .eventTooLarge: .contentTooLarge
    default: .badRequest
    }
  }

  /// The code to close the WebSocket with, RFC 6455 §7.4.1.
  package var closeCode: CloseCode {
    switch self {
    case .messageTooLarge, .fragmentsTooSmall: .messageTooBig
    case .invalidUTF8, .corruptDeflate: .invalidPayload
    case .invalidResponseField: .internalError
    default: .protocolError
    }
  }
}

extension WireError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .malformedRequestLine: "The request line is malformed."
    case .unsupportedVersion: "Only HTTP/1.1 and HTTP/1.0 are supported."
    case .unknownMethod: "The request method is unknown."
    case .methodNotServed: "This server is not a proxy, so it refuses CONNECT."
    case .targetTooLong(let limit): "The request target is longer than \(limit) bytes."
    case .malformedTarget: "The request target is malformed."
    case .malformedPath: "The path contains a forbidden segment or byte, or an invalid percent escape."
    case .malformedQuery: "The query contains an invalid percent escape, or is not UTF-8."
    case .headTooLarge(let limit): "The header block is larger than \(limit) bytes."
    case .tooManyFields(let limit): "The request has more than \(limit) header fields."
    case .malformedField: "A header field is malformed."
    case .bareNewline: "Every line must end with CR LF."
    case .malformedHost: "Exactly one valid Host header is required."
    case .hostMismatch: "The request target and the Host header name different hosts."
    case .unsupportedExpectation: "Only the expectation 100-continue is supported."
    case .malformedLength: "Content-Length must be a single decimal number."
    case .ambiguousLength: "A request can't have both Content-Length and Transfer-Encoding."
    case .unsupportedTransferEncoding: "The only supported transfer encoding is chunked, once, with HTTP/1.1."
    case .malformedChunk: "The chunked body is malformed."
    case .invalidResponseField(let name): "The response header \(String(reflecting: name)) contains a forbidden byte."
    case .malformedHandshake: "The request is not a valid WebSocket handshake."
    case .unsupportedWebSocketVersion: "Only version 13 of the WebSocket protocol is supported."
    case .unmaskedFrame: "A client's frames must be masked."
    case .maskedFrame: "A server's frames must not be masked."
    case .reservedBits: "A frame has a reserved bit set."
    case .reservedOpcode(let opcode): "The opcode \(opcode) is reserved."
    case .controlFrameTooLong: "A control frame can have at most 125 bytes of payload."
    case .fragmentedControlFrame: "A control frame can't be fragmented."
    case .malformedFrameLength: "The length of a frame is negative or not in its shortest form."
    case .unexpectedContinuation: "A continuation frame arrived without a message to continue."
    case .unfinishedMessage: "A new message began before the previous one was finished."
    case .messageTooLarge(let limit): "The message is larger than \(limit) bytes."
    case .fragmentsTooSmall(let limit):
      "The headers of the message's fragments are larger than \(limit) bytes. Send larger fragments."
    case .invalidUTF8: "The text is not UTF-8."
    case .malformedClose: "The code of the close frame is incomplete or forbidden."
    case .corruptDeflate: "The compressed message is corrupt."
    case .eventTooLarge(let limit): "The event is larger than \(limit) bytes."
    }
  }
}
