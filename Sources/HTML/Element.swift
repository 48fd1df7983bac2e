/// An element with content. Created by the function with its name, such as ``div(_:content:)``.
public struct Element<Content: HTML>: HTML {
  @usableFromInline let name: StaticString
  @usableFromInline let attributes: [Attribute]
  @usableFromInline let content: Content

  @inlinable init(_ name: StaticString, _ attributes: [Attribute], _ content: Content) {
    self.name = name
    self.attributes = attributes
    self.content = content
  }

  @inlinable public func render(into writer: inout HTMLWriter) {
    writer.write(startTag: name, attributes)
    content.render(into: &writer)
    writer.write(endTag: name)
  }
}

/// A void element: it has neither content nor an end tag.
public struct VoidElement: HTML {
  @usableFromInline let name: StaticString
  @usableFromInline let attributes: [Attribute]

  @inlinable init(_ name: StaticString, _ attributes: [Attribute]) {
    self.name = name
    self.attributes = attributes
  }

  @inlinable public func render(into writer: inout HTMLWriter) {
    writer.write(startTag: name, attributes)
  }
}

/// An element with any name: a custom element (`element("live-log") { … }`), or one without a function of its own.
///
/// - Precondition: The name is not `script` or `style`, whose content needs different escaping: use
///   ``script(json:_:)``, ``script(javascript:_:)`` or ``style(css:_:)``.
public func element<Content: HTML>(
  _ name: StaticString, _ attributes: Attribute..., @HTMLBuilder content: () -> Content
) -> Element<Content> {
  precondition(
    !["script", "style"].contains(name.description.lowercased()),
    "Use script(json:), script(javascript:) or style(css:).")
  return Element(name, attributes, content())
}
