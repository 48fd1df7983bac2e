// Hot style: every message from a client or plugin passes through here. It works on borrowed bytes and counts lines
// only after an error.

extension JSON {
  /// Parses a JSON value (RFC 8259) strictly: UTF-8 without byte order mark, no text after the value, no duplicate
  /// keys, no integers beyond 2^53, no numbers beyond the range of a double.
  ///
  /// Keys are compared as Swift strings, so canonically equivalent spellings are duplicates.
  package init(parsing bytes: RawSpan, limits: JSONLimits = .standard) throws(JSONError) {
    self = try bytes.withUnsafeBytes { (buffer) throws(JSONError) in
      var parser = JSONParser(buffer, maxDepth: limits.maxDepth)
      do throws(JSONParser.Failure) {
        return try parser.parseDocument()
      } catch {
        throw parser.located(error)
      }
    }
  }

  package init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
    try self.init(parsing: bytes.span.bytes, limits: limits)
  }

  package init(parsing bytes: ArraySlice<UInt8>, limits: JSONLimits = .standard) throws(JSONError) {
    try self.init(parsing: bytes.span.bytes, limits: limits)
  }

  package init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), limits: limits)
  }
}

/// A recursive descent parser over borrowed bytes. The depth limit bounds the stack.
private struct JSONParser {
  /// An error with its byte offset. ``located(_:)`` turns it into line and column.
  struct Failure: Error {
    var reason: JSONError.Reason
    var offset: Int
  }

  private let bytes: UnsafeRawBufferPointer
  private let maxDepth: Int
  /// The members so far of the objects that are being read, the inner ones behind the outer ones. They move into an array
  /// of the right size when their object is complete.
  private var members: [JSONObject.Member] = []
  private var index = 0

  init(_ bytes: UnsafeRawBufferPointer, maxDepth: Int) {
    self.bytes = bytes
    self.maxDepth = maxDepth
    members.reserveCapacity(16)
  }

  mutating func parseDocument() throws(Failure) -> JSON {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) || bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw failure(.byteOrderMark)
    }
    skipBlanks()
    guard index < bytes.count else { throw failure(.empty) }
    let value = try parseValue(depth: 0)
    skipBlanks()
    guard index == bytes.count else { throw failure(.trailingBytes) }
    return value
  }

  func located(_ failure: Failure) -> JSONError {
    var line = 1
    var column = 1
    for byte in bytes[..<min(failure.offset, bytes.count)] {
      if byte == .newline {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return JSONError(failure.reason, line: line, column: column)
  }

  private func failure(_ reason: JSONError.Reason, at offset: Int? = nil) -> Failure {
    Failure(reason: reason, offset: offset ?? index)
  }

  private func unexpected() -> Failure {
    index < bytes.count ? failure(.unexpectedByte(bytes[index])) : failure(.unexpectedEnd)
  }

  private mutating func skipBlanks() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x0A, 0x0D, 0x09: index += 1
      default: return
      }
    }
  }

  /// - Parameter depth: The number of arrays and objects around the value.
  private mutating func parseValue(depth: Int) throws(Failure) -> JSON {
    guard index < bytes.count else { throw failure(.unexpectedEnd) }
    switch bytes[index] {
    case .quote: return .string(try parseString())
    case UInt8(ascii: "{"): return try parseObject(depth: depth + 1)
    case UInt8(ascii: "["): return try parseArray(depth: depth + 1)
    case UInt8(ascii: "t"): return try parseWord("true", as: true)
    case UInt8(ascii: "f"): return try parseWord("false", as: false)
    case UInt8(ascii: "n"): return try parseWord("null", as: .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    default: throw unexpected()
    }
  }

  private mutating func parseWord(_ word: StaticString, as value: JSON) throws(Failure) -> JSON {
    for offset in 0..<word.utf8CodeUnitCount {
      guard index < bytes.count, bytes[index] == word.utf8Start[offset] else { throw unexpected() }
      index += 1
    }
    return value
  }

  private mutating func parseArray(depth: Int) throws(Failure) -> JSON {
    guard depth <= maxDepth else { throw failure(.tooDeep(limit: maxDepth)) }
    index += 1
    var elements: [JSON] = []
    skipBlanks()
    if skip(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      skipBlanks()
      elements.append(try parseValue(depth: depth))
      skipBlanks()
      if skip(UInt8(ascii: "]")) { return .array(elements) }
      guard skip(UInt8(ascii: ",")) else { throw unexpected() }
    }
  }

  private mutating func parseObject(depth: Int) throws(Failure) -> JSON {
    guard depth <= maxDepth else { throw failure(.tooDeep(limit: maxDepth)) }
    index += 1
    let start = members.count
    var keys = KeySet()
    skipBlanks()
    if skip(UInt8(ascii: "}")) { return .object(JSONObject()) }
    while true {
      skipBlanks()
      let keyOffset = index
      guard index < bytes.count, bytes[index] == .quote else { throw unexpected() }
      let key = try parseString()
      guard keys.insert(key, after: members[start...]) else { throw failure(.duplicateKey(key), at: keyOffset) }
      skipBlanks()
      guard skip(UInt8(ascii: ":")) else { throw unexpected() }
      skipBlanks()
      let value = try parseValue(depth: depth)
      members.append(JSONObject.Member(key: key, value: value))
      skipBlanks()
      if skip(UInt8(ascii: "}")) { return .object(JSONObject(unchecked: takeMembers(from: start))) }
      guard skip(UInt8(ascii: ",")) else { throw unexpected() }
    }
  }

  /// Moves the members of a complete object into an array of their own.
  private mutating func takeMembers(from start: Int) -> [JSONObject.Member] {
    let count = members.count - start
    return Array(unsafeUninitializedCapacity: count) { taken, initializedCount in
      for place in (0..<count).reversed() { taken.initializeElement(at: place, to: members.removeLast()) }
      initializedCount = count
    }
  }

  /// Skips the next byte if it is the given one.
  private mutating func skip(_ byte: UInt8) -> Bool {
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }
}

