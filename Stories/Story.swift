import Domain
import HTML

/// A component in one named state. Stories are listed at `/stories`, and a snapshot test covers each one.
package struct Story: Sendable {
  package let component: String
  package let name: String
  package let controls: [StoryControl]
  private let render: @Sendable (StoryProps) -> AnyHTML

  /// The path below `/stories/` and the name of the snapshot, such as `realtime-overlay/in-progress`.
  package var id: String { "\(slug(component))/\(slug(name))" }

  /// The text that a search looks at.
  package var searchText: String { SearchText.folded("\(component) \(name) \(id)") }

  /// Whether the story contains every word of a search; an empty search matches every story.
  ///
  /// `matchesWords` in `web/js/search-text.js` implements the same rule for search as the user types.
  package func matches(_ search: String) -> Bool {
    SearchText.folded(query: search).split(separator: " ").allSatisfy { searchText.contains($0) }
  }

  /// Renders the component with the given prop values.
  ///
  /// - Parameter props: Values by control name, from the query string. Values that match no control are ignored.
  package func content(props: [String: String] = [:]) -> AnyHTML {
    render(StoryProps(controls: controls, requested: props))
  }

  fileprivate init(component: String, draft: StoryDraft) {
    self.component = component
    name = draft.name
    controls = draft.controls
    render = draft.render
  }
}

/// The stories of one component, in display order.
package struct StoryGroup: Sendable {
  package let component: String
  package let stories: [Story]

  /// - Parameters:
  ///   - component: The name of the Swift type.
  ///   - stories: The first one is the common case.
  init(_ component: String, _ stories: StoryDraft...) {
    self.component = component
    self.stories = stories.map { Story(component: component, draft: $0) }
  }
}

/// A story without its component: written `.story("Idle") { … }` in a ``StoryGroup``, which supplies the component.
struct StoryDraft: Sendable {
  let name: String
  let controls: [StoryControl]
  let render: @Sendable (StoryProps) -> AnyHTML

  static func story<Content: HTML & SendableMetatype>(
    _ name: String, content: @escaping @Sendable () -> Content
  ) -> StoryDraft {
    StoryDraft(name: name, controls: []) { _ in AnyHTML(content()) }
  }

  /// A story with props that the user can change on the page.
  static func story<Content: HTML & SendableMetatype>(
    _ name: String, controls: StoryControl..., content: @escaping @Sendable (StoryProps) -> Content
  ) -> StoryDraft {
    StoryDraft(name: name, controls: controls) { AnyHTML(content($0)) }
  }
}

/// Converts `InProgress` and `In progress` to `in-progress`.
func slug(_ name: String) -> String {
  var slug = ""
  for character in name {
    let isStart = character.isUppercase && slug.last?.isLowercase == true
    if isStart || (!isAlphanumeric(character) && !slug.isEmpty && slug.last != "-") { slug.append("-") }
    if isAlphanumeric(character) { slug += character.lowercased() }
  }
  return slug
}

private func isAlphanumeric(_ character: Character) -> Bool {
  character.isASCII && (character.isLetter || character.isNumber)
}
