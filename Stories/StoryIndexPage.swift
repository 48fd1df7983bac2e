import Components
import HTML

/// All stories in a list, and one of them in a frame: its props, its theme, its width and its markup.
///
/// Everything is in the address, so each state of the page can be linked, and nothing needs script.
package struct StoryIndexPage: Component {
  package var story: Story
  package var view: StoryView
  package var search: String
  package var assets: PageAssets
  package var api: String

  /// - Parameter query: `story` chooses the story, `q` searches, `theme` and `width` set the frame, and the rest are
  ///   props. A story that does not exist, or none, is the first of those found.
  package init(query: [String: String] = [:], assets: PageAssets = .init(), api: String = "") {
    let search = query["q"] ?? ""
    story =
      query["story"].flatMap(StoryCatalogue.story)
      ?? StoryCatalogue.stories.first { $0.matches(search) } ?? StoryCatalogue.stories[0]
    view = StoryView(query: query)
    self.search = search
    self.assets = assets
    self.api = api
  }

  package var body: some HTML {
    PageShell(
      pageTitle: "\(story.component): \(story.name) · Stories", page: "stories",
      current: "/stories", assets: assets, api: api
    ) {
      div(.class("stories-page")) {
        StoryList(search: search, chosen: story, view: view)
        StoryStage(story: story, view: view, search: search)
      }
    }
  }
}

/// The sidebar: a search, and the stories under their components. What it does not find is there and hidden, so that the
/// script can search as one types.
struct StoryList: Component {
  var search: String
  var chosen: Story
  var view: StoryView

  var body: some HTML {
    nav(.class("story-list"), .aria("label", "Stories")) {
      form(.class("story-list__search"), .method("get"), .action("/stories"), .role("search")) {
        input(
          .class("input"), .type("search"), .name("q"), .value(search), .placeholder("Find a story"),
          .aria("label", "Find a story"), .autocomplete("off"))
        ForEach(StoryAddress.settings(view)) { name, value in
          input(.type("hidden"), .name(name), .value(value))
        }
      }
      p(.class("story-list__none"), .role("status"), .data("slot", "stories-none"), .hidden(isAnyFound)) {
        span { "Nothing is called “" }
        span(.data("slot", "stories-search")) { search }
        span { "”. " }
        a(.href(StoryAddress.inIndex(chosen, view)), .data("action", "all-stories")) { "Show all stories" }
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
    li(.data("words", story.words), .hidden(!story.matches(search))) {
      a(
        .class("story-list__story"), .href(StoryAddress.inIndex(story, settings, search: search)),
        .aria("current", story.id == chosen.id ? "page" : nil)
      ) { story.name }
    }
  }

  private var isAnyFound: Bool { StoryCatalogue.stories.contains { $0.matches(search) } }

  /// Another story keeps the theme and the width, and starts with its own props.
  private var settings: StoryView {
    var view = view
    view.props = [:]
    return view
  }
}

/// The chosen story: ways to look at it, the frame, its props and its markup.
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
        choices("Theme", StoryView.Theme.allCases, \.theme)
        choices("Width", StoryView.Width.allCases, \.width)
        button(.class("button", "needs-script"), .type("button"), .data("action", "play")) {
          Icon(.play)
          "Play"
        }
        a(.class("button", "button--quiet"), .href(StoryAddress.alone(story, view))) { "Open alone" }
      }
      div(.class("story-stage__frame"), .data("width", view.width.rawValue)) {
        iframe(.src(StoryAddress.alone(story, view)), .title("\(story.component): \(story.name)")) {}
      }
      if !story.controls.isEmpty { StoryControls(story: story, view: view, search: search) }
      details(.class("story-stage__markup", "card")) {
        summary { "Markup" }
        button(.class("button", "needs-script"), .type("button"), .data("action", "copy-markup")) {
          Icon(.copy)
          "Copy"
        }
        pre(.tabindex(0), .aria("label", "Markup of the story")) {
          code { story.content(view.props).renderPretty() }
        }
      }
    }
  }

  private func choices<Value: RawRepresentable<String> & Equatable>(
    _ heading: String, _ values: [Value], _ setting: WritableKeyPath<StoryView, Value>
  ) -> some HTML {
    div(.class("story-stage__choices"), .role("group"), .aria("label", heading)) {
      ForEach(values) { value in
        a(
          .class("button"), .href(address(setting, value)),
          .aria("current", view[keyPath: setting] == value ? "true" : nil)
        ) { value.rawValue.prefix(1).uppercased() + value.rawValue.dropFirst() }
      }
    }
  }

  private func address<Value>(_ setting: WritableKeyPath<StoryView, Value>, _ value: Value) -> String {
    var view = view
    view[keyPath: setting] = value
    return StoryAddress.inIndex(story, view, search: search)
  }
}

/// The props of the story as a form: sending it renders the story anew on the server.
struct StoryControls: Component {
  var story: Story
  var view: StoryView
  var search: String

  var body: some HTML {
    form(.class("story-controls", "card"), .method("get"), .action("/stories")) {
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
        button(.class("button", "button--primary"), .type("submit")) { "Show" }
        a(.class("button", "button--quiet"), .href(initialAddress)) { "Reset" }
      }
    }
  }

  @HTMLBuilder private func field(_ control: StoryControl) -> some HTML {
    let value = control.value(view.props[control.name])
    switch control.kind {
    case .text:
      input(
        .id(id(control)), .class("input"), .type("text"), .name(control.name), .value(value),
        .maxlength(StoryControl.longestText))
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
    return StoryAddress.inIndex(story, view, search: search)
  }
}
