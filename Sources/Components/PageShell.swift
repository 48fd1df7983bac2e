import HTML

/// The URLs of a page's static files. The server passes hashed names; the defaults are the plain ones.
public struct PageAssets: Equatable, Sendable {
  public var styleSheet: String
  /// The script that all pages share. The pages' own modules are in the folder `pages` beside it.
  public var script: String
  /// Runs before the first paint, so that the page doesn't flash in the wrong theme.
  public var themeScript: String
  /// The favicon depends on the state of the job that the page shows.
  public var favicon: String
  public var faviconRunning: String
  public var faviconSucceeded: String
  public var faviconFailed: String

  public init(
    styleSheet: String = "/assets/css/app.css", script: String = "/assets/js/app.js",
    themeScript: String = "/assets/js/theme.js",
    favicon: String = "/assets/img/favicon.svg", faviconRunning: String = "/assets/img/favicon-running.svg",
    faviconSucceeded: String = "/assets/img/favicon-succeeded.svg",
    faviconFailed: String = "/assets/img/favicon-failed.svg"
  ) {
    self.styleSheet = styleSheet
    self.script = script
    self.themeScript = themeScript
    self.favicon = favicon
    self.faviconRunning = faviconRunning
    self.faviconSucceeded = faviconSucceeded
    self.faviconFailed = faviconFailed
  }

  /// The URL of a page's own module, which imports the shared script.
  public func module(ofPage page: String) -> String {
    let folder = script.lastIndex(of: "/").map { script[...$0] } ?? ""
    return "\(folder)pages/\(page).js"
  }
}

/// The layout of every page: document head, navigation bar and content.
public struct PageShell<Content: HTML>: Component {
  public var pageTitle: String
  /// The name of the page's module in `web/js/pages/`, such as `dashboard`.
  public var page: String
  /// The URL of the navigation link to mark as current.
  public var current: String?
  public var assets: PageAssets
  /// The server's base URL if the page is hosted elsewhere; empty for the page's own origin.
  public var api: String
  /// Shown above the content if the server can't store anything.
  public var storage: StorageBanner
  public var jobID: String?
  /// The state of the job that the page shows, for the favicon.
  public var jobState: JobState?
  /// The JSON that the script starts from.
  public var initialState: [UInt8]?
  /// Without script, the page reloads after this many seconds; `nil` if nothing on it will change.
  public var refreshSeconds: Int?
  public var connection: ConnectionBadge?
  public var content: Content

  public init(
    pageTitle: String, page: String = "plain", current: String? = nil, assets: PageAssets = .init(), api: String = "",
    storage: StorageBanner = .init(), jobID: String? = nil, jobState: JobState? = nil,
    initialState: [UInt8]? = nil, refreshSeconds: Int? = nil,
    connection: ConnectionBadge? = nil,
    @HTMLBuilder content: () -> Content
  ) {
    self.pageTitle = pageTitle
    self.page = page
    self.current = current
    self.assets = assets
    self.api = api
    self.storage = storage
    self.jobID = jobID
    self.jobState = jobState
    self.initialState = initialState
    self.refreshSeconds = refreshSeconds
    self.connection = connection
    self.content = content()
  }

  public var body: some HTML {
    document(
      title: pageTitle, .lang("en"),
      body: [.data("page", page), .data("job-id", jobID), .data("state", jobState?.rawValue)]
    ) {
      links
    } content: {
      a(.class("skip-link", "visually-hidden"), .href("#main")) { "Skip to main content" }
      bar
      main(.class("page-shell__main"), .id("main"), .tabindex(-1)) {
        storage
        content
      }
      if let initialState {
        script(json: initialState, .id("initial-state"))
      }
    }
  }

  private var links: some HTML {
    group {
      group {
        meta(.name("color-scheme"), .content("light dark"))
        meta(.name("theme-color"), .media("(prefers-color-scheme: light)"), .content("#fafafb"))
        meta(.name("theme-color"), .media("(prefers-color-scheme: dark)"), .content("#0f1013"))
        meta(.name("description"), .content("Long-running work, as it happens"))
        meta(.name("telltale-api"), .content(api))
      }
      link(
        .rel("icon"), .type("image/svg+xml"), .href(favicon), .data("slot", "favicon"), .data("idle", assets.favicon),
        .data("running", assets.faviconRunning), .data("succeeded", assets.faviconSucceeded),
        .data("failed", assets.faviconFailed))
      script(.src(assets.themeScript))
      link(.rel("stylesheet"), .href(assets.styleSheet))
      if let refreshSeconds {
        noscript { meta(.httpEquiv("refresh"), .content(refreshSeconds)) }
      }
      link(.rel("modulepreload"), .href(assets.script))
      script(.type("module"), .src(assets.module(ofPage: page)))
    }
  }

  private var favicon: String {
    switch jobState {
    case .running: assets.faviconRunning
    case .succeeded: assets.faviconSucceeded
    case .failed: assets.faviconFailed
    case .queued, .cancelled, nil: assets.favicon
    }
  }

  private var bar: some HTML {
    header(.class("page-shell__bar")) {
      a(.class("page-shell__brand"), .href("/"), .aria("label", "Telltale dashboard")) {
        Lamp()
        span { "Telltale" }
      }
      nav(.class("page-shell__nav"), .aria("label", "Pages")) {
        navigationLink("Dashboard", to: "/")
        navigationLink("Stories", to: "/stories")
      }
      div(.class("page-shell__end")) {
        connection
        ThemeToggle()
      }
    }
  }

  private func navigationLink(_ label: String, to address: String) -> some HTML {
    a(.href(address), .aria("current", address == current ? "page" : nil)) { label }
  }
}

/// Switches between the light and the dark theme. Until it is used, the system setting applies.
struct ThemeToggle: Component {
  var body: some HTML {
    element("theme-toggle", .class("needs-script")) {
      button(
        .class("button", "button--quiet", "button--icon"), .type("button"), .data("action", "toggle-theme"),
        .aria("label", "Switch between light and dark theme"), .title("Switch theme (t)")
      ) {
        Icon(.sun, part: "theme-toggle__light")
        Icon(.moon, part: "theme-toggle__dark")
      }
    }
  }
}

/// Telltale's logo: a lit warning lamp, as on a car's dashboard.
struct Lamp: Component {
  var body: some HTML {
    svg(.class("page-shell__lamp"), .viewBox("0 0 22 22"), .aria("hidden", true), .focusable("false")) {
      circle(.class("lamp__halo"), .cx(11), .cy(11), .r(10.5))
      circle(.class("lamp__ring"), .cx(11), .cy(11), .r(6.5))
      circle(.class("lamp__light"), .cx(11), .cy(11), .r(3.75))
    }
  }
}
