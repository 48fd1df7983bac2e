/// Data for the page's script: `<script type="application/json">`.
///
/// - Parameter json: well-formed JSON. `<` is written `\u003c`, which JSON reads as the same character, so that no
///   string in it can end the element.
public func script(json: String, _ attributes: Attribute...) -> CodeElement {
  CodeElement(
    "script", [.type("application/json")] + attributes, Array(json.utf8), escape: "\\u003c", before: .anything)
}

/// Data for the page's script, from JSON in UTF-8.
public func script(json: [UInt8], _ attributes: Attribute...) -> CodeElement {
  CodeElement("script", [.type("application/json")] + attributes, json, escape: "\\u003c", before: .anything)
}

/// A script of the program's own inside the page, for reports that must be one file.
///
/// - Parameter javascript: code, never data. `<` before `/`, `!` or `script` is written `\x3c`, so a string, a template
///   or a pattern in it can't end the element.
public func script(javascript: String, _ attributes: Attribute...) -> CodeElement {
  CodeElement("script", attributes, Array(javascript.utf8), escape: "\\x3c", before: .markup)
}

/// A style sheet of the program's own inside the page, for reports that must be one file.
///
/// - Parameter css: code, never data. `<` before `/`, `!` or `script` is written as the CSS escape `\3c `.
public func style(css: String, _ attributes: Attribute...) -> CodeElement {
  CodeElement("style", attributes, Array(css.utf8), escape: "\\3c ", before: .markup)
}

/// An element whose content is code, where entities mean nothing: `<` is escaped in the code's own language.
public struct CodeElement: HTML {
  /// Which `<` are escaped.
  enum Following {
    case anything
    /// Only those with which an HTML parser leaves the element or changes its state (§13.2.5.15 to §13.2.5.31);
    /// the others are operators.
    case markup
  }

  private let name: StaticString
  private let attributes: [Attribute]
  private let code: [UInt8]
  private let replacement: StaticString
  private let following: Following

  init(
    _ name: StaticString, _ attributes: [Attribute], _ code: [UInt8], escape replacement: StaticString,
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
