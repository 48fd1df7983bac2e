import Components
import HTML

/// How a page below `/stories` shows its story: props, theme and width.
package struct StoryView: Equatable, Sendable {
  package enum Theme: String, CaseIterable, Sendable {
    case system, light, dark
  }

  package enum Width: String, CaseIterable, Sendable {
    case desktop, tablet, phone
  }

  package var theme: Theme
  package var width: Width
  /// Values by control name.
  package var props: [String: String]

  /// - Parameter query: The parameters of the query string. All of them are passed on as props; a story ignores those
  ///   that it doesn't know.
  package init(query: [String: String] = [:]) {
    theme = query["theme"].flatMap(Theme.init) ?? .system
    width = query["width"].flatMap(Width.init) ?? .desktop
    props = query
  }
}

/// One story on a page of its own: for the frame of ``StoryIndexPage``, for tests and for screenshots.
package struct StoryPage: Component {
  package var story: Story
  package var view: StoryView
  package var assets: PageAssets

  package init(_ story: Story, view: StoryView = .init(), assets: PageAssets = .init()) {
    self.story = story
    self.view = view
    self.assets = assets
  }

  package var body: some HTML {
    document(
      title: "\(story.component): \(story.name)", .lang("en"), .data("theme", selectedTheme),
      body: [.data("page", "story")]
    ) {
      meta(.name("color-scheme"), .content("light dark"))
      link(.rel("icon"), .type("image/svg+xml"), .href(assets.favicon))
      if selectedTheme == nil { script(.src(assets.themeScript)) }
      link(.rel("stylesheet"), .href(assets.styleSheet))
      script(.type("module"), .src(assets.module(ofPage: "story")))
    } content: {
      main(.class("story-page")) { story.content(props: view.props) }
      // The script hides this link in the frame of the catalogue. Without script, it leads out of the frame.
      footer(.class("story-page__end"), .data("slot", "story-end")) {
        a(.href(StoryAddress.inIndex(story, view: view)), .target("_top")) { "All stories" }
      }
    }
  }

  private var selectedTheme: String? { view.theme == .system ? nil : view.theme.rawValue }
}
