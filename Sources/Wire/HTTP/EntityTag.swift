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

extension HTTPFields {
  /// Whether If-None-Match lists the tag, so that a GET is answered with 304. Uses the weak comparison
  /// (RFC 9110 §13.1.2).
  package func ifNoneMatch(_ tag: EntityTag) -> Bool {
    slices.filter { hasName($0, name: "if-none-match") }.contains { slice in
      bytes[slice.value].elementsEqual([UInt8(ascii: "*")])
        || EntityTagElements(bytes[slice.value]).contains { $0.opaque == tag.opaque }
    }
  }
}

/// The tags of a list, up to the first malformed one. Unlike in a quoted string, a backslash in a tag escapes nothing.
private struct EntityTagElements: Sequence, IteratorProtocol {
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
