/// A string in a builder is text, which is escaped.
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

/// An integer in a builder is written in decimal, without grouping.
extension Int: HTML {
  @inlinable public func render(into writer: inout HTMLWriter) {
    writer.write(self)
  }
}

/// Markup that is not escaped: the only way to bypass escaping. Explain at each use why the content can be trusted.
@inlinable public func raw(_ markup: String) -> RawHTML {
  RawHTML(Array(markup.utf8))
}

/// Markup in UTF-8 that is not escaped, such as the result of an earlier ``HTML/render()``.
@inlinable public func raw(_ markup: [UInt8]) -> RawHTML {
  RawHTML(markup)
}

/// Markup that is not escaped. Created by `raw`.
public struct RawHTML: HTML {
  @usableFromInline let bytes: [UInt8]

  @inlinable init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  @inlinable public func render(into writer: inout HTMLWriter) {
    bytes.withUnsafeBufferPointer { writer.write($0) }
  }
}
