import Components
import HTML
import Testing

struct PageShellTests {
  private func page(
    current: String? = "/", assets: PageAssets = .init(), jobState: JobState? = nil, initialState: [UInt8]? = nil
  ) -> Markup {
    Markup(
      PageShell(
        pageTitle: "64% · build", page: "job", current: current, assets: assets, jobID: "job-7", jobState: jobState,
        initialState: initialState
      ) { p { "content" } })
  }

  @Test func `the shell is a complete document with a title and the data that the script needs`() {
    let markup = page()
    for part in [
      "<!DOCTYPE html>", "<html lang=\"en\">", "<title>64% · build</title>", "name=\"viewport\"",
      "<meta name=\"telltale-api\" content=\"\">", "<body data-page=\"job\" data-job-id=\"job-7\"",
      "href=\"/assets/css/app.css\"", "<script type=\"module\" src=\"/assets/js/pages/job.js\">",
      "<main class=\"page-shell__main\" id=\"main\"", "href=\"#main\"", "<p>content</p>",
    ] {
      #expect(markup.contains(part), "\(part)")
    }
  }

  @Test func `static files have the given URLs`() {
    let assets = PageAssets(styleSheet: "/a.1f.css", script: "/b.2e.js", themeScript: "/c.3d.js")
    let markup = page(assets: assets)
    #expect(markup.contains("href=\"/a.1f.css\""))
    #expect(markup.contains("href=\"/b.2e.js\""))
    #expect(markup.contains("<script src=\"/c.3d.js\"></script>"))
    #expect(page().contains("<script src=\"/assets/js/theme.js\"></script>"))
  }

  @Test func `the document itself loads the page's module, so that a page that has loaded is attached`() {
    let markup = page(assets: PageAssets(script: "/assets/1f/js/app.js"))
    #expect(markup.contains("<script type=\"module\" src=\"/assets/1f/js/pages/job.js\"></script>"))
    #expect(markup.contains("<link rel=\"modulepreload\" href=\"/assets/1f/js/app.js\">"))
    #expect(Markup(PageShell(pageTitle: "") { "" }).contains("src=\"/assets/js/pages/plain.js\""))
    #expect(PageAssets(script: "app.js").module(ofPage: "job") == "pages/job.js")
  }

  @Test func `the navigation links to existing pages and marks the current one`() {
    let links = page().between("aria-label=\"Pages\">", and: "</nav>") ?? ""
    #expect(links == "<a href=\"/\" aria-current=\"page\">Dashboard</a><a href=\"/stories\">Stories</a>")
    #expect(!page(current: nil).contains("aria-current"))
  }

  @Test(arguments: [(JobState.running, "-running"), (.succeeded, "-succeeded"), (.failed, "-failed"), (nil, "")])
  func `the favicon shows the state of the job`(state: JobState?, suffix: String) {
    #expect(page(jobState: state).contains("type=\"image/svg+xml\" href=\"/assets/img/favicon\(suffix).svg\""))
  }

