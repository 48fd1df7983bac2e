import Domain
import Synchronization

/// What is known of a job that is reported from outside, besides what the book shows.
final class ReportedJob: Sendable {
  struct State {
    /// The job as it will be, without the warnings and errors that it keeps, on which no report depends: so it is cheap to
    /// copy. Nil before the first report.
    private(set) var job: Job?
    /// What was submitted and is not stored yet, in that order.
    private var reports: [(number: Int, items: [Publication.Item])] = []
    private var lastNumber = 0
    /// When it was last reported about, or first checked, in milliseconds of a clock that stops while the machine sleeps.
    var lastReport: Int
    /// When it was cancelled, if its end is not stored yet. Further reports are refused.
    var cancelled: Timestamp?
    /// Whether this was replaced, or will be: nothing may be submitted any more.
    private(set) var isForgotten = false

    init(lastReport: Int) { self.lastReport = lastReport }

    /// Whether the book shows everything.
    private var isSettled: Bool { reports.isEmpty && cancelled == nil }

    /// Whether the book shows everything, and nothing more can be reported.
    var isOver: Bool { isSettled && job?.status.isFinal ?? true }

    /// The number of the next report.
    mutating func nextNumber() -> Int {
      lastNumber += 1
      return lastNumber
    }

    /// A report was submitted.
    /// - Parameter job: with the report folded in.
    mutating func add(_ number: Int, _ items: [Publication.Item], of job: consuming Job) {
      job.dropLists()
      self.job = job
      reports.append((number, items))
    }

    /// A report was stored.
    mutating func settle(_ number: Int) { reports.removeAll { $0.number == number } }

    /// A report was not stored, and changes nothing: the others are folded again without it.
    /// - Parameter stored: the job as it is; nil if it has ended.
    mutating func withdraw(_ number: Int, from stored: Job?) {
      settle(number)
      job = stored
      job?.dropLists()
      for item in reports.flatMap(\.items) where item.topic == stored?.topic { job?.apply(item.message) }
    }

    /// - Returns: whether it is forgotten.
    mutating func forgetIfSettled() -> Bool {
      isForgotten = isSettled
      return isForgotten
    }
  }

  let state: Mutex<State>

  init(lastReport: Int) { state = Mutex(State(lastReport: lastReport)) }
}

extension Job {
  /// Drops the warnings and errors that it keeps. Their numbers stay.
  fileprivate mutating func dropLists() {
    if !warnings.isEmpty { warnings = [] }
    if !errors.isEmpty { errors = [] }
  }
}
