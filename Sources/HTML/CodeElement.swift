/// Data for scripts on the page: `<script type="application/json">`.
///
/// - Parameter json: Well-formed JSON. `<` is written as `\u003c`, the same character in JSON, so that no string can
///   end the element.
public func script(json: String, _ attributes: Attribute...) -> CodeElement {
  CodeElement(
    "script", attributes: [.type("application/json")] + attributes, code: Array(json.utf8), escape: "\\u003c",
    before: .anything)
}

/// Data for scripts on the page, as JSON in UTF-8.
public func script(json: [UInt8], _ attributes: Attribute...) -> CodeElement {
  CodeElement(
    "script", attributes: [.type("application/json")] + attributes, code: json, escape: "\\u003c", before: .anything)
}

/// An inline script, for reports that must be a single file.
///
/// - Parameter javascript: Code, never data. `<` before `/`, `!` or `script` is written as `\x3c`, so that no string,
///   template or regular expression can end the element.
public func script(javascript: String, _ attributes: Attribute...) -> CodeElement {
  CodeElement("script", attributes: attributes, code: Array(javascript.utf8), escape: "\\x3c", before: .markup)
}

/// An inline style sheet, for reports that must be a single file.
///
/// - Parameter css: Code, never data. `<` before `/`, `!` or `script` is written as the CSS escape `\3c `.
public func style(css: String, _ attributes: Attribute...) -> CodeElement {
  CodeElement("style", attributes: attributes, code: Array(css.utf8), escape: "\\3c ", before: .markup)
}

/// An element that contains code. HTML has no entities there, so `<` is escaped in the language of the code.
public struct CodeElement: HTML {
  /// Selects the `<` to escape by the text that follows them.
  enum Following {
    case anything
    /// Only those with which an HTML parser would leave the element or change its state (§13.2.5.15 to §13.2.5.31).
    /// Others are operators.
    case markup
  }

  private let name: StaticString
  private let attributes: [Attribute]
  private let code: [UInt8]
  private let replacement: StaticString
  private let following: Following

  init(
    _ name: StaticString, attributes: [Attribute], code: [UInt8], escape replacement: StaticString,
    before following: Following
  ) {
    self.name = name
    self.attributes = attributes
    self.code = code
    self.replacement = replacement
    self.following = following
  }

  public func render(into writer: inout HTMLWriter) {
    writer.write(startTag: name, attributes)
    var rest = code[...]
    while let position = rest.firstIndex(of: UInt8(ascii: "<")) {
      rest[..<position].withUnsafeBufferPointer { writer.write($0) }
      rest = rest[(position + 1)...]
      if following == .anything || beginsMarkup(rest) {
        writer.write(markup: replacement)
      } else {
        writer.write(markup: "<")
      }
    }
    rest.withUnsafeBufferPointer { writer.write($0) }
    writer.write(endTag: name)
  }

  private func beginsMarkup(_ rest: ArraySlice<UInt8>) -> Bool {
    switch rest.first {
    case UInt8(ascii: "/"), UInt8(ascii: "!"): true
    case UInt8(ascii: "s"), UInt8(ascii: "S"): rest.prefix(6).map { $0 | 0x20 }.elementsEqual("script".utf8)
    default: false
    }
  }
}
