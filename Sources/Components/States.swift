/// The state of a job. Always shown with its label and sign, never by colour alone.
public enum JobState: String, CaseIterable, Sendable {
  case queued, running, succeeded, failed, cancelled

  public var label: String {
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

  /// Whether the job has ended.
  public var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }
}

extension PluginRow {
  /// The state of a plugin.
  public enum State: String, CaseIterable, Sendable {
    case started, running, completed, failed, unknown
    /// The job ended while the plugin was running.
    case stopped

    /// Any unrecognised name is `unknown`, so that a newer plugin can't break an older page.
    public init(named name: String?) {
      self = name.flatMap(State.init(rawValue:)) ?? .unknown
    }

    public var label: String {
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
}

extension WarningRow {
  /// The severity of a warning.
  public enum Severity: String, CaseIterable, Sendable {
    case high, medium, low

    public var label: String {
      switch self {
      case .high: "High"
      case .medium: "Medium"
      case .low: "Low"
      }
    }

    public var sign: String { self == .low ? "ℹ" : "⚠" }
  }
}

/// The thresholds that grade a timing: good below ``good``, medium below ``medium``, slow from there on.
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

  /// Grades a timing in milliseconds; `nil` for a negative or NaN one.
  public func grade(_ milliseconds: Double) -> Grade? {
    guard milliseconds >= 0 else { return nil }
    return milliseconds < good ? .good : milliseconds < medium ? .medium : .slow
  }
}
