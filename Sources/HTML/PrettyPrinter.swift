/// Markup in its canonical form: what people read and snapshots compare.
///
/// - One tag or text a line, indented by two blanks a level. An element that holds nothing, or a text alone, is one line.
/// - Of two or more attributes each has a line of its own, so a difference names the attribute.
/// - Blanks around a text, which a browser may show, become `&#32;`; white space with a line break is layout and goes.
/// - The content of `pre`, `textarea`, `script` and `style` stays as it is.
///
/// Every other line ends without a blank, and the last one in a line feed. Printing the result again changes nothing,
/// unless the markup was cut off inside a tag, a comment or one of those four.
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

  /// Texts as they will be printed; `nil` for those that are only layout.
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

  /// Prints the first token, with those that share its line; returns their number.
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

  /// Leaves the element, and those inside it that were never closed. An end tag of nothing leaves nothing.
  private mutating func close(_ name: String) {
    if let level = openNames.lastIndex(of: name) { openNames.removeSubrange(level...) }
  }

  /// The content and the end tag if they belong on the line of the start tag; then the tokens of the whole element.
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
  /// White space between words, HTML standard §2.3.1 (infra).
  fileprivate var isSpace: Bool {
    switch self {
    case 0x09, 0x0A, 0x0C, 0x0D, 0x20: true
    default: false
    }
  }
}
