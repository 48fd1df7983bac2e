import HTML

/// How far a job has come, with the time it took and the time it still needs.
///
/// One on a page: `#progress-bar` is what the script and assistive technology look for.
public struct ProgressBar: Component, Sendable {
  public enum State: String, CaseIterable, Sendable {
    case idle, running, complete, failed, cancelled
  }

  /// In percent. Shown within 0…100; `nil`, and what is no number, is "not known", shown as a bar without an end.
  public var percent: Double?
  /// What is going on; else ``plugin``, else "Processing…" is shown.
  public var stage: String?
  public var plugin: String?
  public var state: State
  public var elapsed: Duration?
  /// Frames or other units a second.
  public var rate: Double?
  public var remaining: Duration?

  /// - Parameter state: `nil` is `.complete` at 100 and `.running` below.
  public init(
    percent: Double?, stage: String? = nil, plugin: String? = nil, state: State? = nil, elapsed: Duration? = nil,
    rate: Double? = nil, remaining: Duration? = nil
  ) {
    self.percent = percent.flatMap { $0.isFinite ? min(max($0, 0), 100) : nil }
    self.stage = stage
    self.plugin = plugin
    self.state = state ?? (self.percent == 100 ? .complete : .running)
    self.elapsed = elapsed
    self.rate = rate
    self.remaining = remaining
  }

  public var body: some HTML {
    div(.class("progress"), .data("state", state.rawValue)) {
      div(
        .id("progress-bar"), .class("progress-bar"), .role("progressbar"), .aria("valuemin", 0), .aria("valuemax", 100),
        .aria("valuenow", percent), .aria("valuetext", spoken), .aria("label", "Progress"),
        .data("state", state.rawValue), .when(percent == nil, .data("indeterminate")),
        .property("--value", percent.map { $0 / 100 })
      ) {
        div(.class("progress-bar-label"), .data("slot", "label")) { caption }
        div(.class("progress-bar-percent"), .data("slot", "percent"), .aria("hidden", true)) { figure }
        div(.class("progress-bar-fill")) {}
      }
      dl(.class("progress-bar-facts")) {
        fact("Elapsed", slotName: "elapsed", elapsed.map(Readable.clock))
        fact("Rate", slotName: "rate", rate.map(Readable.rate))
        fact("Left", slotName: "eta", remaining.map(Readable.estimate))
      }
    }
  }

  private func fact(_ term: String, slotName: String, _ detail: String?) -> some HTML {
    div {
      dt { term }
      dd(.data("slot", slotName)) { detail ?? Readable.unknown }
    }
  }

  private var caption: String { stage.nonEmpty ?? plugin.nonEmpty ?? "Processing…" }

  private var figure: String {
    percent.map { $0 == 100 ? "Complete" : Readable.percent($0) } ?? ""
  }

  private var spoken: String {
    percent == nil ? caption : "\(figure), \(caption)"
  }
}

extension String? {
  /// The text, unless there is none in it.
  var nonEmpty: String? { self?.isEmpty == false ? self : nil }
}
