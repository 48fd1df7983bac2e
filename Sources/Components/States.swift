/// What a job is doing. The word and the sign always stand beside the colour.
public enum JobState: String, CaseIterable, Sendable {
  case queued, running, succeeded, failed, cancelled

  public var word: String {
    switch self {
    case .queued: "Queued"
    case .running: "Running"
    case .succeeded: "Succeeded"
    case .failed: "Failed"
    case .cancelled: "Cancelled"
    }
  }

  public var sign: String {
    switch self {
    case .queued: "⏳"
    case .running: "⚙"
    case .succeeded: "✓"
    case .failed: "✗"
    case .cancelled: "⊘"
    }
  }

  /// Nothing more will happen to the job.
  public var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }
}

/// What a plugin is doing.
public enum PluginState: String, CaseIterable, Sendable {
  case started, running, completed, failed, unknown
  /// It was at work when its job ended, and will say nothing more.
  case stopped

  /// The state of that name; any other name is `unknown`, so that a newer plugin can't break an older page.
  public init(named name: String?) {
    self = name.flatMap(PluginState.init(rawValue:)) ?? .unknown
  }

  public var word: String {
    switch self {
    case .started: "Started"
    case .running: "Running"
    case .completed: "Completed"
    case .failed: "Failed"
    case .unknown: "Unknown"
    case .stopped: "Stopped"
    }
  }

  public var sign: String {
    switch self {
    case .started: "⏳"
    case .running: "⚙"
    case .completed: "✓"
    case .failed: "✗"
    case .unknown: "?"
    case .stopped: "■"
    }
  }
}

/// How much a warning matters.
public enum Severity: String, CaseIterable, Sendable {
  case high, medium, low

  public var word: String {
    switch self {
    case .high: "High"
    case .medium: "Medium"
    case .low: "Low"
    }
  }

  public var sign: String { self == .low ? "ℹ" : "⚠" }
}

/// Which timings are good, medium and slow: below ``good`` ms, below ``medium`` ms, and the rest.
public struct LatencyBudget: Equatable, Sendable {
  public enum Grade: String, CaseIterable, Sendable {
    case good, medium, slow
  }

  /// In milliseconds.
  public var good: Double
  /// In milliseconds.
  public var medium: Double

  public init(good: Double = 100, medium: Double = 500) {
    self.good = good
    self.medium = medium
  }

  /// The grade of a timing in ms; none for a time that can't be.
  public func grade(_ milliseconds: Double) -> Grade? {
    guard milliseconds >= 0 else { return nil }
    return milliseconds < good ? .good : milliseconds < medium ? .medium : .slow
  }
}
