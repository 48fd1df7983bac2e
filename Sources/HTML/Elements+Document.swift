// The document and its head, HTML standard §4.1 and §4.2, and the scripting elements, §4.12.

/// A complete page: `<!DOCTYPE html>`, a head with the character set, a viewport for phones and the title, and a body.
///
/// ```swift
/// document(title: "Jobs", .lang("en"), body: [.data("page", "dashboard")]) {
///   link(.rel("stylesheet"), .href("/assets/css/app.css"))
/// } content: {
///   main { … }
/// }
/// ```
///
/// - Parameters:
///   - attributes: The attributes of the `html` element.
///   - body: The attributes of the `body` element.
///   - head: The content of the head after the title.
///   - content: The content of the body.
public func document<Head: HTML, Content: HTML>(
  title: String, _ attributes: Attribute..., body: [Attribute] = [], @HTMLBuilder head: () -> Head,
  @HTMLBuilder content: () -> Content
) -> Document<Head, Content> {
  Document(title: title, attributes: attributes, bodyAttributes: body, head: head(), content: content())
}

/// A complete page. Created by ``document(title:_:body:head:content:)``.
public struct Document<Head: HTML, Content: HTML>: HTML {
  let title: String
  let attributes: [Attribute]
  let bodyAttributes: [Attribute]
  let head: Head
  let content: Content

  public func render(into writer: inout HTMLWriter) {
    writer.write(markup: "<!DOCTYPE html>\n")
    writer.write(startTag: "html", attributes)
    writer.write(markup: "<head><meta charset=\"utf-8\">")
    writer.write(markup: "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>")
    writer.write(text: title)
    writer.write(markup: "</title>")
    head.render(into: &writer)
    writer.write(markup: "</head>")
    writer.write(startTag: "body", bodyAttributes)
    content.render(into: &writer)
    writer.write(markup: "</body></html>\n")
  }
}

/// The title of a page in its head, or the accessible name of a shape in an `svg`.
@inlinable public func title<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("title", attributes, content())
}

@inlinable public func base(_ attributes: Attribute...) -> VoidElement {
  VoidElement("base", attributes)
}

@inlinable public func link(_ attributes: Attribute...) -> VoidElement {
  VoidElement("link", attributes)
}

@inlinable public func meta(_ attributes: Attribute...) -> VoidElement {
  VoidElement("meta", attributes)
}

@inlinable public func noscript<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("noscript", attributes, content())
}

@inlinable public func template<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("template", attributes, content())
}

@inlinable public func slot<C: HTML>(_ attributes: Attribute..., @HTMLBuilder content: () -> C) -> Element<C> {
  Element("slot", attributes, content())
}

/// An external script: `script(.type("module"), .src("/assets/js/app.js"))`.
@inlinable public func script(_ attributes: Attribute...) -> Element<EmptyHTML> {
  Element("script", attributes, EmptyHTML())
}
