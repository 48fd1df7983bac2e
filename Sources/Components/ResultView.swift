import HTML

/// The result of a plugin: any JSON-like structure.
public indirect enum ResultValue: Equatable, Sendable {
  public struct Member: Equatable, Sendable {
    public var name: String
    public var value: ResultValue

    public init(_ name: String, _ value: ResultValue) {
      self.name = name
      self.value = value
    }
  }

  case text(String)
  case members([Member])
  case list([ResultValue])
}

/// Renders a result as nested lists. Entries beyond the limits are only counted; the API returns all of them.
public struct ResultView: HTML, Sendable {
  static let membersShown = 60
  static let itemsShown = 12
  static let shownDepth = 6

  public var value: ResultValue

  public init(_ value: ResultValue) {
    self.value = value
  }

  public func render(into writer: inout HTMLWriter) {
    div(.class("result-view")) { AnyHTML(Self.node(value, depth: 0)) }.render(into: &writer)
  }

  /// Recursive, so its type can't be spelled out: it costs one dynamic call per value.
  private static func node(_ value: ResultValue, depth: Int) -> any HTML {
    switch value {
    case .text(let text):
      return text
    case .members(let members) where depth < shownDepth && !members.isEmpty:
      return dl(.class("result-view__members")) {
        ForEach(members.prefix(membersShown)) { member in
          div {
            dt { member.name }
            dd { AnyHTML(node(member.value, depth: depth + 1)) }
          }
        }
        if members.count > membersShown { div(.class("result-view__more")) { rest(members.count - membersShown) } }
      }
    case .list(let items) where depth < shownDepth && !items.isEmpty:
      return ul(.class("result-view__list")) {
        ForEach(items.prefix(itemsShown)) { item in li { AnyHTML(node(item, depth: depth + 1)) } }
        if items.count > itemsShown { li(.class("result-view__more")) { rest(items.count - itemsShown) } }
      }
    case .members(let members):
      return size(members.count)
    case .list(let items):
      return size(items.count)
    }
  }

  private static func size(_ count: Int) -> String {
    count == 0 ? "none" : count == 1 ? "1 value" : "\(Readable.count(count)) values"
  }

  private static func rest(_ count: Int) -> String { "… and \(Readable.count(count)) more" }
}
