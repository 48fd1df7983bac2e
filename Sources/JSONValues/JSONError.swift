/// A syntax error in JSON, with its position.
package struct JSONError: Error, Equatable, Sendable {
  package enum Reason: Equatable, Sendable {
    case empty
    case byteOrderMark
    case invalidUTF8
    case unexpectedByte(UInt8)
    case unexpectedEnd
    case trailingBytes
    case tooDeep(limit: Int)
    case duplicateKey(String)
    case invalidNumber
    case integerOutOfRange
    case numberOutOfRange
    case invalidEscape
    case loneSurrogate
    case controlCharacter(UInt8)
  }

  package var reason: Reason
  /// Starts at 1.
  package var line: Int
  /// Starts at 1, counted in Unicode scalars.
  package var column: Int

  package init(_ reason: Reason, line: Int, column: Int) {
    self.reason = reason
    self.line = line
    self.column = column
  }
}

extension JSONError: CustomStringConvertible {
  package var description: String { "Invalid JSON at line \(line), column \(column): \(reason)." }

  /// A sentence about the text that was parsed, such as "The body".
  package func description(of subject: String) -> String {
    "\(subject) is not valid JSON at line \(line), column \(column): \(reason)."
  }
}

extension JSONError.Reason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .empty: "there is no value"
    case .byteOrderMark: "a byte order mark is not allowed; send plain UTF-8"
    case .invalidUTF8: "the bytes are not UTF-8"
    case .unexpectedByte(let byte): "unexpected \(Self.name(of: byte))"
    case .unexpectedEnd: "the text ends in the middle of a value"
    case .trailingBytes: "there is extra text after the value"
    case .tooDeep(let limit): "values are nested more than \(limit) deep"
    case .duplicateKey(let key): "the key \(String(reflecting: String(key.prefix(64)))) occurs twice in one object"
    case .invalidNumber: "the number is malformed"
    case .integerOutOfRange: "the integer exceeds 2^53 and would lose precision"
    case .numberOutOfRange: "the number does not fit a double"
    case .invalidEscape: "the escape sequence is unknown or incomplete"
    case .loneSurrogate: "a \\u escape is only half of a surrogate pair"
    case .controlCharacter(let byte): "\(Self.name(of: byte)) in a string must be escaped"
    }
  }

  /// A printable character as itself, any other byte as hexadecimal.
  private static func name(of byte: UInt8) -> String {
    if byte > 0x20, byte < 0x7F { return "'\(Character(Unicode.Scalar(byte)))'" }
    return "byte 0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
  }
}

/// The limits of a parser. The caller limits the size of the text.
package struct JSONLimits: Sendable {
  /// At most 128, because the parser is recursive and must fit the stack of a small thread.
  package var maxDepth: Int

  package init(maxDepth: Int) {
    self.maxDepth = min(maxDepth, 128)
  }

  package static let standard = JSONLimits(maxDepth: 32)
}