  @Test func `the initial state can't close its script element`() {
    let markup = page(initialState: Array(#"{"name":"</script><img src=x>"}"#.utf8))
    #expect(markup.contains("<script type=\"application/json\" id=\"initial-state\">"))
    #expect(!markup.contains("<img"))
  }

  @Test func `a page has no inline scripts, event handlers or styles`() {
    let markup = Markup(
      PageShell(pageTitle: "", page: "dashboard") {
        RealtimeOverlay()
        JobList()
        StartJobForm()
      })
    let text = markup.text
    #expect(!text.contains("<style"))
    #expect(text.firstMatch(of: /<script(?![^>]* src=)[^>]*>/)?.output == nil)
    #expect(text.firstMatch(of: /<[^>]* on[a-z]+="/)?.output == nil)
    let styles = text.split(separator: " style=\"").dropFirst()
    #expect(!styles.isEmpty)
    for style in styles {
      #expect(style.hasPrefix("--"), "a custom property carries data, and nothing else is styled inline")
    }
  }
}

struct StartJobFormTests {
  @Test func `without script the form posts plain fields`() {
    let form = StartJobForm(
      action: "/jobs",
      plugins: [.init(plugin: "blur", description: "Finds blur", isChosen: true), .init(plugin: "motion")],
      devices: [.init("cpu"), .init("gpu")], source: "a.y4m", name: "A")
    let markup = Markup(form)
    #expect(markup.contains("method=\"post\" action=\"/jobs\""))
    #expect(!markup.contains("enctype"))
    #expect(markup.contains("<input type=\"checkbox\" name=\"plugins\" value=\"blur\" checked>"))
    #expect(markup.contains("<input type=\"checkbox\" name=\"plugins\" value=\"motion\">"))
    #expect(markup.contains("id=\"start-device\" class=\"select\" name=\"device_requested\""))
    #expect(markup.contains("name=\"source\" value=\"a.y4m\""))
    #expect(markup.contains("name=\"name\" value=\"A\""))
  }

  @Test func `the file field has no name, because only the script can upload`() throws {
    let field = try #require(Markup(StartJobForm()).between("<input type=\"file\"", and: ">"))
    #expect(!field.contains("name="))
  }

  @Test func `a refused job shows the reason next to the button`() {
    let markup = Markup(StartJobForm(problem: .init("20 jobs are waiting already.")))
    #expect(markup.slot("start-error")! == ("20 jobs are waiting already.", false))
    #expect(!markup.contains("aria-invalid"))
    #expect(Markup(StartJobForm()).slot("start-error")?.isHidden == true)
  }

  @Test(arguments: StartJobForm.Problem.Field.allCases)
  func `a problem with a field is shown at the field`(field: StartJobForm.Problem.Field) {
    let form = StartJobForm(
      plugins: [.init(plugin: "blur"), .init(plugin: "motion")], problem: .init("Invalid.", at: field))
    let markup = Markup(form)
    for other in StartJobForm.Problem.Field.allCases {
      #expect(markup.slot("error-\(other.rawValue)")! == (other == field ? "Invalid." : "", other != field))
    }
    #expect(markup.slot("start-error")?.isHidden == true)
    let marked = [.source: 1, .name: 1, .plugins: 2][field, default: 0]
    #expect(markup.count(of: "aria-invalid=\"true\"") == marked)
    #expect(markup.count(of: " autofocus") == min(1, marked))
  }

  @Test func `the options of a plugin are fields with their range and default, open if they were filled in`() {
    func markup(value: String) -> Markup {
      Markup(
        StartJobForm(plugins: [
          .init(plugin: "blur"),
          .init(
            plugin: "motion",
            options: [
              .init(
                field: "options.motion.level", label: "level", hint: "grey levels: 1 to 254", placeholder: "24",
                value: value)
            ]),
        ]))
    }
    let empty = markup(value: "")
    #expect(empty.count(of: "<details") == 1 && empty.contains("aria-label=\"Options of motion\""))
    #expect(empty.contains("name=\"options.motion.level\"") && empty.contains("placeholder=\"24\""))
    #expect(empty.contains("grey levels: 1 to 254") && !empty.contains(" open>"))
    #expect(markup(value: "30").contains("value=\"30\"") && markup(value: "30").contains(" open>"))
  }

  @Test func `a problem with the plugins is shown even if there are none to select`() {
    let markup = Markup(StartJobForm(problem: .init("Choose at least one plugin.", at: .plugins)))
    #expect(markup.slot("start-error")! == ("Choose at least one plugin.", false))
  }
}

struct ResultViewTests {
  @Test func `members, lists and texts are rendered nested`() {
    let value = ResultValue.members([.init("a<", .text("1")), .init("b", .list([.text("x"), .text("y")]))])
    let markup = Markup(ResultView(value))
    #expect(markup.contains("<dt>a&lt;</dt><dd>1</dd>"))
    #expect(markup.contains("<li>x</li><li>y</li>"))
  }

  @Test func `entries beyond the limits of length and depth are counted`() {
    let long = Markup(ResultView(.list((0..<1000).map { .text("\($0)") })))
    #expect(long.count(of: "<li>") == 12)
    #expect(long.contains("… and 988 more"))
    let deep = (0..<500).reduce(ResultValue.text("end")) { inner, _ in .list([inner]) }
    let markup = Markup(ResultView(deep))
    #expect(markup.count(of: "<ul") == 6)
    #expect(markup.contains("1 value<"))
  }

  @Test(arguments: [ResultValue.list([]), .members([])])
  func `an empty result is shown as none`(value: ResultValue) {
    #expect(Markup(ResultView(value)).text == "<div class=\"result-view\">none</div>")
  }
}
