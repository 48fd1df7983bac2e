import Domain

/// How a job ended.
package enum JobEnding: Equatable, Sendable {
  case succeeded
  case failed(String)
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

  /// - Parameter isNews: whether lists show what it says.
  func publish(_ message: RealtimeMessage, isNews: Bool = false) {
    publisher.publish(publication(of: message, isNews: isNews))
  }

  /// Publishes a changed status of the job.
  func publishStatus(_ change: (inout Job) -> Void) { publisher.publish(statusPublication(change)) }

  /// As ``publishStatus(_:)``, and waits until it is stored.
  /// - Throws: ``AppError`` if it can't be stored; the job is then unchanged.
  func storeStatus(_ change: (inout Job) -> Void) throws(AppError) {
    let before = job
    var publication = statusPublication(change)
    publication.isRefusable = true
    do {
      try publisher.store(publication)
    } catch {
      job = before
      throw error
    }
  }

  private func statusPublication(_ change: (inout Job) -> Void) -> Publication {
    var changed = job
    change(&changed)
    return publication(of: .jobStatus(changed), isNews: true)
  }

  private func publication(of message: RealtimeMessage, isNews: Bool) -> Publication {
    job.apply(message)
    let item = Publication.Item(message, to: job.topic)
    return Publication(isNews ? [item, .init(message.digest(of: job), to: .jobs)] : [item])
  }
}

extension Publisher {
  /// Waits until a publication is stored and told. Not for a loop.
  /// - Throws: ``AppError`` where it can't be stored now: then nothing of it happened.
  @discardableResult
  func store(_ publication: Publication) throws(AppError) -> StreamPosition? {
    let answer = Guarded<Result<StreamPosition?, AppError>?>(nil)
    submit(publication) { result in answer.withLock { $0 = result } }
    return try answer.wait { $0 }.get()
  }
}
