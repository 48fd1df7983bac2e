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

  @Test func `it is a whole document with a title and the facts that the script needs`() {
    let markup = page()
    for part in [
      "<!DOCTYPE html>", "<html lang=\"en\">", "<title>64% · build</title>", "name=\"viewport\"",
      "<meta name=\"telltale-api\" content=\"\">", "<body data-page=\"job\" data-job-id=\"job-7\"",
      "href=\"/assets/css/app.css\"", "<script type=\"module\" src=\"/assets/js/app.js\">",
      "<main class=\"page-shell__main\" id=\"main\"", "href=\"#main\"", "<p>content</p>",
    ] {
      #expect(markup.contains(part), "\(part)")
    }
  }

  @Test func `files have the names that it is given`() {
    let assets = PageAssets(styleSheet: "/a.1f.css", script: "/b.2e.js", themeScript: "/c.3d.js")
    let markup = page(assets: assets)
    #expect(markup.contains("href=\"/a.1f.css\""))
    #expect(markup.contains("src=\"/b.2e.js\""))
    #expect(markup.contains("<script src=\"/c.3d.js\"></script>"))
    #expect(page().contains("<script src=\"/assets/js/theme.js\"></script>"))
  }

  @Test func `the page's module is loaded early, beside the script that imports it`() {
    let markup = page(assets: PageAssets(script: "/assets/1f/js/app.js"))
    #expect(markup.contains("<link rel=\"modulepreload\" href=\"/assets/1f/js/pages/job.js\">"))
    #expect(!Markup(PageShell(pageTitle: "") { "" }).contains("modulepreload"))
  }

  @Test func `only pages that exist are linked, and the current one is marked`() {
    let ways = page().between("aria-label=\"Pages\">", "</nav>") ?? ""
    #expect(ways == "<a href=\"/\" aria-current=\"page\">Dashboard</a><a href=\"/stories\">Stories</a>")
    #expect(!page(current: nil).contains("aria-current"))
  }

  @Test(arguments: [(JobState.running, "-running"), (.succeeded, "-succeeded"), (.failed, "-failed"), (nil, "")])
  func `the icon in the tab shows the state of the job`(state: JobState?, suffix: String) {
    #expect(page(jobState: state).contains("type=\"image/svg+xml\" href=\"/assets/img/favicon\(suffix).svg\""))
  }

  @Test func `the state can't end its script`() {
    let markup = page(initialState: Array(#"{"name":"</script><img src=x>"}"#.utf8))
    #expect(markup.contains("<script type=\"application/json\" id=\"initial-state\">"))
    #expect(!markup.contains("<img"))
  }

  @Test func `nothing runs or is styled from within the page`() {
    let markup = Markup(
      PageShell(pageTitle: "", page: "dashboard") {
        RealtimeOverlay()
        JobList()
        StartJobForm()
      })
    let text = markup.text
    #expect(!text.contains("<style"))
    let handler = text.firstMatch(of: /<[^>]* on[a-z]+="/)?.output
    #expect(handler == nil)
    for style in markup.text.split(separator: " style=\"").dropFirst() {
      #expect(style.hasPrefix("--"))
    }
  }
}

struct StartJobFormTests {
  @Test func `it posts plain fields without script`() {
    let form = StartJobForm(
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

  @Test func `an upload needs the script, so its field has no name`() {
    let field = Markup(StartJobForm()).between("<input type=\"file\"", ">") ?? ""
    #expect(!field.contains("name="))
  }

  @Test func `a refused job comes back with the reason`() {
    let markup = Markup(StartJobForm(problem: .init("20 jobs are waiting already.")))
    #expect(markup.slot("start-error")! == ("20 jobs are waiting already.", false))
    #expect(!markup.contains("aria-invalid"))
    #expect(Markup(StartJobForm()).slot("start-error")?.isHidden == true)
  }

  @Test(arguments: StartJobForm.Problem.Field.allCases)
  func `what is wrong with a field stands at the field`(field: StartJobForm.Problem.Field) {
    let form = StartJobForm(
      plugins: [.init(plugin: "blur"), .init(plugin: "motion")], problem: .init("Not this.", at: field))
    let markup = Markup(form)
    for other in StartJobForm.Problem.Field.allCases {
      #expect(markup.slot("error-\(other.rawValue)")! == (other == field ? "Not this." : "", other != field))
    }
    #expect(markup.slot("start-error")?.isHidden == true)
    let marked = [.source: 1, .name: 1, .plugins: 2][field, default: 0]
    #expect(markup.count(of: "aria-invalid=\"true\"") == marked)
    #expect(markup.count(of: " autofocus") == min(1, marked))
  }

  @Test func `what is wrong with the plugins is said even where there are none to choose`() {
    let markup = Markup(StartJobForm(problem: .init("Choose at least one plugin.", at: .plugins)))
    #expect(markup.slot("start-error")! == ("Choose at least one plugin.", false))
  }
}

struct ResultViewTests {
  @Test func `members, lists and texts are nested`() {
    let value = ResultValue.members([.init("a<", .text("1")), .init("b", .list([.text("x"), .text("y")]))])
    let markup = Markup(ResultView(value))
    #expect(markup.contains("<dt>a&lt;</dt><dd>1</dd>"))
    #expect(markup.contains("<li>x</li><li>y</li>"))
  }

  @Test func `what is longer or deeper than anybody reads is counted`() {
    let long = Markup(ResultView(.list((0..<1000).map { .text("\($0)") })))
    #expect(long.contains("… and 988 more"))
    let deep = (0..<500).reduce(ResultValue.text("end")) { inner, _ in .list([inner]) }
    let markup = Markup(ResultView(deep))
    #expect(markup.contains("1 value<"))
  }

  @Test(arguments: [ResultValue.list([]), .members([])])
  func `nothing is said to be none`(value: ResultValue) {
    #expect(Markup(ResultView(value)).contains("none"))
  }
}
