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
  private let cancel: CancelFlag?

  /// - Parameter cancel: the flag of a running job. Once it is raised, the job no longer waits for room in a full queue
  ///   but drops messages.
  init(_ job: Job, publisher: Publisher, cancel: CancelFlag? = nil) {
    self.job = job
    self.publisher = publisher
    self.cancel = cancel
  }

  func publish(_ message: RealtimeMessage) {
    var publication = Publication([])
    job.publish(message, in: &publication)
    enqueue(publication)
  }

  private func enqueue(_ publication: Publication) {
    publisher.enqueue(publication) { [cancel] in cancel?.isRaised ?? false }
  }

  /// Sends a frame at once, and stores its row.
  func publish(frame message: RealtimeMessage) {
    publisher.tell(message, job.topic)
    enqueue(Publication([], records: [.init(message, to: job.topic)]))
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

  /// Publishes a changed status of the job, or refuses it if nothing can be stored.
  /// - Parameter completion: called once on another thread. If it is called with an error, the status was not stored;
  ///   reset ``job`` to its previous value.
  func submitStatus(
    isRefusable: Bool, _ change: (inout Job) -> Void,
    completion: @escaping @Sendable (Result<Void, AppError>) -> Void
  ) {
    var publication = Publication([], isRefusable: isRefusable)
    job.publish(.jobStatus(changing(change)), in: &publication)
    do throws(AppError) {
      try publisher.submit(publication) { completion($0.map { _ in }) }
    } catch {
      completion(.failure(error))
    }
  }

  /// Resets the job after a status that was not stored.
  func reset(to job: Job) { self.job = job }

  private func changing(_ change: (inout Job) -> Void) -> Job {
    var changed = job
    change(&changed)
    return changed
  }
}