/// Detects duplicate keys: by linear search in a small object, by hashing in a large one, so that a million members
/// don't cost quadratic time. Swift seeds its hashes, so an attacker can't choose keys that collide.
private struct KeySet {
  private static let largestScanned = 16
  private var hashed: Set<String> = []

  mutating func insert(_ key: String, after members: ArraySlice<JSONObject.Member>) -> Bool {
    if members.count < Self.largestScanned {
      for index in members.indices where members[index].key == key { return false }
      return true
    }
    if hashed.isEmpty { hashed = Set(members.map(\.key)) }
    return hashed.insert(key).inserted
  }
}

// MARK: - Strings

extension JSONParser {
  /// The string whose opening quote is the current byte.
  private mutating func parseString() throws(Failure) -> String {
    index += 1
    let start = index
    var isASCII = try skipPlainBytes()
    if bytes[index] == .quote {
      defer { index += 1 }
      return try text(in: start..<index, isASCII: isASCII)
    }

    var unescaped = Array(bytes[start..<index])
    while bytes[index] != .quote {
      if bytes[index] == .backslash {
        try parseEscape(into: &unescaped)
      }
      let plain = index
      isASCII = try skipPlainBytes() && isASCII
      unescaped.append(contentsOf: bytes[plain..<index])
    }
    // Escapes expand to valid UTF-8, so it is enough to validate the raw text, which also gives the right position.
    _ = try text(in: start..<index, isASCII: isASCII)
    index += 1
    return String(decoding: unescaped, as: UTF8.self)
  }

  /// Skips to the next quote or backslash; throws if there is none.
  /// - Returns: whether all the skipped bytes are ASCII.
  private mutating func skipPlainBytes() throws(Failure) -> Bool {
    var seen: UInt64 = 0
    while index &+ 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      guard !word.hasJSONSpecialByte else { break }
      seen |= word
      index &+= 8
    }
    while index < bytes.count {
      let byte = bytes[index]
      if byte == .quote || byte == .backslash { return seen & .highBits == 0 }
      guard byte >= 0x20 else { throw failure(.controlCharacter(byte)) }
      seen |= UInt64(byte)
      index &+= 1
    }
    throw failure(.unexpectedEnd)
  }

  private func text(in range: Range<Int>, isASCII: Bool) throws(Failure) -> String {
    let slice = UnsafeRawBufferPointer(rebasing: bytes[range])
    // Most strings are ASCII, for which this is faster than String(validating:): a message of 13 members takes 1.6 µs
    // instead of 2.8 µs.
    if isASCII { return String(decoding: slice, as: UTF8.self) }
    if let text = String(validating: slice, as: UTF8.self) { return text }
    throw failure(.invalidUTF8, at: range.lowerBound + firstInvalidByte(of: slice))
  }

  /// - Precondition: The bytes are not valid UTF-8.
  private func firstInvalidByte(of slice: UnsafeRawBufferPointer) -> Int {
    var decoder = UTF8.ForwardParser()
    var iterator = slice.makeIterator()
    var offset = 0
    while case .valid(let scalar) = decoder.parseScalar(from: &iterator) { offset += scalar.count }
    return offset
  }

  private mutating func parseEscape(into output: inout [UInt8]) throws(Failure) {
    let start = index
    guard index + 1 < bytes.count else { throw failure(.unexpectedEnd, at: bytes.count) }
    let letter = bytes[index + 1]
    index += 2
    switch letter {
    case .quote, .backslash, UInt8(ascii: "/"): output.append(letter)
    case UInt8(ascii: "b"): output.append(0x08)
    case UInt8(ascii: "f"): output.append(0x0C)
    case UInt8(ascii: "n"): output.append(0x0A)
    case UInt8(ascii: "r"): output.append(0x0D)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "u"): output.append(contentsOf: Character(try parseScalar(escapedAt: start)).utf8)
    default: throw failure(.invalidEscape, at: start)
    }
  }

  /// Parses `\uXXXX`, or two of them that form a surrogate pair. The current byte is the first digit.
  private mutating func parseScalar(escapedAt start: Int) throws(Failure) -> Unicode.Scalar {
    let first = try parseFourDigits(escapedAt: start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, skip(.backslash), skip(UInt8(ascii: "u")) else { throw failure(.loneSurrogate, at: start) }
    let second = try parseFourDigits(escapedAt: start)
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw failure(.loneSurrogate, at: start) }
    return scalar
  }

  private mutating func parseFourDigits(escapedAt start: Int) throws(Failure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard index < bytes.count else { throw failure(.unexpectedEnd) }
      guard let digit = hexDigit(bytes[index]) else { throw failure(.invalidEscape, at: start) }
      value = value << 4 | digit
      index += 1
    }
    return value
  }

  private func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}

