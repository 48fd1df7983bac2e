import Components
import HTML
import Testing

struct PluginInspectorTests {
  private func inspector(_ plugins: PluginRow...) -> Markup {
    Markup(PluginInspector(plugins: plugins)).withoutTemplates
  }

  private func warnings(_ count: Int, severity: WarningRow.Severity = .low) -> [WarningRow] {
    (0..<count).map { WarningRow(plugin: "blur", message: "warning \($0).", severity: severity, frame: "\($0)") }
  }

  @Test func `the region has its id, class, role and label`() {
    #expect(
      Markup(PluginInspector()).contains(
        "<div id=\"plugin-inspector\" class=\"plugin-inspector card\" role=\"region\" aria-label=\"Plugin Inspector\""))
  }

  @Test(arguments: [
    (PluginRow.State.started, "⏳", "Started"), (.running, "⚙", "Running"), (.completed, "✓", "Completed"),
    (.failed, "✗", "Failed"), (.unknown, "?", "Unknown"), (.stopped, "■", "Stopped"),
  ])
  func `a state has a colour, a sign and a label`(state: PluginRow.State, sign: String, label: String) {
    let markup = inspector(PluginRow(name: "blur", state: state))
    #expect(markup.contains("data-key=\"blur\" data-state=\"\(state.rawValue)\""))
    #expect(markup.slot("icon")?.text == sign)
    #expect(markup.slot("status")?.text == label)
  }

  @Test(arguments: [nil, "", "paused", "RUNNING"])
  func `an unrecognised state name is unknown`(name: String?) {
    #expect(PluginRow.State(named: name) == .unknown)
  }

  @Test(arguments: [
    (145.5, "145.5 ms", "medium"), (0, "0.0 ms", "good"), (99.9, "99.9 ms", "good"), (100, "100.0 ms", "medium"),
    (499.96, "500.0 ms", "medium"), (500, "500.0 ms", "slow"), (999_999, "999999.0 ms", "slow"), (-1, "N/A", ""),
    (.nan, "N/A", ""), (nil, "–", ""),
  ])
  func `a timing has one decimal, and its grade is text as well as colour`(
    timing: Double?, text: String, grade: String
  ) {
    let markup = inspector(PluginRow(name: "blur", state: .running, timing: timing))
    #expect(markup.slot("timing")?.text == text)
    #expect(markup.slot("budget")?.text == grade)
    #expect(markup.contains("data-slot=\"bar\" data-budget=\"\(grade)\""))
  }

  @Test(arguments: [PluginRow.State.failed, .stopped])
  func `the timing of a plugin that did not complete has no grade`(state: PluginRow.State) {
    let markup = inspector(PluginRow(name: "blur", state: state, timing: 12))
    #expect(markup.slot("timing")?.text == "12.0 ms")
    #expect(markup.slot("budget")?.text == "")
    #expect(markup.contains("data-slot=\"bar\" data-budget=\"\" style=\"--value: 1\""))
  }

  @Test func `a quiet inspector stays hidden until something is reported`() {
    let nothing = Markup(PluginInspector(showsEmpty: false))
    #expect(nothing.contains("data-quiet hidden>"))
    let warned = Markup(
      PluginInspector(warnings: [WarningRow(plugin: "blur", message: "w", severity: .low)], showsEmpty: false))
    #expect(warned.contains("data-quiet>"))
    #expect(warned.contains("data-slot=\"plugins-header\" hidden"))
    #expect(warned.contains("data-slot=\"plugins-empty\" hidden"))
  }

  @Test func `bars are scaled to the slowest plugin`() {
    let markup = inspector(
      PluginRow(name: "a", state: .running, timing: 50), PluginRow(name: "b", state: .running, timing: 200),
      PluginRow(name: "c", state: .running, timing: -4), PluginRow(name: "d", state: .started))
    #expect(markup.contains("data-budget=\"good\" style=\"--value: 0.25\""))
    #expect(markup.contains("data-budget=\"medium\" style=\"--value: 1\""))
    #expect(markup.count(of: "data-budget=\"\" style=\"--value: 0\"") == 2)
  }

  @Test func `the latency budget can be changed`() {
    let row = PluginRow(name: "a", state: .running, timing: 15)
    let markup = Markup(PluginInspector(plugins: [row], budget: .init(good: 10, medium: 20))).withoutTemplates
    #expect(markup.slot("budget")?.text == "medium")
    #expect(markup.contains("data-budget-good-ms=\"10\" data-budget-medium-ms=\"20\""))
  }

  @Test func `metadata and statistics are in a collapsed section of their row`() {
    let markup = inspector(
      PluginRow(
        name: "a", state: .completed, timing: 15, metadata: [Fact("Version", "1.2.0")],
        statistics: .init(median: 14, p95: 20.25, maximum: 31, frames: 1280, health: "ok")))
    let folded = markup.between("</summary>", and: "</details>") ?? ""
    for part in ["Version", "1.2.0", "14.0 ms", "20.3 ms", "31.0 ms", "1,280", "ok"] {
      #expect(folded.contains(">\(part)<"), "\(part)")
    }
  }

  @Test func `plugins are listed in execution order`() {
    let markup = inspector(PluginRow(name: "zeta", state: .completed), PluginRow(name: "alpha", state: .failed))
    let keys = markup.text.split(separator: "data-key=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
    #expect(keys == ["zeta", "alpha"])
  }

  @Test func `more than fifty plugins are grouped by state, most urgent first`() {
    let states = PluginRow.State.allCases
    let plugins = (0..<51).map { PluginRow(name: "p\($0)", state: states[$0 % 5]) }
    #expect(!Markup(PluginInspector(plugins: Array(plugins.prefix(50)))).withoutTemplates.contains("plugin-group"))
    let markup = Markup(PluginInspector(plugins: plugins)).withoutTemplates
    let groups = markup.text.split(separator: "class=\"plugin-group\" data-state=\"").dropFirst()
    #expect(groups.map { $0.prefix { $0 != "\"" } } == ["failed", "running", "started", "completed", "unknown"])
    #expect(markup.contains("data-slot=\"status\">Started</span> <span class=\"muted\" data-slot=\"count\">11</span>"))
    #expect(markup.count(of: "class=\"plugin-row\"") == 51)
  }

  @Test func `missing plugins and missing timings have a placeholder each`() {
    let empty = Markup(PluginInspector())
    #expect(empty.contains("data-slot=\"plugins-empty\">"))
    #expect(empty.contains("No plugins running"))
    #expect(empty.slot("timings-empty")?.isHidden == true)

    let waiting = inspector(PluginRow(name: "a", state: .started))
    #expect(waiting.contains("data-slot=\"plugins-empty\" hidden"))
    #expect(waiting.slot("timings-empty")! == ("Waiting for timing data", false))

    #expect(inspector(PluginRow(name: "a", state: .running, timing: 1)).slot("timings-empty")?.isHidden == true)
  }

  @Test func `a warning shows its plugin, message, severity and frame`() {
    let row = WarningRow(plugin: "blur", message: "<b>blurred</b>", severity: .high, frame: "12")
    let markup = Markup(PluginInspector(warnings: [row])).withoutTemplates
    #expect(markup.contains("class=\"warning-row\" data-severity=\"high\""))
    #expect(markup.slot("plugin")?.text == "blur")
    #expect(markup.slot("message")?.text == "&lt;b&gt;blurred&lt;/b&gt;")
    #expect(markup.slot("severity")?.text == "High")
    #expect(markup.slot("frame")! == ("frame 12", false))
    #expect(markup.slot("warning-count")?.text == "1")
    #expect(markup.slot("warnings-empty")?.isHidden == true)
  }

  @Test(arguments: [(0, 0), (1, 0), (100, 0), (101, 1), (1350, 1250)])
  func `only the newest hundred warnings are listed, and the rest are counted`(count: Int, more: Int) {
    let markup = Markup(PluginInspector(warnings: warnings(count))).withoutTemplates
    #expect(markup.count(of: "class=\"warning-row\"") == min(count, 100))
    #expect(markup.slot("warnings-more")?.isHidden == (more == 0))
    #expect(markup.contains("… and \(more == 1250 ? "1,250" : "\(more)") more"))
    if count > 100 {
      #expect(markup.contains("warning \(count - 1)."))
      #expect(!markup.contains(">warning 0.<"))
    }
  }

  @Test func `warnings that are no longer in memory are counted`() {
    let markup = Markup(PluginInspector(warnings: warnings(5), warningsTotal: 812)).withoutTemplates
    #expect(markup.slot("warning-count")?.text == "812")
    #expect(markup.slot("warnings-more")! == ("… and 807 more", false))
  }

  @Test func `a severity filter without matches says so`() {
    let mixed = warnings(3, severity: .low) + warnings(2, severity: .high)
    let high = Markup(PluginInspector(warnings: mixed, severity: .high)).withoutTemplates
    #expect(high.count(of: "class=\"warning-row\"") == 2)
    #expect(high.contains("<option value=\"high\" selected>High</option>"))
    #expect(high.slot("warnings-none-shown")?.isHidden == true)
    let medium = Markup(PluginInspector(warnings: mixed, severity: .medium)).withoutTemplates
    #expect(medium.count(of: "class=\"warning-row\"") == 0)
    #expect(medium.slot("warnings-none-shown")! == ("0 of 5 warnings match", false))
  }

  @Test func `the newest warning is listed first`() {
    let markup = Markup(PluginInspector(warnings: warnings(3))).withoutTemplates
    #expect(markup.slot("message")?.text == "warning 2.")
  }

  @Test(arguments: ["plugin-row", "plugin-group", "metadata-item", "warning-row"])
  func `each row that the script clones is in a template`(name: String) {
    #expect(Markup(PluginInspector()).count(of: "<template data-template=\"\(name)\"><") == 1)
  }
}
