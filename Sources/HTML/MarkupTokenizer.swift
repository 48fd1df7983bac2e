/// Splits markup into tags and texts for the pretty printer.
///
/// Designed for the output of this library. Markup from `raw` can be anything; its tokens may then be odd, but no byte
/// is lost: concatenated, the tokens give the input, apart from blanks inside tags.
struct MarkupTokenizer {
  enum Token: Equatable {
    /// A start tag with its attributes in source form. `isVoid` means that it has no end tag.
    case start(name: String, attributes: [ArraySlice<UInt8>], isVoid: Bool)
    case end(name: String)
    case text(ArraySlice<UInt8>)
    /// The content of an element in which white space is significant.
    case verbatim(ArraySlice<UInt8>)
    /// `<!DOCTYPE html>` or a comment.
    case declaration(ArraySlice<UInt8>)
  }

  private static let voidNames: Set<String> = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
  ]
  private static let verbatimNames: Set<String> = ["pre", "script", "style", "textarea"]

  private var rest: ArraySlice<UInt8>

  init(_ markup: [UInt8]) {
    rest = markup[...]
  }

  /// All tokens of the input.
  mutating func tokens() -> [Token] {
    var tokens: [Token] = []
    while !rest.isEmpty {
      let token = next()
      tokens.append(token)
      if case .start(let name, _, false) = token, Self.verbatimNames.contains(name.lowercased()) {
        let content = readContent(of: name)
        if !content.isEmpty { tokens.append(.verbatim(content)) }
      }
    }
    return tokens
  }

  private mutating func next() -> Token {
    guard rest.first == UInt8(ascii: "<"), let second = rest.dropFirst().first else { return .text(readText()) }
    switch second {
    case UInt8(ascii: "!"):
      return .declaration(read(through: rest.starts(with: "<!--".utf8) ? "-->" : ">"))
    case UInt8(ascii: "/"):
      let tag = read(through: ">")
      return .end(
        name: String(decoding: tag.dropFirst(2).prefix { $0 > 0x20 && $0 != UInt8(ascii: ">") }, as: UTF8.self))
    case _ where second.isLetter:
      return readStartTag()
    default:
      return .text(readText())
    }
  }

  /// Reads up to the next `<`, but at least one byte, so that the caller makes progress.
  private mutating func readText() -> ArraySlice<UInt8> {
    var end = rest.index(after: rest.startIndex)
    while end < rest.endIndex, rest[end] != UInt8(ascii: "<") { end += 1 }
    return read(upTo: end)
  }

  private mutating func readStartTag() -> Token {
    rest = rest.dropFirst()
    let name = String(
      decoding: read { $0 > 0x20 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ">") }, as: UTF8.self)
    var attributes: [ArraySlice<UInt8>] = []
    var isClosed = false
    while let byte = rest.first, byte != UInt8(ascii: ">") {
      if byte <= 0x20 || byte == UInt8(ascii: "/") {
        isClosed = byte == UInt8(ascii: "/")
        rest = rest.dropFirst()
      } else {
        isClosed = false
        attributes.append(readAttribute())
      }
    }
    rest = rest.dropFirst()
    return .start(name: name, attributes: attributes, isVoid: isClosed || Self.voidNames.contains(name.lowercased()))
  }

  /// Reads a name, and `=` with a value if there is one. The first byte always belongs to the name.
  private mutating func readAttribute() -> ArraySlice<UInt8> {
    let start = rest
    rest = rest.dropFirst()
    _ = read { $0 > 0x20 && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ">") }
    if rest.first == UInt8(ascii: "=") {
      rest = rest.dropFirst()
      if let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
        rest = rest.dropFirst()
        _ = read { $0 != quote }
        rest = rest.dropFirst()
      } else {
        _ = read { $0 > 0x20 && $0 != UInt8(ascii: ">") }
      }
    }
    return start[..<rest.startIndex]
  }

  /// Reads up to the end tag of `name`, or to the end of the input.
  private mutating func readContent(of name: String) -> ArraySlice<UInt8> {
    let endTag = Array("</\(name)".utf8)
    var end = rest.startIndex
    while end < rest.endIndex {
      if rest[end...].prefix(endTag.count).elementsEqual(endTag, by: { $0.lowercased == $1.lowercased }) { break }
      end += 1
    }
    return read(upTo: end)
  }

  private mutating func read(through terminator: StaticString) -> ArraySlice<UInt8> {
    let wanted = UnsafeBufferPointer(start: terminator.utf8Start, count: terminator.utf8CodeUnitCount)
    var end = rest.startIndex
    while end < rest.endIndex, !rest[end...].starts(with: wanted) { end += 1 }
    return read(upTo: min(end + wanted.count, rest.endIndex))
  }

  private mutating func read(while belongs: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    read(upTo: rest.firstIndex { !belongs($0) } ?? rest.endIndex)
  }

  private mutating func read(upTo end: Int) -> ArraySlice<UInt8> {
    defer { rest = rest[end...] }
    return rest[..<end]
  }
}

extension UInt8 {
  fileprivate var isLetter: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lowercased)
  }

  fileprivate var lowercased: UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
  }
}
