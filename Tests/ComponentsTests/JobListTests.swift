import Components
import HTML
import Testing

struct JobListTests {
  private func row(_ state: JobState = .running, percent: Double? = 42.5, warnings: Int = 0) -> JobRow {
    JobRow(
      id: "job-7", name: "walk.y4m", address: "/jobs/job-7", state: state, percent: percent, stage: "Detecting",
      device: "cpu", warnings: warnings, started: .init(iso: "2026-02-04T15:30:00.123Z", text: "2 min ago"),
      duration: .seconds(124))
  }

  @Test func `a row shows the job's name, state, progress and facts`() {
    let markup = Markup(row(warnings: 14))
    #expect(markup.contains("<li class=\"job-row\" data-key=\"job-7\" data-state=\"running\">"))
    #expect(markup.contains("href=\"/jobs/job-7\""))
    for (slot, text) in [
      ("name", "walk.y4m"), ("stage", "Detecting"), ("status", "Running"), ("status-icon", "⚙"), ("percent", "42.5%"),
      ("device", "cpu"), ("warnings", "14"), ("started", "2 min ago"), ("duration", "2:04"),
    ] {
      #expect(markup.slot(slot)?.text == text)
    }
    #expect(markup.contains("datetime=\"2026-02-04T15:30:00.123Z\""))
    #expect(markup.contains(" data-some"))
    #expect(!Markup(row()).contains(" data-some"))
    #expect(Markup(row()).slot("warnings")?.text == "–")
    #expect(markup.contains("title=\"walk.y4m\nDetecting\""))
  }

  @Test(arguments: [(nil, "–", "0"), (Double.nan, "–", "0"), (-5, "0%", "0"), (150, "100%", "1")])
  func `progress is clamped to 0...100, and an invalid value is unknown`(percent: Double?, text: String, fill: String) {
    let markup = Markup(row(percent: percent))
    #expect(markup.slot("percent")?.text == text)
    #expect(markup.contains("--value: \(fill)\""))
  }

  @Test(arguments: JobState.allCases)
  func `a state has a label and a sign, not just a colour`(state: JobState) {
    let markup = Markup(row(state))
    #expect(markup.slot("status")?.text == state.label)
    #expect(markup.slot("status-icon")?.text == state.sign)
    let badge = Markup(JobStatus(state))
    #expect(badge.slot("job-status")?.text == state.label)
    #expect(badge.contains("data-state=\"\(state.rawValue)\""))
  }

  @Test func `an empty list explains how to start a job`() {
    let markup = Markup(JobList()).withoutTemplates
    #expect(markup.slot("jobs-empty")?.isHidden == false)
    #expect(markup.contains("No jobs yet"))
    #expect(markup.contains("Start a job with the form on this page, or send a POST request to /v1/jobs."))
    #expect(Markup(JobList(rows: [row()])).slot("jobs-empty")?.isHidden == true)
  }

  @Test func `a filter without matches says so and can be reset`() {
    let list = JobList(filter: .init(state: .failed, query: "zz"), total: 812) { $0.isEmpty ? "/" : "/?filtered" }
    let markup = Markup(list).withoutTemplates
    #expect(markup.slot("jobs-none-shown")?.isHidden == false)
    #expect(markup.slot("jobs-total")?.text == "812")
    #expect(markup.contains("<a href=\"/\">Reset the filter</a>"))
    #expect(markup.slot("jobs-empty")?.isHidden == true)
  }

  @Test func `the tabs are links that keep the search text`() {
    let list = JobList(rows: [row()], filter: .init(state: .running, query: "a&b ä\"<")) { filter in
      "/\(filter.state?.rawValue ?? "all")/\(filter.query.utf8.count)"
    }
    let markup = Markup(list)
    for tab in ["all", "running", "queued", "succeeded", "failed", "cancelled"] {
      #expect(markup.contains("href=\"/\(tab)/8\""))
    }
    #expect(markup.contains("data-filter-status=\"running\" data-filter-query=\"a&amp;b ä&quot;"))
    #expect(markup.count(of: "aria-current=\"true\"") == 1)
    #expect(markup.contains("<input type=\"hidden\" name=\"status\" value=\"running\">"))
    #expect(Markup(JobList()).contains("<input type=\"hidden\" name=\"status\" value=\"\" disabled>"))
  }

  @Test func `the row that the script clones is in a template`() {
    #expect(Markup(JobList()).contains("<template data-template=\"job-row\"><li class=\"job-row\" data-key=\"\""))
  }
}

struct BannerTests {
  @Test func `an error shows its heading, message and code`() {
    let markup = Markup(ErrorBanner([.init(heading: "blur failed", message: "Signal 11.", code: "PLUGIN_CRASH")]))
    #expect(markup.contains("class=\"error-row\" role=\"alert\" data-state=\"failed\""))
    #expect(markup.slot("error-title")?.text == "blur failed")
    #expect(markup.slot("error-message")?.text == "Signal 11.")
    #expect(markup.slot("error-code")! == ("PLUGIN_CRASH", false))
    #expect(!markup.contains("<error-banner hidden>"))
  }

  @Test func `a banner without errors is hidden and empty`() {
    #expect(Markup(ErrorBanner()).contains("<error-banner hidden>"))
    #expect(Markup(ErrorBanner()).withoutTemplates.contains("class=\"error-row\"") == false)
  }

  @Test(arguments: [
    (ConnectionBadge(.connecting), "connecting", "Connecting…"), (ConnectionBadge(.live), "live", "Live"),
    (ConnectionBadge(.reconnecting, asOf: "14:02:11"), "reconnecting", "Reconnecting…"),
    (ConnectionBadge(.offline), "offline", "Offline"),
    (ConnectionBadge(.offline, asOf: "14:02:11"), "offline", "Offline: showing data"),
    (ConnectionBadge(.closed(reason: nil)), "closed", "Disconnected"),
    (ConnectionBadge(.closed(reason: "the session has expired")), "closed", "Disconnected: the session has expired"),
    (ConnectionBadge(.gone, asOf: "14:02:11"), "gone", "No longer on the server"),
  ])
  func `a badge shows the state as text, the time of the data, and a button once closed`(
    badge: ConnectionBadge, name: String, label: String
  ) {
    let markup = Markup(badge)
    #expect(markup.contains("data-state=\"\(name)\""))
    #expect(markup.slot("connection-label")?.text == label)
    #expect(markup.slot("connection-as-of")! == (badge.asOf.map { "as of \($0)" } ?? "", badge.asOf == nil))
    #expect(markup.contains("data-action=\"reconnect\" hidden") == (name != "closed"))
  }

  @Test func `a spinner shows its label`() {
    #expect(Markup(LoadingSpinner("Loading jobs…")).contains("<span>Loading jobs…</span>"))
  }
}
