import HTML

/// The state and timings of a job's plugins, and their warnings.
///
/// A page has at most one: its id is `plugin-inspector`.
public struct PluginInspector: Component, Sendable {
  /// With more plugins than this, the rows are grouped by state.
  public static let ungroupedCount = 50
  /// Warnings beyond this number are counted, not listed.
  public static let warningsShown = WarningList.shownCount

  /// In execution order. The inspector scales their bars to the slowest.
  public var plugins: [PluginRow]
  /// Oldest first.
  public var warnings: [WarningRow]
  /// The total number of warnings, of which ``warnings`` may hold only the newest.
  public var warningsTotal: Int
  public var budget: LatencyBudget
  /// Lists only warnings of this severity; `nil` for all.
  public var severity: WarningRow.Severity?
  /// Whether to show a placeholder if there are no plugins and no warnings. If not, the inspector is hidden.
  public var showsEmpty: Bool

  public init(
    plugins: [PluginRow] = [], warnings: [WarningRow] = [], warningsTotal: Int? = nil, budget: LatencyBudget = .init(),
    severity: WarningRow.Severity? = nil, showsEmpty: Bool = true
  ) {
    self.plugins = plugins
    self.warnings = warnings
    self.warningsTotal = max(warningsTotal ?? 0, warnings.count)
    self.budget = budget
    self.severity = severity
    self.showsEmpty = showsEmpty
  }

  public var body: some HTML {
    div(
      .id("plugin-inspector"), .class("plugin-inspector", "card"), .role("region"), .aria("label", "Plugin Inspector"),
      .data("budget-good-ms", budget.good), .data("budget-medium-ms", budget.medium),
      .when(!showsEmpty, .data("quiet")), .hidden(!showsEmpty && plugins.isEmpty && warningsTotal == 0)
    ) {
      header(.class("card__header"), .data("slot", "plugins-header"), .hidden(!showsEmpty && plugins.isEmpty)) {
        h2(.class("card__title")) { "Plugins" }
        span(.class("card__count"), .data("slot", "plugins-count")) { Readable.count(plugins.count) }
        p(.class("card__end", "muted"), .data("slot", "timings-empty"), .hidden(plugins.isEmpty || hasTiming)) {
          "Waiting for timing data"
        }
      }
      div(.class("empty"), .data("slot", "plugins-empty"), .hidden(!showsEmpty || !plugins.isEmpty)) {
        Icon(.puzzle)
        p { "No plugins running" }
      }
      ol(.class("plugin-inspector__rows"), .data("list", "plugins")) { rows }
      WarningList(warnings: warnings, total: warningsTotal, severity: severity)
      templates
    }
  }

  private var hasTiming: Bool { plugins.contains { $0.timing != nil } }

  @HTMLBuilder private var rows: some HTML {
    if plugins.count > Self.ungroupedCount {
      // Most urgent first.
      ForEach([PluginRow.State.failed, .running, .started, .stopped, .completed, .unknown]) { state in
        let members = scaled.filter { $0.state == state }
        if !members.isEmpty {
          PluginGroup(state: state, count: members.count)
          members
        }
      }
    } else {
      scaled
    }
  }

  private var scaled: [PluginRow] {
    let slowest = plugins.compactMap(\.timing).filter { $0.isFinite }.max()
    return plugins.map { plugin in
      var row = plugin
      row.slowest = slowest
      row.budget = budget
      return row
    }
  }

  private var templates: some HTML {
    group {
      template(.data("template", "plugin-row")) { PluginRow.blank }
      template(.data("template", "plugin-group")) { PluginGroup(state: .unknown, count: 0) }
      template(.data("template", "metadata-item")) { MetadataItem.blank }
      template(.data("template", "warning-row")) { WarningRow.blank }
    }
  }
}
