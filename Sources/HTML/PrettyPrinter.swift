/// Formats markup in a canonical form that is easy to read and to compare in snapshots.
///
/// - Each tag or text gets a line of its own, indented by two blanks a level. An element that is empty or contains only
///   text is one line.
/// - If there are two or more attributes, each gets a line, so that a difference names the attribute.
/// - Blanks around a text become `&#32;`, because a browser may show them. White space with a line break is layout, and
///   is removed.
/// - The content of `pre`, `textarea`, `script` and `style` is unchanged.
///
/// No other line ends in a blank, and the last one ends in a line feed. The result is a fixed point, unless the markup
/// is cut off inside a tag, a comment or one of those four elements.
public func prettyPrint(_ markup: [UInt8]) -> [UInt8] {
  var tokenizer = MarkupTokenizer(markup)
  var printer = PrettyPrinter()
  printer.print(tokenizer.tokens())
  return printer.output
}

extension HTML {
  /// The markup in its canonical form: see ``prettyPrint(_:)``.
  public func renderPretty() -> String {
    String(decoding: prettyPrint(render()), as: UTF8.self)
  }
}

private struct PrettyPrinter {
  private(set) var output: [UInt8] = []
  private var openNames: [String] = []

  mutating func print(_ tokens: [MarkupTokenizer.Token]) {
    let tokens = tokens.compactMap(canonical)
    var position = 0
    while position < tokens.count {
      position += print(tokens[position...])
    }
  }

  /// A token with its text as it is printed; `nil` for a text that is only layout.
  private func canonical(_ token: MarkupTokenizer.Token) -> MarkupTokenizer.Token? {
    guard case .text(let text) = token else { return token }
    let shown = visible(text)
    return shown.isEmpty ? nil : .text(shown[...])
  }

  private func visible(_ text: ArraySlice<UInt8>) -> [UInt8] {
    let leading = text.prefix(while: \.isSpace)
    let rest = text.dropFirst(leading.count)
    let trailing = rest.suffix(rest.reversed().prefix(while: \.isSpace).count)
    let words = rest.dropLast(trailing.count)
    return edge(leading) + words.flatMap { $0.isSpace && $0 != UInt8(ascii: " ") ? reference(to: $0) : [$0] }
      + edge(trailing)
  }

  private func edge(_ space: ArraySlice<UInt8>) -> [UInt8] {
    space.contains(UInt8(ascii: "\n")) ? [] : space.flatMap(reference)
  }

  private func reference(to space: UInt8) -> [UInt8] {
    Array("&#\(space);".utf8)
  }

  /// Prints the first token and those that share its line.
  /// - Returns: The number of tokens printed.
  private mutating func print(_ tokens: ArraySlice<MarkupTokenizer.Token>) -> Int {
    defer { output.append(UInt8(ascii: "\n")) }
    switch tokens[tokens.startIndex] {
    case .text(let text), .verbatim(let text), .declaration(let text):
      indent()
      output += text
      return 1
    case .end(let name):
      close(name)
      indent()
      append(endTag: name)
      return 1
    case .start(let name, let attributes, let isVoid):
      indent()
      append(startTag: name, attributes)
      if isVoid { return 1 }
      if let used = appendShortContent(of: name, tokens.dropFirst()) { return used }
      openNames.append(name)
      return 1
    }
  }

  /// Closes the element and the unclosed elements inside it. Ignores an end tag without a start tag.
  private mutating func close(_ name: String) {
    if let level = openNames.lastIndex(of: name) { openNames.removeSubrange(level...) }
  }

  /// Appends content and end tag if they fit on the line of the start tag: for an empty element, and for text only.
  /// - Returns: The number of tokens of the whole element, or `nil` if nothing was appended.
  private mutating func appendShortContent(
    of name: String, _ tokens: ArraySlice<MarkupTokenizer.Token>
  ) -> Int? {
    var tokens = tokens
    var used = 1
    var content: ArraySlice<UInt8> = []
    switch tokens.first {
    case .text(let text), .verbatim(let text):
      content = text
      tokens = tokens.dropFirst()
      used += 1
    default: break
    }
    guard tokens.first == .end(name: name) else { return nil }
    output += content
    append(endTag: name)
    return used + 1
  }

  private mutating func append(startTag name: String, _ attributes: [ArraySlice<UInt8>]) {
    output.append(UInt8(ascii: "<"))
    output += name.utf8
    if attributes.count == 1 {
      output.append(UInt8(ascii: " "))
      output += attributes[0]
    } else if attributes.count > 1 {
      for attribute in attributes {
        output.append(UInt8(ascii: "\n"))
        indent(extra: 1)
        output += attribute
      }
      output.append(UInt8(ascii: "\n"))
      indent()
    }
    output.append(UInt8(ascii: ">"))
  }

  private mutating func append(endTag name: String) {
    output += "</".utf8
    output += name.utf8
    output.append(UInt8(ascii: ">"))
  }

  private mutating func indent(extra: Int = 0) {
    output += repeatElement(UInt8(ascii: " "), count: 2 * (openNames.count + extra))
  }
}

extension UInt8 {
  /// ASCII white space (WHATWG Infra §4.6).
  fileprivate var isSpace: Bool {
    switch self {
    case 0x09, 0x0A, 0x0C, 0x0D, 0x20: true
    default: false
    }
  }
}
