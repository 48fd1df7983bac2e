import Domain

/// How a job ended.
package enum JobEnding: Equatable, Sendable {
  case succeeded
  /// - Parameters:
  ///   - reason: a sentence.
  ///   - errorID: the published error whose reason this repeats; nil if there is none.
  case failed(_ reason: String, errorID: Int? = nil)
  case cancelled

  var status: JobStatus {
    switch self {
    case .succeeded: .succeeded
    case .failed: .failed
    case .cancelled: .cancelled
    }
  }
}

/// Publishes what happens to a job: everything on the job's topic, and a digest for lists on the topic `jobs`.
///
/// It folds each message into its own copy of the job, which is therefore ahead of what is stored. Used by one thread at
/// a time.
final class JobReporter {
  private(set) var job: Job
  private let publisher: Publisher

  init(_ job: Job, publisher: Publisher) {
    self.job = job
    self.publisher = publisher
  }

  func publish(_ message: RealtimeMessage) { publisher.publish(Publication(job.publish(message))) }

  /// Sends a frame at once, and stores its row.
  func publish(frame message: RealtimeMessage) {
    publisher.tell(message, job.topic)
    publisher.publish(Publication([], records: [.init(message, to: job.topic)]))
  }

  /// Publishes an error of the job, whose texts may come from a program.
  /// - Returns: its id within the job.
  func publish(_ error: JobError) -> Int {
    var error = error
    error.title = PlainText.lines(error.title)
    error.message = error.message.map(PlainText.lines)
    let id = job.errorsCount + 1
    error.id = id
    publish(.error(job: job, error))
    return id
  }

  func publish(_ warning: Warning) {
    var warning = warning
    warning.message = PlainText.lines(warning.message)
    publish(.warning(job: job, warning))
  }

  /// Publishes a changed status of the job.
  func publishStatus(_ change: (inout Job) -> Void) {
    publish(.jobStatus(changing(change)))
  }

  /// As ``publishStatus(_:)``, and returns when it is stored.
  /// - Throws: ``AppError`` if it can't be stored; the job is then unchanged.
  func storeStatus(_ change: (inout Job) -> Void) async throws(AppError) {
    let before = job
    let items = job.publish(.jobStatus(changing(change)))
    do {
      try await publisher.store(Publication(items, isRefusable: true))
    } catch {
      job = before
      throw error
    }
  }

  private func changing(_ change: (inout Job) -> Void) -> Job {
    var changed = job
    change(&changed)
    return changed
  }
}
