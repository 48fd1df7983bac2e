import Components
import Domain
import HTML

/// The catalogue: a list of all stories, and one story in a frame with its props, theme, width and markup.
///
/// All state is in the URL, so every state of the page can be linked to, and the page works without script.
package struct StoryIndexPage: Component {
  package var story: Story
  package var view: StoryView
  package var search: String
  package var assets: PageAssets
  package var api: String
  package var storage: StorageBanner

  /// - Parameter query: `story` selects the story, `q` searches, `theme` and `width` configure the frame, and the rest
  ///   are props. If `story` is missing or unknown, the page shows the first match of the search.
  package init(
    query: [String: String] = [:], assets: PageAssets = .init(), api: String = "", storage: StorageBanner = .init()
  ) {
    let search = query["q"] ?? ""
    story =
      query["story"].flatMap(StoryCatalogue.story)
      ?? StoryCatalogue.stories.first { $0.matches(search) } ?? StoryCatalogue.stories[0]
    view = StoryView(query: query)
    self.search = search
    self.assets = assets
    self.api = api
    self.storage = storage
  }

  package var body: some HTML {
    PageShell(
      pageTitle: "\(story.component): \(story.name) · Stories", page: "stories",
      current: Address.stories().description, assets: assets, api: api, storage: storage
    ) {
      div(.class("stories-page")) {
        StoryList(search: search, chosen: story, view: view)
        StoryStage(story: story, view: view, search: search)
      }
    }
  }
}

/// The sidebar: a search field, and the stories grouped by component. Stories that don't match are rendered hidden, so
/// that the script can search as the user types.
struct StoryList: Component {
  var search: String
  var chosen: Story
  var view: StoryView

  var body: some HTML {
    nav(.class("story-list"), .aria("label", "Stories")) {
      form(.class("story-list__search"), .method("get"), .action(Address.stories().description), .role("search")) {
        input(
          .class("input"), .type("search"), .name("q"), .value(search), .placeholder("Search stories"),
          .aria("label", "Search stories"), .autocomplete("off"))
        ForEach(StoryAddress.settings(view)) { name, value in
          input(.type("hidden"), .name(name), .value(value))
        }
      }
      p(.class("story-list__none"), .role("status"), .data("slot", "stories-none"), .hidden(isAnyFound)) {
        span { "No stories match “" }
        span(.data("slot", "stories-search")) { search }
        span { "”. " }
        a(.href(StoryAddress.inIndex(chosen, view: view)), .data("action", "all-stories")) { "Show all stories" }
      }
      div(.class("story-list__groups"), .hidden(!isAnyFound), .data("slot", "stories")) {
        ForEach(StoryCatalogue.all) { group in
          section(.hidden(!group.stories.contains { $0.matches(search) })) {
            h2(.class("story-list__component")) { group.component }
            ul {
              ForEach(group.stories) { entry($0) }
            }
          }
        }
      }
    }
  }

  private func entry(_ story: Story) -> some HTML {
    li(.data("words", story.searchText), .hidden(!story.matches(search))) {
      a(
        .class("story-list__story"), .href(StoryAddress.inIndex(story, view: settings, search: search)),
        .aria("current", story.id == chosen.id ? "page" : nil)
      ) { story.name }
    }
  }

  private var isAnyFound: Bool { StoryCatalogue.stories.contains { $0.matches(search) } }

  /// Links to other stories keep the theme and the width, but not the props.
  private var settings: StoryView {
    var view = view
    view.props = [:]
    return view
  }
}

/// The selected story: display settings, the frame, props and markup.
struct StoryStage: Component {
  var story: Story
  var view: StoryView
  var search: String

  var body: some HTML {
    article(.class("story-stage")) {
      header(.class("story-stage__header")) {
        h1(.class("story-stage__title")) {
          story.component
          " "
          span(.class("muted")) { story.name }
        }
        choices("Theme", of: StoryView.Theme.allCases, for: \.theme)
        choices("Width", of: StoryView.Width.allCases, for: \.width)
        button(.class("button", "needs-script"), .type("button"), .data("action", "play")) {
          Icon(.play)
          "Play"
        }
        a(.class("button", "button--quiet"), .href(StoryAddress.standalone(story, view: view))) { "Open story" }
      }
      div(.class("story-stage__frame"), .data("width", view.width.rawValue)) {
        iframe(.src(StoryAddress.standalone(story, view: view)), .title("\(story.component): \(story.name)")) {}
      }
      if !story.controls.isEmpty { StoryControls(story: story, view: view, search: search) }
      details(.class("story-stage__markup", "card")) {
        summary { "Markup" }
        button(.class("button", "needs-script"), .type("button"), .data("action", "copy-markup")) {
          Icon(.copy)
          "Copy"
        }
        pre(.tabindex(0), .aria("label", "Markup of the story")) {
          code { story.content(props: view.props).renderPretty() }
        }
      }
    }
  }

  private func choices<Value: RawRepresentable<String> & Equatable>(
    _ heading: String, of values: [Value], for setting: WritableKeyPath<StoryView, Value>
  ) -> some HTML {
    div(.class("story-stage__choices"), .role("group"), .aria("label", heading)) {
      ForEach(values) { value in
        a(
          .class("button"), .href(address(setting: setting, to: value)),
          .aria("current", view[keyPath: setting] == value ? "true" : nil)
        ) { value.rawValue.prefix(1).uppercased() + value.rawValue.dropFirst() }
      }
    }
  }

  private func address<Value>(setting: WritableKeyPath<StoryView, Value>, to value: Value) -> String {
    var view = view
    view[keyPath: setting] = value
    return StoryAddress.inIndex(story, view: view, search: search)
  }
}

/// A form for the story's props. Submitting it re-renders the story on the server.
struct StoryControls: Component {
  var story: Story
  var view: StoryView
  var search: String

  var body: some HTML {
    form(.class("story-controls", "card"), .method("get"), .action(Address.stories().description)) {
      header(.class("card__header")) { h2(.class("card__title")) { "Props" } }
      div(.class("story-controls__fields")) {
        ForEach(story.controls) { control in
          div(.class("field")) {
            HTML::label(.class("field__label"), .for(id(control))) { control.name }
            field(control)
          }
        }
      }
      input(.type("hidden"), .name("story"), .value(story.id))
      input(.type("hidden"), .name("q"), .value(search), .disabled(search.isEmpty))
      ForEach(StoryAddress.settings(view)) { name, value in
        input(.type("hidden"), .name(name), .value(value))
      }
      footer(.class("story-controls__end")) {
        button(.class("button", "button--primary"), .type("submit")) { "Apply" }
        a(.class("button", "button--quiet"), .href(initialAddress)) { "Reset" }
      }
    }
  }

  @HTMLBuilder private func field(_ control: StoryControl) -> some HTML {
    let value = control.value(for: view.props[control.name])
    switch control.kind {
    case .text:
      input(
        .id(id(control)), .class("input"), .type("text"), .name(control.name), .value(value),
        .maxlength(StoryControl.maxTextLength))
    case .number(let range):
      input(
        .id(id(control)), .class("input"), .type("number"), .name(control.name), .value(value),
        .min(range.lowerBound), .max(range.upperBound), .step("any"))
    case .choice(let values):
      select(.id(id(control)), .class("select"), .name(control.name)) {
        ForEach(values) { each in
          option(.value(each), .selected(each == value)) { each }
        }
      }
    }
  }

  private func id(_ control: StoryControl) -> String { "prop-\(slug(control.name))" }

  private var initialAddress: String {
    var view = view
    view.props = [:]
    return StoryAddress.inIndex(story, view: view, search: search)
  }
}
