import Components
import HTML

/// What an address below `/stories` asks for, besides the story: its props, the theme and the width.
package struct StoryView: Equatable, Sendable {
  package enum Theme: String, CaseIterable, Sendable {
    case system, light, dark
  }

  package enum Width: String, CaseIterable, Sendable {
    case desktop, tablet, phone
  }

  package var theme: Theme
  package var width: Width
  /// By the name of a control.
  package var props: [String: String]

  /// - Parameter query: the parameters of the address; those that mean nothing here are taken for props, and a story
  ///   ignores the props that it doesn't know.
  package init(query: [String: String] = [:]) {
    theme = query["theme"].flatMap(Theme.init) ?? .system
    width = query["width"].flatMap(Width.init) ?? .desktop
    props = query
  }
}

/// One story alone, as it would stand on a page: for the frame of ``StoryIndexPage``, for tests and for screenshots.
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
      title: "\(story.component): \(story.name)", .lang("en"), .data("theme", chosenTheme),
      body: [.data("page", "story")]
    ) {
      meta(.name("color-scheme"), .content("light dark"))
      link(.rel("icon"), .type("image/svg+xml"), .href(assets.favicon))
      if chosenTheme == nil { script(.src(assets.themeScript)) }
      link(.rel("stylesheet"), .href(assets.styleSheet))
      script(.type("module"), .src(assets.script))
    } content: {
      main(.class("story-page")) { story.content(view.props) }
      // In the index's frame the script takes it away; without script it leads out of the frame.
      footer(.class("story-page__end"), .data("slot", "story-end")) {
        a(.href(StoryAddress.inIndex(story, view)), .target("_top")) { "All stories" }
      }
    }
  }

  private var chosenTheme: String? { view.theme == .system ? nil : view.theme.rawValue }
}
