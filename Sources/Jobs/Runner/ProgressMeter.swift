import Domain

/// Counts the steps of a job, frames × plugins, for its progress, rate and time left.
package struct ProgressMeter: Sendable {
  /// Nil if the frames can't be counted before the end.
  package private(set) var totalSteps: Int?
  package private(set) var stepsDone = 0
  private let plugins: Int

  /// - Parameter frames: Of the whole source.
  package init(frames: Int?, plugins: Int) {
    self.plugins = max(plugins, 1)
    setFrames(frames)
  }

  /// Corrects the number of frames of the whole source.
  package mutating func setFrames(_ frames: Int?) {
    totalSteps = frames.flatMap { [plugins] frames in
      let (steps, overflow) = frames.multipliedReportingOverflow(by: plugins)
      return overflow ? nil : steps
    }
  }

  package mutating func completeStep() { stepsDone += 1 }

  /// Whole percent, 0...99: only the end of the job is 100. Nil if the total is unknown.
  package var percent: Double? {
    guard let totalSteps else { return nil }
    guard totalSteps > 0 else { return 0 }
    // A source may have more frames than its header says.
    return Double(min(Int(Double(stepsDone) / Double(totalSteps) * 100), 99))
  }

  /// Frames a second; nil until one frame is done.
  package func rate(after elapsed: Duration) -> Double? {
    let seconds = elapsed / .seconds(1)
    guard stepsDone >= plugins, seconds > 0 else { return nil }
    return rounded(Double(stepsDone) / Double(plugins) / seconds, digits: 1)
  }

  /// Seconds until the end at the rate so far; nil while fewer than ten frames are done or the total is unknown.
  package func secondsLeft(after elapsed: Duration) -> Double? {
    guard let totalSteps, stepsDone >= 10 * plugins else { return nil }
    let left = Double(max(totalSteps - stepsDone, 0))
    return rounded(elapsed / .seconds(1) / Double(stepsDone) * left, digits: 1)
  }
}
