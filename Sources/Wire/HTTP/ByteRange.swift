/// The bytes of a representation that a Range field requests (RFC 9110 §14).
package enum ByteRange: Sendable, Equatable {
  /// No range, or one that a server may ignore: malformed, in another unit, or more than one.
  case whole
  /// Answer with 206 and these bytes. Never empty.
  case part(Range<Int>)
  /// Answer with 416.
  case unsatisfiable

  /// - Parameters:
  ///   - size: The size of the representation in bytes.
  ///   - tag: The version of the representation, for If-Range.
  package init(_ fields: HTTPFields, size: Int, tag: EntityTag? = nil) {
    let values = fields.values(of: "range")
    guard values.count == 1 else {
      self = .whole
      return
    }
    if let condition = fields["if-range"] {
      // RFC 9110 §13.1.5: only a strong tag matches. A date never does, since we send no Last-Modified.
      guard let tag, !tag.isWeak, condition == tag.description else {
        self = .whole
        return
      }
    }
    self.init(parsing: Array(values[0].utf8)[...], size: size)
  }

  private init(parsing value: ArraySlice<UInt8>, size: Int) {
    self = .whole
    guard value.prefix(6).equalsIgnoringCase("bytes=") else { return }
    let spec = value.dropFirst(6).trimmingBlanks
    guard let dash = spec.firstIndex(of: UInt8(ascii: "-")) else { return }
    let (first, last) = (spec[..<dash], spec[(dash + 1)...])
    guard (first + last).allSatisfy(\.isDigit), !first.isEmpty || !last.isEmpty else { return }

    // A number that overflows an Int lies beyond the end of any representation.
    if first.isEmpty {
      let count = min(last.decimalValue ?? .max, size)
      self = count > 0 ? .part((size - count)..<size) : .unsatisfiable
    } else {
      let start = first.decimalValue ?? .max
      let end = last.isEmpty ? .max : last.decimalValue ?? .max
      guard start <= end else { return }
      self = start < size ? .part(start..<min(end, size - 1) + 1) : .unsatisfiable
    }
  }

  /// The Content-Range field of the response; nil for the whole.
  package func contentRange(size: Int) -> String? {
    switch self {
    case .whole: nil
    case .part(let range): "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
    case .unsatisfiable: "bytes */\(size)"
    }
  }
}
