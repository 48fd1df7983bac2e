import Domain

/// The URLs of stories. All of a page's state is in its URL, so the pages work without script.
enum StoryAddress {
  /// The URL of the story on its own, with the view's props and theme.
  static func standalone(_ story: Story, view: StoryView) -> String {
    Address.story(story.id, query: theme(view) + props(of: story, in: view)).description
  }

  /// The URL of the story in the catalogue.
  static func inIndex(_ story: Story, view: StoryView, search: String = "") -> String {
    let parts =
      [("story", story.id)] + (search.isEmpty ? [] : [("q", search)]) + settings(view) + props(of: story, in: view)
    return Address.stories(query: parts).description
  }

  /// The theme and the width, each omitted if it has its default value.
  static func settings(_ view: StoryView) -> [(String, String)] {
    theme(view) + (view.width == .desktop ? [] : [("width", view.width.rawValue)])
  }

  private static func theme(_ view: StoryView) -> [(String, String)] {
    view.theme == .system ? [] : [("theme", view.theme.rawValue)]
  }

  /// The values of the story's controls that differ from their initial values.
  private static func props(of story: Story, in view: StoryView) -> [(String, String)] {
    story.controls.compactMap { control in
      let value = control.value(for: view.props[control.name])
      return value == control.initial ? nil : (control.name, value)
    }
  }
}
