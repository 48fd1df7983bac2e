/// A media type such as `text/html; charset=utf-8` (RFC 9110 §8.3.1), or a range such as `text/*`.
package struct MediaType: Sendable, Equatable {
  /// Lowercase.
  package var type: String
  /// Lowercase.
  package var subtype: String
  /// The charset parameter, lowercase.
  package var charset: String?
  /// The weight in thousandths (RFC 9110 §12.4.2); 1,000 by default.
  var weight = 1_000

  /// Nil if the element is not a media type.
  init?(parsing element: ArraySlice<UInt8>) {
    var parts = FieldParameters(element)
    guard let name = parts.next() else { return nil }
    let halves = name.split(separator: .slash, omittingEmptySubsequences: false)
    guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isTokenByte) }) else { return nil }
    type = Self.lowercased(halves[0])
    subtype = Self.lowercased(halves[1])
    while let parameter = parts.next() {
      guard let equals = parameter.firstIndex(of: .equals) else { return nil }
      let value = parameter[(equals + 1)...]
      if parameter[..<equals].equalsIgnoringCase("q") {
        guard let weight = qualityValue(from: value) else { return nil }
        self.weight = weight
      } else if parameter[..<equals].equalsIgnoringCase("charset") {
        charset = Self.lowercased(value.filter { $0 != .quote }[...])
      }
    }
  }

  /// Compares type and subtype, ignoring parameters.
  package func isType(_ name: String) -> Bool {
    let name = name.utf8
    return name.count == type.utf8.count + 1 + subtype.utf8.count && name.starts(with: type.utf8)
      && name.dropFirst(type.utf8.count).first == .slash && name.suffix(subtype.utf8.count).elementsEqual(subtype.utf8)
  }

  private static func lowercased(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.map(\.lowercased), as: UTF8.self)
  }
}

extension HTTPFields {
  /// The media type of the body; nil if the field is missing, repeated or malformed.
  package var contentType: MediaType? {
    let values = values(of: "content-type")
    return values.count == 1 ? MediaType(parsing: Array(values[0].utf8)[...]) : nil
  }

  /// Whether Accept names this type explicitly, as an EventSource does. A range such as `*/*` does not count.
  package func acceptsByName(_ name: StaticString) -> Bool {
    for slice in slices where hasName(slice, name: "accept") {
      for element in ListElements(bytes[slice.value]) {
        // A prefix check skips most elements without parsing them.
        guard element.prefix(name.utf8CodeUnitCount).equalsIgnoringCase(name) else { continue }
        if let range = MediaType(parsing: element), range.isType("\(name)"), range.weight > 0 { return true }
      }
    }
    return false
  }
}

/// Parses a weight, `0` or `1` with up to three decimals, into thousandths; nil for anything else.
func qualityValue(from text: ArraySlice<UInt8>) -> Int? {
  guard let whole = text.first, whole == UInt8(ascii: "0") || whole == UInt8(ascii: "1"), text.count <= 5 else {
    return nil
  }
  let decimals = text.dropFirst(2)
  guard text.count == 1 || text[text.startIndex + 1] == UInt8(ascii: "."), decimals.allSatisfy(\.isDigit) else {
    return nil
  }
  var value = Int(whole - UInt8(ascii: "0"))
  for position in 0..<3 {
    value =
      value * 10 + (position < decimals.count ? Int(decimals[decimals.startIndex + position] - UInt8(ascii: "0")) : 0)
  }
  return value <= 1_000 ? value : nil
}
