import Domain
import Net
import Synchronization

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

/// Says to a running job, from any thread, that it shall end.
package final class CancelFlag: Sendable {
  private let isUp = Atomic(false)
  private let isStop = Atomic(false)

  package init() {}

  /// - Parameter isStop: whether the server ends, and not the person's interest in the job.
  package func raise(isStop: Bool = false) {
    guard !isRaised else { return }
    self.isStop.store(isStop, ordering: .relaxed)
    isUp.store(true, ordering: .releasing)
  }

  package var isRaised: Bool { isUp.load(ordering: .acquiring) }
  var isRaisedToStop: Bool { isRaised && isStop.load(ordering: .relaxed) }
}

/// Publishes what happens to a job: everything on the job's topic, and a digest for lists on the topic `jobs`.
///
/// It folds what it says into a copy of its own, and so knows how the job will stand once all of it is stored. Used by
/// one thread at a time.
final class JobReporter {
  private(set) var job: Job
  private let publisher: Publisher

  init(_ job: Job, _ publisher: Publisher) {
    self.job = job
    self.publisher = publisher
  }

  /// - Parameter isNews: whether lists should hear of it.
  func say(_ message: RealtimeMessage, isNews: Bool = false) {
    publisher.publish(take(message, isNews: isNews))
  }

  /// The job stands somewhere else now.
  func status(_ change: (inout Job) -> Void) { publisher.publish(takeStatus(change)) }

  /// As ``status(_:)``, and waits until that is stored.
  /// - Throws: ``AppError`` where it can't be: then the job stands where it stood.
  func statusStored(_ change: (inout Job) -> Void) throws(AppError) {
    let before = job
    var publication = takeStatus(change)
    publication.isRefusable = true
    do {
      try publisher.store(publication)
    } catch {
      job = before
      throw error
    }
  }

  private func takeStatus(_ change: (inout Job) -> Void) -> Publication {
    var changed = job
    change(&changed)
    return take(.jobStatus(changed), isNews: true)
  }

  private func take(_ message: RealtimeMessage, isNews: Bool) -> Publication {
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
