import HTML

/// The jobs, newest first. The filters are plain links and a plain form, so that they work without script.
public struct JobList: Component, Sendable {
  /// Selects which jobs are listed. Both parts are in the page's query string.
  public struct Filter: Equatable, Sendable {
    public var state: JobState?
    public var query: String

    public init(state: JobState? = nil, query: String = "") {
      self.state = state
      self.query = query
    }

    public var isEmpty: Bool { state == nil && query.isEmpty }
  }

  /// The URLs that the list links to.
  private struct Links: Sendable {
    let all: String
    /// The jobs that the filter selects.
    let selected: String
    /// The tabs, by state; `nil` is the tab of every state. Each keeps the search text.
    let tabs: [JobState?: String]
  }

  public var rows: [JobRow]
  public let filter: Filter
  /// The number of all jobs, regardless of the filter.
  public var total: Int
  /// The URL of the page with older jobs.
  public var older: String?
  private let links: Links

  /// - Parameter address: Returns the URL of the page that lists the jobs of a filter.
  public init(
    rows: [JobRow] = [], filter: Filter = .init(), total: Int? = nil, older: String? = nil,
    address: (Filter) -> String = { _ in "" }
  ) {
    self.rows = rows
    self.filter = filter
    let tabs = ([nil] + Self.tabStates).map { ($0, address(Filter(state: $0, query: filter.query))) }
    links = Links(
      all: address(Filter()), selected: address(filter), tabs: Dictionary(uniqueKeysWithValues: tabs))
    self.total = max(total ?? 0, rows.count)
    self.older = older
  }

  public var body: some HTML {
    element(
      "job-list", .class("card"), .data("filter-status", filter.state?.rawValue ?? ""),
      .data("filter-query", filter.query)
    ) {
      header(.class("card__header")) {
        h2(.class("card__title")) { "Jobs" }
        span(.class("card__count"), .data("slot", "jobs-count")) { Readable.count(total) }
      }
      filters
      p(.class("job-list__last-known"), .role("status"), .data("slot", "jobs-last-known"), .hidden()) {
        "Can't reach the server. This list shows the last known state. "
        a(.href(links.selected), .data("slot", "jobs-load-again")) { "Try again" }
      }
      list
      noRows
      // While the user types, the script searches the rows on the page; the server searches all jobs.
      p(.class("job-list__more"), .data("slot", "jobs-page-only"), .hidden()) {
        "Only the jobs on this page were searched. "
        a(.href(links.selected), .data("slot", "jobs-search-all-link")) { "Search all jobs" }
      }
      if let older {
        p(.class("job-list__more"), .data("slot", "jobs-older")) { a(.href(older), .rel("next")) { "Older jobs" } }
      }
      template(.data("template", "job-row")) { JobRow.blank }
    }
  }

  private static let tabStates: [JobState] = [.running, .queued, .succeeded, .failed, .cancelled]

  private var filters: some HTML {
    form(.class("job-list__filters"), .method("get"), .action(links.all), .role("search")) {
      nav(.class("job-list__tabs"), .aria("label", "Jobs by status")) {
        tab("All", state: nil)
        ForEach(Self.tabStates) { tab($0.label, state: $0) }
      }
      input(
        .type("hidden"), .name("status"), .value(filter.state?.rawValue ?? ""), .disabled(filter.state == nil))
      input(
        .class("input"), .type("search"), .name("q"), .value(filter.query),
        .placeholder("Filter by name, source or id"), .aria("label", "Filter by name, source or id"),
        .data("action", "filter-query"), .autocomplete("off"))
    }
  }

  private func tab(_ label: String, state: JobState?) -> some HTML {
    a(.href(links.tabs[state]), .aria("current", state == filter.state ? "true" : nil)) { label }
  }

  private var list: some HTML {
    ol(.class("job-list__rows"), .data("list", "jobs"), .aria("label", "Jobs, newest first")) {
      li(.class("job-list__head"), .aria("hidden", true), .hidden(rows.isEmpty)) {
        span { "Job" }
        span { "Status" }
        span { "Progress" }
        span { "Device" }
        span { "Warnings" }
        span { "Started" }
        span(.class("job-row__number")) { "Duration" }
      }
      rows
    }
  }

  private var noRows: some HTML {
    group {
      div(.class("empty"), .data("slot", "jobs-empty"), .hidden(total > 0)) {
        Icon(.inbox)
        p(.class("empty__title")) { "No jobs yet" }
        p { "Start a job with the form on this page, or send a POST request to /v1/jobs." }
      }
      p(.class("empty"), .data("slot", "jobs-none-shown"), .hidden(total == 0 || !rows.isEmpty || filter.isEmpty)) {
        span {
          "0 of "
          span(.data("slot", "jobs-total")) { Readable.count(total) }
          " jobs match. "
          a(.href(links.all)) { "Reset the filter" }
        }
      }
    }
  }
}
