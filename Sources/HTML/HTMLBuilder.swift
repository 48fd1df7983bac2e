/// Combines the statements in a `body` or in an element's braces into one value.
///
/// A block can have up to ten statements, combined into a type of fixed arity that the compiler specialises. Nest
/// further ones in a ``group(content:)``.
@resultBuilder
public enum HTMLBuilder {
  @inlinable public static func buildExpression<Content: HTML>(_ content: Content) -> Content { content }

  @inlinable public static func buildBlock() -> EmptyHTML { EmptyHTML() }

  @inlinable public static func buildBlock<Content: HTML>(_ content: Content) -> Content { content }

  @inlinable public static func buildIf<Content: HTML>(_ content: Content?) -> Content? { content }

  @inlinable public static func buildEither<First: HTML, Second: HTML>(first: First) -> EitherHTML<First, Second> {
    .first(first)
  }

  @inlinable public static func buildEither<First: HTML, Second: HTML>(second: Second) -> EitherHTML<First, Second> {
    .second(second)
  }

  @inlinable public static func buildArray<Content: HTML>(_ contents: [Content]) -> [Content] { contents }

  @inlinable public static func buildLimitedAvailability(_ content: some HTML) -> AnyHTML { AnyHTML(content) }
}

/// Combines several statements into one: for more than ten in a row, and for functions that return siblings.
@inlinable public func group<Content: HTML>(@HTMLBuilder content: () -> Content) -> Content {
  content()
}

/// Renders nothing.
public struct EmptyHTML: HTML {
  @inlinable public init() {}

  @inlinable public func render(into writer: inout HTMLWriter) {}
}

/// One of the two branches of an `if` or a `switch`.
public enum EitherHTML<First: HTML, Second: HTML>: HTML {
  case first(First)
  case second(Second)

  @inlinable public func render(into writer: inout HTMLWriter) {
    switch self {
    case .first(let content): content.render(into: &writer)
    case .second(let content): content.render(into: &writer)
    }
  }
}

/// A row for each item. Rows are created and rendered one at a time, so a list of any length needs the memory of one
/// row.
public struct ForEach<Items: Sequence, Row: HTML>: HTML {
  @usableFromInline let items: Items
  @usableFromInline let row: (Items.Element) -> Row

  @inlinable public init(_ items: Items, @HTMLBuilder row: @escaping (Items.Element) -> Row) {
    self.items = items
    self.row = row
  }

  @inlinable public func render(into writer: inout HTMLWriter) {
    for item in items {
      row(item).render(into: &writer)
    }
  }
}

extension Optional: HTML where Wrapped: HTML {
  @inlinable public func render(into writer: inout HTMLWriter) {
    if let content = self { content.render(into: &writer) }
  }
}

extension Array: HTML where Element: HTML {
  @inlinable public func render(into writer: inout HTMLWriter) {
    for content in self { content.render(into: &writer) }
  }
}
