/// An element with content; made by the function of its name, such as ``div(_:content:)``.
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

/// An element that HTML gives neither content nor an end tag; its functions take no braces, so it can't have children.
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

/// An element of any name: a custom element (`element("live-log") { … }`), or one that has no function here.
///
/// `script` and `style` hold code, for which text is escaped otherwise: see ``script(json:_:)`` and ``style(css:_:)``.
public func element<Content: HTML>(
  _ name: StaticString, _ attributes: Attribute..., @HTMLBuilder content: () -> Content
) -> Element<Content> {
  precondition(
    !["script", "style"].contains(name.description.lowercased()),
    "use script(json:), script(javascript:) or style(css:)")
  return Element(name, attributes, content())
}
