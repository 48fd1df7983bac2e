/// The version of a representation (RFC 9110 §8.8.3).
package struct EntityTag: Sendable, Hashable, CustomStringConvertible {
  /// Without the quotes.
  package var opaque: String
  package var isWeak: Bool

  /// - Precondition: `opaque` is visible ASCII without quotes.
  package init(_ opaque: String, isWeak: Bool = false) {
    precondition(
      opaque.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != .quote },
      "An entity tag is visible ASCII without quotes.")
    self.opaque = opaque
    self.isWeak = isWeak
  }

  /// Nil if the element is not an entity tag.
  init?(parsing element: ArraySlice<UInt8>) {
    isWeak = element.starts(with: "W/".utf8)
    let quoted = isWeak ? element.dropFirst(2) : element
    guard quoted.count >= 2, quoted.first == .quote, quoted.last == .quote,
      let text = String(validating: quoted.dropFirst().dropLast(), as: UTF8.self),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != .quote })
    else { return nil }
    opaque = text
  }

  /// The tag as it is written in an ETag field.
  package var description: String { isWeak ? "W/\"\(opaque)\"" : "\"\(opaque)\"" }
}

/// The tags of a list, up to the first malformed one. Unlike in a quoted string, a backslash in a tag escapes nothing.
struct EntityTagElements: Sequence, IteratorProtocol {
  private var rest: ArraySlice<UInt8>

  init(_ value: ArraySlice<UInt8>) {
    rest = value
  }

  mutating func next() -> EntityTag? {
    rest = rest.drop { $0 == .comma || $0.isBlank }
    guard let opening = rest.firstIndex(of: .quote),
      let closing = rest[(opening + 1)...].firstIndex(of: .quote)
    else { return nil }
    defer { rest = rest[(closing + 1)...] }
    return EntityTag(parsing: rest[...closing])
  }
}
