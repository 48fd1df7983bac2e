/// Why a text is no JSON that we accept, and where.
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
  /// From 1.
  package var line: Int
  /// From 1, in Unicode scalars.
  package var column: Int

  package init(_ reason: Reason, line: Int, column: Int) {
    self.reason = reason
    self.line = line
    self.column = column
  }
}

extension JSONError: CustomStringConvertible {
  package var description: String { "Invalid JSON at line \(line), column \(column): \(reason)." }
}

extension JSONError.Reason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .empty: "there is no value"
    case .byteOrderMark: "a byte order mark is not allowed, send plain UTF-8"
    case .invalidUTF8: "the bytes are not UTF-8"
    case .unexpectedByte(let byte): "unexpected \(Self.name(of: byte))"
    case .unexpectedEnd: "the text ends in the middle of a value"
    case .trailingBytes: "something follows the value"
    case .tooDeep(let limit): "values are nested more than \(limit) deep"
    case .duplicateKey(let key): "the key \(String(reflecting: String(key.prefix(64)))) occurs twice in one object"
    case .invalidNumber: "the number is malformed"
    case .integerOutOfRange: "the integer is beyond 2^53 and would lose digits"
    case .numberOutOfRange: "the number does not fit a double"
    case .invalidEscape: "the escape sequence is unknown or incomplete"
    case .loneSurrogate: "a \\u escape is half of a surrogate pair"
    case .controlCharacter(let byte): "\(Self.name(of: byte)) in a string must be escaped"
    }
  }

  /// A printable character as itself, any other byte as hexadecimal.
  private static func name(of byte: UInt8) -> String {
    if byte > 0x20, byte < 0x7F { return "'\(Character(Unicode.Scalar(byte)))'" }
    return "byte 0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
  }
}

/// What a parser accepts at most. The size of the text is limited by whoever received it.
package struct JSONLimits: Sendable {
  /// The parser is recursive, so that a greater depth is taken as 128: it must fit a small thread's stack.
  package var maxDepth: Int

  package init(maxDepth: Int) {
    self.maxDepth = min(maxDepth, 128)
  }

  package static let standard = JSONLimits(maxDepth: 32)
}
