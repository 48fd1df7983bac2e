/// Where the parts of a request target lie in the head, each of them checked (RFC 9112 §3.2).
struct RequestTarget: Sendable {
  var whole: Range<Int>
  /// Empty for a target without a path; it then means `/`.
  var path: Range<Int>
  /// What stands behind the first question mark.
  var query: Range<Int>?
  /// The path without its percent escapes, where it has any.
  var decodedPath: String?

  /// - Parameter host: The value of the Host field, which an absolute target must agree with.
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
      // We choose to refuse a disagreement, where RFC 9112 §3.2.2 would ignore Host: a cache in front might not.
      guard let host, bytes[authority].equalsIgnoringCase(bytes[host]) else { throw .hostMismatch }
    }
    guard !bytes[rest].contains(UInt8(ascii: "#")) else { throw .malformedTarget }
    let mark = bytes[rest].firstIndex(of: UInt8(ascii: "?"))
    path = rest.lowerBound..<(mark ?? rest.upperBound)
    query = mark.map { ($0 + 1)..<rest.upperBound }

    decodedPath = try Self.checkPath(bytes[path])
    if let query, bytes[query].contains(.percent), Query(parsing: bytes[query]) == nil { throw .malformedQuery }
  }

  /// `http://authority` and what follows it.
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

  /// Refuses what could mean another file than it seems to: a `..` segment in any spelling, an encoded slash, a
  /// backslash, control bytes, an invalid escape, and what is no UTF-8.
  /// - Returns: The decoded path where it differs from the bytes.
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
