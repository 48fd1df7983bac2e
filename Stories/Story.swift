import HTML

/// A component in one named state. A story is shown at `/stories`, and its markup is a snapshot test.
package struct Story: Sendable {
  package let component: String
  package let name: String
  package let controls: [StoryControl]
  private let make: @Sendable (StoryProps) -> AnyHTML

  /// Such as `realtime-overlay/in-progress`: its place below `/stories/`, and the name of its snapshot.
  package var id: String { "\(slug(component))/\(slug(name))" }

  /// What a search looks at.
  package var words: String { "\(component) \(name) \(id)".lowercased() }

  /// Whether all words of a search are in it; an empty one finds everything. `matchesWords` in `web/js/pages/stories.js`
  /// is the same for a search that is being typed.
  package func matches(_ search: String) -> Bool {
    search.lowercased().split(separator: " ").allSatisfy { words.contains($0) }
  }

  /// The component, with what was asked of its controls.
  ///
  /// - Parameter asked: values by the name of a control, from the address; what fits no control is ignored.
  package func content(_ asked: [String: String] = [:]) -> AnyHTML {
    make(StoryProps(controls, asked: asked))
  }

  fileprivate init(_ component: String, _ draft: StoryDraft) {
    self.component = component
    name = draft.name
    controls = draft.controls
    make = draft.make
  }
}

/// The stories of one component, in the order in which they are shown.
package struct StoryGroup: Sendable {
  package let component: String
  package let stories: [Story]

  /// - Parameters:
  ///   - component: the name of the Swift type.
  ///   - stories: the first is the common case.
  init(_ component: String, _ stories: StoryDraft...) {
    self.component = component
    self.stories = stories.map { Story(component, $0) }
  }
}

/// A story that does not know its component yet; written `.story("Idle") { … }` in a ``StoryGroup``.
struct StoryDraft: Sendable {
  let name: String
  let controls: [StoryControl]
  let make: @Sendable (StoryProps) -> AnyHTML

  static func story<Content: HTML & SendableMetatype>(
    _ name: String, content: @escaping @Sendable () -> Content
  ) -> StoryDraft {
    StoryDraft(name: name, controls: []) { _ in AnyHTML(content()) }
  }

  /// A story whose props can be changed on the page.
  static func story<Content: HTML & SendableMetatype>(
    _ name: String, controls: StoryControl..., content: @escaping @Sendable (StoryProps) -> Content
  ) -> StoryDraft {
    StoryDraft(name: name, controls: controls) { AnyHTML(content($0)) }
  }
}

/// `InProgress` and `In progress` as `in-progress`.
func slug(_ name: String) -> String {
  var slug = ""
  for character in name {
    let isStart = character.isUppercase && slug.last?.isLowercase == true
    if isStart || (!isWord(character) && !slug.isEmpty && slug.last != "-") { slug.append("-") }
    if isWord(character) { slug += character.lowercased() }
  }
  return slug
}

private func isWord(_ character: Character) -> Bool {
  character.isASCII && (character.isLetter || character.isNumber)
}
