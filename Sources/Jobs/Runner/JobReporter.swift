import Domain
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

  package init() {}

  package func raise() { isUp.store(true, ordering: .relaxed) }
  package var isRaised: Bool { isUp.load(ordering: .relaxed) }
}

/// Publishes what happens to a job and writes it into the book: everything on the job's topic, and a digest for lists on
/// the topic `jobs`.
///
/// A message is published first, and what it says is noted after that, together with its position. So the book never
/// holds what is still to come: whoever starts from it and goes on at that position misses nothing and gets nothing twice.
struct JobReporter {
  let job: String
  let book: JobBook
  let publish: Publish

  /// The job stands somewhere else now.
  func status() {
    guard let job = book.job(job) else { return }
    let message = RealtimeMessage.jobStatus(job)
    say(message)
    _ = publish(message, .jobs)
  }

  /// Notes what no message says.
  func change(_ body: (inout Job) -> Void) { book.update(job, position: nil, body) }

  /// - Parameter change: What the message means for the job.
  func say(_ message: RealtimeMessage, _ change: (inout Job) -> Void = { _ in }) {
    book.update(job, position: publish(message, .job(job)), change)
  }

  /// - Parameter isNews: Whether lists should hear of it.
  func progress(_ message: RealtimeMessage, isNews: Bool, _ change: (inout Job) -> Void) {
    say(message, change)
    if isNews { _ = publish(message, .jobs) }
  }
}