// MARK: - Numbers

extension JSONParser {
  /// No double needs more digits (the longest exact one has 767). A longer number only costs time in strtod.
  private static let longestNumber = 1_024

  private mutating func parseNumber() throws(Failure) -> JSON {
    let start = index
    let isNegative = skip(UInt8(ascii: "-"))
    let digits = index
    guard skipDigits() else { throw index < bytes.count ? failure(.invalidNumber, at: start) : unexpected() }
    let wholeDigits = index - digits
    if bytes[digits] == UInt8(ascii: "0"), wholeDigits > 1 { throw failure(.invalidNumber, at: start) }

    var isWhole = true
    if skip(UInt8(ascii: ".")) {
      isWhole = false
      guard skipDigits() else { throw failure(.invalidNumber, at: start) }
    }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      isWhole = false
      if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
      guard skipDigits() else { throw failure(.invalidNumber, at: start) }
    }
    return isWhole
      ? try integer(digits: digits..<index, isNegative: isNegative, start: start)
      : try double(in: start..<index)
  }

  private mutating func skipDigits() -> Bool {
    let start = index
    while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { index += 1 }
    return index > start
  }

  /// Refuses integers beyond 2^53, which a browser would silently round.
  private func integer(digits: Range<Int>, isNegative: Bool, start: Int) throws(Failure) -> JSON {
    // 16 digits can't overflow an Int; 2^53 has 16.
    guard digits.count <= 16 else { throw failure(.integerOutOfRange, at: start) }
    var value = 0
    for offset in digits { value = value &* 10 &+ Int(bytes[offset] &- UInt8(ascii: "0")) }
    guard value <= 1 << 53 else { throw failure(.integerOutOfRange, at: start) }
    return .int(isNegative ? -value : value)
  }

  private func double(in range: Range<Int>) throws(Failure) -> JSON {
    guard range.count <= Self.longestNumber else { throw failure(.numberOutOfRange, at: range.lowerBound) }
    // The grammar has been checked, so "inf", "nan" and hexadecimal, which Double.init accepts, can't occur.
    let text = String(decoding: bytes[range], as: UTF8.self)
    guard let value = Double(text), value.isFinite else { throw failure(.numberOutOfRange, at: range.lowerBound) }
    return .double(value)
  }
}

extension UInt64 {
  /// The highest bit of each byte, which only bytes beyond ASCII have.
  static let highBits: UInt64 = 0x8080_8080_8080_8080
  private static let ones: UInt64 = 0x0101_0101_0101_0101

  /// Whether one of its eight bytes ends a plain piece of a JSON string: a control character, a quote or a backslash.
  var hasJSONSpecialByte: Bool {
    // "Has a byte less than n" and "has a zero byte" of Bit Twiddling Hacks (https://graphics.stanford.edu/~seander).
    let controls = (self &- Self.ones &* 0x20) & ~self
    let quotes = self ^ (Self.ones &* UInt64(UInt8.quote))
    let backslashes = self ^ (Self.ones &* UInt64(UInt8.backslash))
    let zeros = ((quotes &- Self.ones) & ~quotes) | ((backslashes &- Self.ones) & ~backslashes)
    return (controls | zeros) & Self.highBits != 0
  }
}

extension UInt8 {
  static let quote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")
  fileprivate static let newline = UInt8(ascii: "\n")
}
