import HTML

/// A point in time, in a machine-readable and a human-readable form.
public struct Moment: Equatable, Sendable {
  /// ISO 8601, UTC.
  public var iso: String
  /// For people, such as "3 min ago".
  public var text: String

  public init(iso: String, text: String) {
    self.iso = iso
    self.text = text
  }
}

/// One job in ``JobList``.
public struct JobRow: Component, Sendable {
  public var id: String
  public var name: String
  /// The URL of the job's page.
  public var address: String?
  public var state: JobState
  /// 0…100; `nil` if unknown.
  public var percent: Double?
  /// The current stage, or the reason for a failure.
  public var stage: String
  public var device: String?
  public var warnings: Int
  public var started: Moment?
  public var duration: Duration?

  public init(
    id: String, name: String, address: String? = nil, state: JobState, percent: Double? = nil, stage: String = "",
    device: String? = nil, warnings: Int = 0, started: Moment? = nil, duration: Duration? = nil
  ) {
    self.id = id
    self.name = name
    self.address = address
    self.state = state
    self.percent = percent.flatMap { $0.isFinite ? min(max($0, 0), 100) : nil }
    self.stage = stage
    self.device = device
    self.warnings = warnings
    self.started = started
    self.duration = duration
  }

  static let blank = JobRow(id: "", name: "", state: .queued)

  public var body: some HTML {
    li(.class("job-row"), .data("key", id), .data("state", state.rawValue)) {
      // The tooltip shows text that is cut off. It is on this element because the name's link covers the whole row.
      div(.class("job-row__title"), .data("slot", "row-title"), .title(title)) {
        a(.class("job-row__name"), .href(address), .data("slot", "name")) { name }
        span(.class("job-row__stage"), .data("slot", "stage")) { stage }
      }
      span(.class("job-row__status")) {
        StatusBadge(sign: state.sign, label: state.label, signSlot: "status-icon", labelSlot: "status")
      }
      span(.class("job-row__progress")) {
        span(.class("job-row__bar"), .data("slot", "progress"), .property("--value", (percent ?? 0) / 100)) {}
        span(.data("slot", "percent")) { percent.map(Readable.percent) ?? Readable.unknown }
      }
      facts
      button(
        .class("button", "button--quiet", "needs-script"), .type("button"), .data("action", "watch"),
        .aria("label", "Watch live next to this list"), .title("Watch live")
      ) {
        Icon(.watch)
        span(.class("job-row__watch")) { "Watch" }
      }
    }
  }

  private var title: String? {
    let lines = [name, stage].filter { !$0.isEmpty }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  private var facts: some HTML {
    group {
      span(.class("job-row__fact", "job-row__device")) {
        span(.class("visually-hidden")) { "Device " }
        span(.data("slot", "device")) { device ?? Readable.unknown }
      }
      span(.class("job-row__fact", "job-row__warnings"), .when(warnings > 0, .data("some"))) {
        Icon(.warning)
        span(.class("visually-hidden")) { "Warnings " }
        span(.data("slot", "warnings")) { warnings > 0 ? Readable.count(warnings) : Readable.unknown }
      }
      span(.class("job-row__fact", "job-row__started")) {
        span(.class("visually-hidden")) { "Started " }
        time(.datetime(started?.iso), .data("slot", "started")) { started?.text ?? Readable.unknown }
      }
      span(.class("job-row__fact", "job-row__duration", "job-row__number")) {
        span(.class("visually-hidden")) { "Duration " }
        span(.data("slot", "duration")) { duration.map(Readable.clock) ?? Readable.unknown }
      }
    }
  }
}
