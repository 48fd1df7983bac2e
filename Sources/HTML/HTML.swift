/// Something that can write itself as markup: an element, a text, a component, a group of them.
///
/// Values are built by ``HTMLBuilder`` and written once, from left to right, straight into bytes: there is no tree to
/// walk and no string in between.
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

  /// The markup as a string, for tests and messages; a server sends ``render()``.
  @inlinable public func renderString() -> String {
    String(decoding: render(), as: UTF8.self)
  }
}

/// A part of a page with a name, typed props and a body.
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
/// A prop with the name of an element hides it (`label`, `title`, `body`): write `HTML::label(.for("name")) { … }`.
public protocol Component: HTML {
  associatedtype Body: HTML

  @HTMLBuilder var body: Body { get }
}

extension Component {
  @inlinable public func render(into writer: inout HTMLWriter) {
    body.render(into: &writer)
  }
}

/// Markup whose type is not known where it is used: a story, a slot filled by a caller.
///
/// Costs a dynamic call; give a component a generic parameter where the type can stay known.
public struct AnyHTML: HTML {
  private let content: any HTML

  public init(_ content: some HTML) {
    self.content = content
  }

  public func render(into writer: inout HTMLWriter) {
    content.render(into: &writer)
  }
}
