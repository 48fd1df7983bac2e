import HTML

/// One warning of a plugin: its message, severity and frame.
public struct WarningRow: Component, Equatable, Sendable {
  public var plugin: String
  public var message: String
  public var severity: Severity
  public var frame: String?

  public init(plugin: String, message: String, severity: Severity = .medium, frame: String? = nil) {
    self.plugin = plugin
    self.message = message
    self.severity = severity
    self.frame = frame
  }

  static let blank = WarningRow(plugin: "", message: "")

  public var body: some HTML {
    li(.class("warning-row"), .data("severity", severity.rawValue)) {
      StatusSign(sign: severity.sign)
      p(.class("warning-row__message"), .data("slot", "message")) { message }
      p(.class("warning-row__facts")) {
        span(.class("warning-row__severity"), .data("slot", "severity")) { severity.label }
        span(.data("slot", "plugin")) { plugin }
        span(.data("slot", "frame"), .hidden(frame == nil)) { frame.map { "frame \($0)" } ?? "" }
      }
    }
  }
}

/// The warnings of a job, newest first: the total, the newest hundred, and a filter by severity.
struct WarningList: Component {
  /// The maximum number of rows; more would slow down the page.
  static let shownCount = 100

  var warnings: [WarningRow]
  /// The total number of warnings, of which `warnings` may hold only the newest.
  var total: Int
  var severity: WarningRow.Severity?

  private var matching: [WarningRow] {
    severity.map { wanted in warnings.filter { $0.severity == wanted } } ?? warnings
  }

  /// The matching warnings beyond the limit, and those that were dropped from `warnings`.
  private var unshownCount: Int {
    max(0, matching.count - Self.shownCount) + (severity == nil ? max(0, total - warnings.count) : 0)
  }

  var body: some HTML {
    section(.class("warnings"), .aria("labelledby", "warnings-title")) {
      listHeader
      ol(
        .class("warnings__list"), .data("list", "warnings"), .tabindex(0), .aria("label", "Warnings, newest first")
      ) {
        ForEach(matching.suffix(Self.shownCount).reversed()) { $0 }
      }
      p(.class("warnings__more"), .data("slot", "warnings-empty"), .hidden(total > 0)) { "No warnings" }
      p(.class("warnings__more"), .data("slot", "warnings-none-shown"), .hidden(total == 0 || !matching.isEmpty)) {
        "0 of \(Readable.count(total)) warnings match"
      }
      p(.class("warnings__more"), .data("slot", "warnings-more"), .hidden(unshownCount == 0)) {
        "… and \(Readable.count(unshownCount)) more"
      }
    }
  }

  private var listHeader: some HTML {
    header(.class("card__header")) {
      h3(.id("warnings-title"), .class("card__title")) { "Warnings" }
      span(.class("card__count"), .data("slot", "warning-count")) { Readable.count(total) }
      select(
        .class("select", "select--quiet", "card__end", "needs-script"), .data("action", "filter-severity"),
        .aria("label", "Show warnings of severity")
      ) {
        option(.value("all"), .selected(severity == nil)) { "All severities" }
        ForEach(WarningRow.Severity.allCases) { each in
          option(.value(each.rawValue), .selected(each == severity)) { each.label }
        }
      }
      button(
        .class("button", "button--quiet", "button--icon", "needs-script"), .type("button"),
        .data("action", "copy-warnings"), .aria("label", "Copy warnings"), .title("Copy warnings")
      ) { Icon(.copy) }
    }
  }
}
