import HTML

/// A term and what is said about it.
public struct Fact: Equatable, Sendable {
  public var term: String
  public var detail: String

  public init(_ term: String, _ detail: String) {
    self.term = term
    self.detail = detail
  }
}

/// One plugin of a job: what it does now, how long its last frame took, and what it is, folded away.
public struct PluginRow: Component, Sendable {
  /// What was measured over all frames, times in ms.
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
  public var state: PluginState
  /// Of the newest frame, in ms; `nil` as long as none was measured.
  public var timing: Double?
  /// The timing that fills the bar, in ms: that of the slowest plugin beside it.
  public var slowest: Double?
  public var budget: LatencyBudget
  public var metadata: [Fact]
  public var statistics: Statistics

  public init(
    name: String, state: PluginState, timing: Double? = nil, slowest: Double? = nil, budget: LatencyBudget = .init(),
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

  /// What the template holds, for the script to fill.
  static let blank = PluginRow(name: "", state: .unknown)

  public var body: some HTML {
    li(.class("plugin-row"), .data("key", name), .data("state", state.rawValue)) {
      details {
        summary(.class("plugin-row__summary")) {
          span(.class("plugin-row__title")) {
            Icon(.chevron)
            span(.class("plugin-row__name"), .data("slot", "name")) { name }
          }
          StatusBadge(sign: state.sign, word: state.word, signSlot: "icon", wordSlot: "status")
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

  /// How good the time of a plugin was says nothing where it did not come to its end.
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
      stat("Median", "p50", statistics.median.map(Readable.milliseconds))
      stat("p95", "p95", statistics.p95.map(Readable.milliseconds))
      stat("Slowest", "max", statistics.maximum.map(Readable.milliseconds))
      stat("Frames", "frames", statistics.frames.map(Readable.count))
      stat("Health", "health", statistics.health)
    }
  }

  private func stat(_ term: String, _ slotName: String, _ detail: String?) -> some HTML {
    div {
      dt { term }
      dd(.data("slot", slotName)) { detail ?? Readable.unknown }
    }
  }
}

/// One line of a plugin's metadata.
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

/// The line above the plugins of one state, where there are too many to read through.
struct PluginGroup: Component {
  var state: PluginState
  var count: Int

  var body: some HTML {
    li(.class("plugin-group"), .data("state", state.rawValue)) {
      span(.data("slot", "status")) { state.word }
      " "
      span(.class("muted"), .data("slot", "count")) { Readable.count(count) }
    }
  }
}
