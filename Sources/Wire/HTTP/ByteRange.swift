/// Which bytes of a representation a Range field asks for (RFC 9110 §14).
package enum ByteRange: Sendable, Equatable {
  /// There is no range, or one that a server may ignore: malformed, of another unit, or several.
  case whole
  /// Answer 206 with these bytes; never empty.
  case part(Range<Int>)
  /// Answer 416.
  case unsatisfiable

  /// - Parameters:
  ///   - size: Bytes of the whole representation.
  ///   - tag: Its version, for If-Range.
  package init(_ fields: HTTPFields, size: Int, tag: EntityTag? = nil) {
    let values = fields.values(of: "range")
    guard values.count == 1 else {
      self = .whole
      return
    }
    if let condition = fields["if-range"] {
      // RFC 9110 §13.1.5: only a strong tag, and a date never matches, since we give none.
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

    // What an Int can't hold lies beyond every representation.
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

  /// The Content-Range field of the answer, nil for the whole.
  package func contentRange(size: Int) -> String? {
    switch self {
    case .whole: nil
    case .part(let range): "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
    case .unsatisfiable: "bytes */\(size)"
    }
  }
}
