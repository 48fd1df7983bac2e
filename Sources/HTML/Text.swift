/// A string in a builder is text: it is escaped.
extension String: HTML {
  @inlinable public func render(into writer: inout HTMLWriter) {
    writer.write(text: self)
  }
}

extension Substring: HTML {
  public func render(into writer: inout HTMLWriter) {
    writer.write(text: String(self))
  }
}

/// An integer in a builder is its decimal digits, without grouping.
extension Int: HTML {
  @inlinable public func render(into writer: inout HTMLWriter) {
    writer.write(self)
  }
}

/// Markup that is written as it is: the one way around escaping. Each use says why its content can be trusted.
@inlinable public func raw(_ markup: String) -> RawHTML {
  RawHTML(Array(markup.utf8))
}

/// Markup in UTF-8 that is written as it is, such as what ``HTML/render()`` returned before.
@inlinable public func raw(_ markup: [UInt8]) -> RawHTML {
  RawHTML(markup)
}

/// Markup that nobody escapes; made by `raw`.
public struct RawHTML: HTML {
  @usableFromInline let bytes: [UInt8]

  @inlinable init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  @inlinable public func render(into writer: inout HTMLWriter) {
    bytes.withUnsafeBufferPointer { writer.write($0) }
  }
}
