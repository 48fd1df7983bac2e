/// A value that renders as markup: an element, text, a component, or a group of them.
///
/// Values are built by ``HTMLBuilder`` and rendered from left to right directly into bytes, without a tree or strings
/// in between.
public protocol HTML {
  /// Appends the markup of this value to `writer`.
  func render(into writer: inout HTMLWriter)
}

extension HTML {
  /// The markup as UTF-8.
  @inlinable public func render() -> [UInt8] {
    var writer = HTMLWriter()
    render(into: &writer)
    return writer.finish()
  }

  /// The markup as a string, for tests and messages. Servers send ``render()``.
  @inlinable public func renderString() -> String {
    String(decoding: render(), as: UTF8.self)
  }
}

/// A reusable part of a page with typed props and a body.
///
/// ```swift
/// public struct Badge: Component {
///   public var tone: Tone
///   public var label: String
///
///   public var body: some HTML {
///     span(.class("badge"), .data("tone", tone.rawValue)) { label }
///   }
/// }
/// ```
///
/// A prop shadows an element with the same name (`label`, `title`, `body`). To reach the element, write
/// `HTML::label(.for("name")) { … }`.
public protocol Component: HTML {
  associatedtype Body: HTML

  @HTMLBuilder var body: Body { get }
}

extension Component {
  @inlinable public func render(into writer: inout HTMLWriter) {
    body.render(into: &writer)
  }
}

/// Type-erased markup, for example a story or a slot filled by the caller.
///
/// Costs a dynamic call. Prefer a generic parameter if the type can be known statically.
public struct AnyHTML: HTML {
  private let content: any HTML

  public init(_ content: some HTML) {
    self.content = content
  }

  public func render(into writer: inout HTMLWriter) {
    content.render(into: &writer)
  }
}
