import HTML

/// A term and its description.
public struct Fact: Equatable, Sendable {
  public var term: String
  public var detail: String

  public init(_ term: String, _ detail: String) {
    self.term = term
    self.detail = detail
  }
}

/// One plugin of a job: its state and latest timing, with metadata and statistics in a collapsed section.
public struct PluginRow: Component, Sendable {
  /// Measurements over all frames; times in milliseconds.
  public struct Statistics: Equatable, Sendable {
    public var median: Double?
    public var p95: Double?
    public var maximum: Double?
    public var frames: Int?
    /// `ok`, `degraded` or `slow`.
    public var health: String?

    public init(
      median: Double? = nil, p95: Double? = nil, maximum: Double? = nil, frames: Int? = nil, health: String? = nil
    ) {
      self.median = median
      self.p95 = p95
      self.maximum = maximum
      self.frames = frames
      self.health = health
    }
  }

  public var name: String
  public var state: State
  /// The timing of the newest frame, in milliseconds; `nil` before the first.
  public var timing: Double?
  /// The timing, in milliseconds, at which the bar is full: the slowest plugin's.
  public var slowest: Double?
  public var budget: LatencyBudget
  public var metadata: [Fact]
  public var statistics: Statistics

  public init(
    name: String, state: State, timing: Double? = nil, slowest: Double? = nil, budget: LatencyBudget = .init(),
    metadata: [Fact] = [], statistics: Statistics = .init()
  ) {
    self.name = name
    self.state = state
    self.timing = timing
    self.slowest = slowest
    self.budget = budget
    self.metadata = metadata
    self.statistics = statistics
  }

  /// The content of the template that the script clones.
  static let blank = PluginRow(name: "", state: .unknown)

  public var body: some HTML {
    li(.class("plugin-row"), .data("key", name), .data("state", state.rawValue)) {
      details {
        summary(.class("plugin-row__summary")) {
          span(.class("plugin-row__title")) {
            Icon(.chevron)
            span(.class("plugin-row__name"), .data("slot", "name")) { name }
          }
          StatusBadge(sign: state.sign, label: state.label, signSlot: "icon", labelSlot: "status")
          timings
        }
        div(.class("plugin-row__details")) {
          statisticsList
          dl(.class("plugin-row__metadata"), .data("slot", "metadata"), .data("list", "metadata")) {
            ForEach(metadata) { MetadataItem(fact: $0) }
          }
        }
      }
    }
  }

  /// `nil` if the plugin failed or was stopped: the time of an unfinished frame means nothing.
  private var grade: LatencyBudget.Grade? {
    state == .failed || state == .stopped ? nil : timing.flatMap(budget.grade)
  }

  private var timings: some HTML {
    group {
      span(.class("plugin-row__timing"), .data("budget", grade?.rawValue ?? "")) {
        span(.class("plugin-row__budget"), .data("slot", "budget")) { grade?.rawValue ?? "" }
        span(.data("slot", "timing")) { timing.map(Readable.milliseconds) ?? Readable.unknown }
      }
      span(
        .class("plugin-row__bar"), .data("slot", "bar"), .data("budget", grade?.rawValue ?? ""),
        .property("--value", share)
      ) {}
    }
  }

  /// 0…1.
  private var share: Double {
    guard let timing, timing > 0, let slowest, slowest > 0 else { return 0 }
    return min(timing / slowest, 1)
  }

  private var statisticsList: some HTML {
    dl(.class("plugin-row__stats")) {
      statistic("Median", slotName: "p50", value: statistics.median.map(Readable.milliseconds))
      statistic("p95", slotName: "p95", value: statistics.p95.map(Readable.milliseconds))
      statistic("Slowest", slotName: "max", value: statistics.maximum.map(Readable.milliseconds))
      statistic("Frames", slotName: "frames", value: statistics.frames.map(Readable.count))
      statistic("Health", slotName: "health", value: statistics.health)
    }
  }

  private func statistic(_ term: String, slotName: String, value: String?) -> some HTML {
    div {
      dt { term }
      dd(.data("slot", slotName)) { value ?? Readable.unknown }
    }
  }
}

/// One entry of a plugin's metadata.
struct MetadataItem: Component {
  var fact: Fact

  static let blank = MetadataItem(fact: Fact("", ""))

  var body: some HTML {
    div {
      dt(.data("slot", "term")) { fact.term }
      dd(.data("slot", "detail")) { fact.detail }
    }
  }
}

/// The heading above the plugins of one state, in a list that is grouped by state.
struct PluginGroup: Component {
  var state: PluginRow.State
  var count: Int

  var body: some HTML {
    li(.class("plugin-group"), .data("state", state.rawValue)) {
      span(.data("slot", "status")) { state.label }
      " "
      span(.class("muted"), .data("slot", "count")) { Readable.count(count) }
    }
  }
}
