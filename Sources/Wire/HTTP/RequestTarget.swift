/// The validated parts of a request target, as positions in the head (RFC 9112 §3.2).
struct RequestTarget: Sendable {
  var whole: Range<Int>
  /// Empty if the target has no path, which means `/`.
  var path: Range<Int>
  /// The part after the first question mark.
  var query: Range<Int>?
  /// The percent-decoded path; nil if it contains no escapes.
  var decodedPath: String?

  /// - Parameter host: The value of the Host field, which an absolute target must match.
  init(
    _ whole: Range<Int>, of bytes: UnsafeRawBufferPointer, method: HTTPMethod, host: Range<Int>?
  ) throws(WireError) {
    self.whole = whole
    let authority: Range<Int>?
    let rest: Range<Int>
    switch bytes[whole.lowerBound] {
    case .slash:
      authority = nil
      rest = whole
    case UInt8(ascii: "*") where whole.count == 1 && method == .options:
      path = whole
      return
    default:
      (authority, rest) = try Self.splitAbsolute(whole, of: bytes)
    }

    if let authority {
      // RFC 9112 §3.2.2 ignores Host for an absolute target. We choose to refuse a mismatch: a cache in front of us
      // might use Host.
      guard let host, bytes[authority].equalsIgnoringCase(bytes[host]) else { throw .hostMismatch }
    }
    guard !bytes[rest].contains(UInt8(ascii: "#")) else { throw .malformedTarget }
    let mark = bytes[rest].firstIndex(of: UInt8(ascii: "?"))
    path = rest.lowerBound..<(mark ?? rest.upperBound)
    query = mark.map { ($0 + 1)..<rest.upperBound }

    decodedPath = try Self.checkPath(bytes[path])
    if let query, bytes[query].contains(.percent), Query(parsing: bytes[query]) == nil { throw .malformedQuery }
  }

  /// Splits `http://authority` from the path and query.
  private static func splitAbsolute(
    _ target: Range<Int>, of bytes: UnsafeRawBufferPointer
  ) throws(WireError) -> (authority: Range<Int>, rest: Range<Int>) {
    for scheme in ["http://", "https://"] as [StaticString] {
      guard bytes[target].prefix(scheme.utf8CodeUnitCount).equalsIgnoringCase(scheme) else { continue }
      let start = target.lowerBound + scheme.utf8CodeUnitCount
      let end =
        bytes[start..<target.upperBound].firstIndex { $0 == .slash || $0 == UInt8(ascii: "?") } ?? target.upperBound
      return (start..<end, end..<target.upperBound)
    }
    throw .malformedTarget
  }

  /// Refuses a path that could escape its folder or be misread: a `..` segment in any spelling, an encoded slash, a
  /// backslash, control bytes, an invalid escape and invalid UTF-8.
  /// - Returns: The decoded path, or nil if it contains no escapes.
  private static func checkPath(_ raw: Slice<UnsafeRawBufferPointer>) throws(WireError) -> String? {
    guard raw.contains(.percent) else {
      try checkSegments(raw)
      return nil
    }
    guard let bytes = PercentDecoding.bytes(raw, plus: .literal),
      bytes.count(where: { $0 == .slash }) == raw.count(where: { $0 == .slash }),
      !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }),
      let text = String(validating: bytes, as: UTF8.self)
    else { throw .malformedPath }
    try checkSegments(bytes)
    return text
  }

  private static func checkSegments(_ path: some Collection<UInt8>) throws(WireError) {
    var segmentBytes = 0
    var segmentDots = 0
    for byte in path {
      if byte == .slash {
        guard segmentBytes != 2 || segmentDots != 2 else { throw .malformedPath }
        (segmentBytes, segmentDots) = (0, 0)
      } else {
        guard byte != .backslash else { throw .malformedPath }
        segmentBytes += 1
        if byte == UInt8(ascii: ".") { segmentDots += 1 }
      }
    }
    guard segmentBytes != 2 || segmentDots != 2 else { throw .malformedPath }
  }
}
