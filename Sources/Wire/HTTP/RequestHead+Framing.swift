extension RequestHead {
  /// Validates the head that the scanner found in `bytes`, including everything that determines the end of the body.
  convenience init(_ scanner: consuming HeadScanner, bytes: UnsafeRawBufferPointer) throws(WireError) {
    guard let method = HTTPMethod(known: bytes[scanner.method]) else { throw .unknownMethod }
    guard method != .connect else { throw .methodNotServed }

    var slices = scanner.fields
    var framing = FramingFields()
    for index in slices.indices {
      // The scanner skips blanks before a value. Trailing ones are recognised only at the end of the line.
      while slices[index].valueEnd > slices[index].valueStart, bytes[Int(slices[index].valueEnd) - 1].isBlank {
        slices[index].valueEnd -= 1
      }
      try framing.note(slices[index], of: bytes)
    }

    let version = scanner.version
    let hostName = try framing.hostName(of: bytes, version: version)
    let target = try RequestTarget(scanner.target, of: bytes, method: method, host: framing.host)
    self.init(
      method: method, version: version, fields: HTTPFields(bytes: Array(bytes), slices: slices), target: target,
      hostName: hostName, bodyLength: try framing.bodyLength(version: version),
      keepAlive: version == .http11 && !framing.wantsClose,
      expectsContinue: version == .http11 && framing.expectsContinue, isConditional: framing.isConditional,
      hasRange: framing.hasRange, weighsCodings: framing.weighsCodings, isBodyCoded: framing.isBodyCoded)
  }
}

/// The fields that determine where a request ends, whether its connection stays open, and whether its answer depends on
/// what the client has and accepts.
private struct FramingFields {
  private(set) var host: Range<Int>?
  private(set) var wantsClose = false
  private(set) var expectsContinue = false
  private(set) var isConditional = false
  private(set) var hasRange = false
  private(set) var weighsCodings = false
  private(set) var isBodyCoded = false
  private var length: Int?
  private var isChunked = false

  mutating func note(_ field: HTTPFields.Slice, of bytes: UnsafeRawBufferPointer) throws(WireError) {
    let name = bytes[field.name]
    let value = bytes[field.value]
    // The names differ in length, so most fields cost one comparison.
    switch name.count {
    case 4 where name.equalsIgnoringCase("host"):
      guard host == nil else { throw .malformedHost }
      host = field.value
    case 6 where name.equalsIgnoringCase("expect"):
      guard value.equalsIgnoringCase("100-continue") else { throw .unsupportedExpectation }
      expectsContinue = true
    case 10 where name.equalsIgnoringCase("connection"):
      if ListElements(Array(value)[...]).contains(where: { $0.equalsIgnoringCase("close") }) { wantsClose = true }
    case 14 where name.equalsIgnoringCase("content-length"):
      // RFC 9112 §6.3 item 5 allows equal repetitions; we choose to refuse them.
      guard length == nil, let declared = value.decimalValue else { throw .malformedLength }
      length = declared
    case 17 where name.equalsIgnoringCase("transfer-encoding"):
      guard !isChunked, value.equalsIgnoringCase("chunked") else { throw .unsupportedTransferEncoding }
      isChunked = true
    case 5 where name.equalsIgnoringCase("range"): hasRange = true
    case 8 where name.isCondition, 13 where name.isCondition, 17 where name.isCondition, 19 where name.isCondition:
      isConditional = true
    case 15 where name.equalsIgnoringCase("accept-encoding"):
      if value.contains(.semicolon) { weighsCodings = true }
    case 16 where name.equalsIgnoringCase("content-encoding"):
      if !value.equalsIgnoringCase("identity") { isBodyCoded = true }
    default: break
    }
  }

  /// Requires exactly one Host field, or at most one with HTTP/1.0 (RFC 9112 §3.2).
  func hostName(of bytes: UnsafeRawBufferPointer, version: HTTPVersion) throws(WireError) -> Range<Int>? {
    guard let host else {
      guard version == .http10 else { throw .malformedHost }
      return nil
    }
    guard let name = hostName(in: bytes[host]) else { throw .malformedHost }
    return name
  }

  /// RFC 9112 §6.1 and §6.3. Refuses framing that two implementations could interpret differently.
  func bodyLength(version: HTTPVersion) throws(WireError) -> RequestHead.BodyLength {
    if isChunked {
      guard length == nil else { throw .ambiguousLength }
      guard version == .http11 else { throw .unsupportedTransferEncoding }
      return .chunked
    }
    guard let length, length > 0 else { return .none }
    return .length(length)
  }

  /// The host in `uri-host [ ":" port ]` (RFC 3986 §3.2.2). Nil if the value is malformed; an empty host and percent
  /// escapes are refused too.
  private func hostName(in value: Slice<UnsafeRawBufferPointer>) -> Range<Int>? {
    var end = value.startIndex
    if value.first == UInt8(ascii: "[") {
      guard let bracket = value.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      let address = value[..<bracket].dropFirst()
      guard address.contains(.colon),
        address.allSatisfy({ $0.hexValue != nil || $0 == .colon || $0 == UInt8(ascii: ".") })
      else { return nil }
      end = bracket + 1
    } else {
      while end < value.endIndex, isHostByte(value[end]) { end += 1 }
      guard end > value.startIndex else { return nil }
    }
    if end < value.endIndex {
      let port = value[end...].dropFirst()
      // An empty port is legal and means the default port.
      guard value[end] == .colon, port.isEmpty || port.count <= 5 && (port.decimalValue ?? .max) <= 65_535 else {
        return nil
      }
    }
    return value.startIndex..<end
  }

  private func isHostByte(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "_")
  }
}

extension Slice<UnsafeRawBufferPointer> {
  /// Whether the field's name begins with `If-`.
  fileprivate var isCondition: Bool { prefix(3).equalsIgnoringCase("if-") }
}
