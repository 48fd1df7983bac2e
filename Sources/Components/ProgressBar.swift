import HTML

/// The progress of a job, with elapsed time, rate and time left.
///
/// A page has at most one: the script finds it by its id, `progress-bar`.
public struct ProgressBar: Component, Sendable {
  public enum State: String, CaseIterable, Sendable {
    case idle, running, complete, failed, cancelled
  }

  /// Clamped to 0…100. `nil`, NaN and infinity mean unknown, shown as an indeterminate bar.
  public var percent: Double?
  /// The label of the bar. Falls back to ``plugin``, then to "Processing…" or, at the end, to how it ended.
  public var stage: String?
  public var plugin: String?
  public var state: State
  public var elapsed: Duration?
  /// Frames or other units per second.
  public var rate: Double?
  public var remaining: Duration?

  /// - Parameter state: `nil` means `.complete` at 100 and `.running` below.
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
        fact("Elapsed", slotName: "elapsed", value: elapsed.map(Readable.clock))
        fact("Rate", slotName: "rate", value: rate.map(Readable.rate))
        fact("Left", slotName: "eta", value: remaining.map(Readable.estimate))
      }
    }
  }

  private func fact(_ term: String, slotName: String, value: String?) -> some HTML {
    div {
      dt { term }
      dd(.data("slot", slotName)) { value ?? Readable.unknown }
    }
  }

  private var caption: String { stage.nonEmpty ?? plugin.nonEmpty ?? state.caption }

  private var figure: String {
    percent.map { $0 == 100 && state.isCompletable ? "Complete" : Readable.percent($0) } ?? ""
  }

  private var spoken: String {
    percent == nil ? caption : "\(figure), \(caption)"
  }
}

extension ProgressBar.State {
  /// Whether 100% means that the work is complete. Work that failed or was cancelled at 100% is not.
  fileprivate var isCompletable: Bool { self != .failed && self != .cancelled }

  /// The label if there is neither a stage nor a plugin.
  fileprivate var caption: String {
    switch self {
    case .idle, .running: "Processing…"
    case .complete: "Done"
    case .failed: "Failed"
    case .cancelled: "Cancelled"
    }
  }
}

extension String? {
  /// The string, or `nil` if it is empty.
  var nonEmpty: String? { self?.isEmpty == false ? self : nil }
}
