import Components
import HTML
import Testing

struct ProgressBarTests {
  @Test func `the bar has the id, class, role and limits that scripts and screen readers rely on`() {
    let markup = Markup(ProgressBar(percent: 42.5, stage: "Detecting motion"))
    let bar = markup.between("<div id=\"progress-bar\"", and: ">") ?? ""
    for attribute in [
      "class=\"progress-bar\"", "role=\"progressbar\"", "aria-valuemin=\"0\"", "aria-valuemax=\"100\"",
      "aria-valuenow=\"42.5\"", "aria-valuetext=\"42.5%, Detecting motion\"", "aria-label=\"Progress\"",
      "style=\"--value: 0.425\"",
    ] {
      #expect(bar.contains(attribute), "\(attribute) in \(bar)")
    }
    #expect(markup.contains("class=\"progress-bar-fill\""))
    #expect(markup.contains("class=\"progress-bar-label\""))
  }

  @Test(arguments: [
    (-5.0, "0", "0%", "0"), (0, "0", "0%", "0"), (42.5, "42.5", "42.5%", "0.425"), (99.97, "99.97", "99.9%", "0.9997"),
    (100, "100", "Complete", "1"), (150, "100", "Complete", "1"),
  ])
  func `a value is clamped to 0...100`(percent: Double, now: String, text: String, fill: String) {
    let markup = Markup(ProgressBar(percent: percent))
    #expect(markup.contains("aria-valuenow=\"\(now)\""))
    #expect(markup.slot("percent")?.text == text)
    #expect(markup.contains("--value: \(fill)\""))
    #expect(!markup.contains("data-indeterminate"))
  }

  @Test(arguments: [
    (ProgressBar.State.running, "Complete", "Processing…"), (.complete, "Complete", "Done"),
    (.failed, "100%", "Failed"), (.cancelled, "100%", "Cancelled"),
  ])
  func `only work that did not fail is complete at 100%`(state: ProgressBar.State, figure: String, label: String) {
    let markup = Markup(ProgressBar(percent: 100, state: state))
    #expect(markup.slot("percent")?.text == figure)
    #expect(markup.slot("label")?.text == label)
    #expect(markup.contains("aria-valuetext=\"\(figure), \(label)\""))
  }

  @Test(arguments: [nil, Double.nan, .infinity, -.infinity])
  func `an unknown value is an indeterminate bar`(percent: Double?) {
    let markup = Markup(ProgressBar(percent: percent, stage: "Compiling"))
    #expect(markup.contains("data-indeterminate"))
    #expect(!markup.contains("aria-valuenow"))
    #expect(markup.contains("aria-valuetext=\"Compiling\""))
    #expect(markup.slot("percent")?.text == "")
  }

  @Test(arguments: [
    ("Detecting", "motion", "Detecting"), (nil, "motion", "motion"), ("", "motion", "motion"),
    (nil, nil, "Processing…"),
    ("", "", "Processing…"),
  ])
  func `the label is the stage, or else the plugin, or else Processing…`(stage: String?, plugin: String?, label: String)
  {
    #expect(Markup(ProgressBar(percent: 1, stage: stage, plugin: plugin)).slot("label")?.text == label)
  }

  @Test func `elapsed time, rate and time left are shown next to the bar`() {
    let known = Markup(ProgressBar(percent: 40, elapsed: .seconds(102), rate: 12.43, remaining: .seconds(138)))
    #expect(known.slot("elapsed")?.text == "1:42")
    #expect(known.slot("rate")?.text == "12.4/s")
    #expect(known.slot("eta")?.text == "about 2 min")
    let unknown = Markup(ProgressBar(percent: 40))
    for name in ["elapsed", "rate", "eta"] { #expect(unknown.slot(name)?.text == "–") }
  }

  @Test func `the state follows from the value unless it is given`() {
    #expect(Markup(ProgressBar(percent: 99)).contains("data-state=\"running\""))
    #expect(Markup(ProgressBar(percent: 100)).contains("data-state=\"complete\""))
    #expect(Markup(ProgressBar(percent: 40, state: .failed)).contains("data-state=\"failed\""))
  }

  @Test func `a hostile stage is escaped`() {
    let markup = Markup(ProgressBar(percent: 1, stage: "\"><img src=x onerror=alert(1)>"))
    #expect(!markup.contains("<img"))
    #expect(markup.slot("label")?.text == "\"&gt;&lt;img src=x onerror=alert(1)&gt;")
  }
}
