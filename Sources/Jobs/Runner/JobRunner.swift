import Domain

/// Does one kind of work.
///
/// A runner knows what is particular to its kind. The queue, the status, retrying and the end are the same for every job:
/// they belong to ``JobService``.
protocol JobRunner: Sendable {
  /// Whether a running job goes on although the server that took it in has ended.
  var survivesRestart: Bool { get }

  /// Checks the work before there is a job for it.
  /// - Throws: ``AppError`` that names the field.
  func check() async throws(AppError)

  /// Holds what a new job needs until ``release(job:)``. May wait for the disk, off the pool's threads.
  /// - Returns: the work, with everything that is now known about it.
  /// - Throws: ``AppError``; then nothing is held.
  func accept(job id: String) async throws(AppError) -> JobWork

  /// Releases what a job holds, once it has ended or if it was not stored. Does nothing if it holds nothing.
  func release(job id: String)

  /// Ends a job that neither waits for a slot nor has one.
  /// - Throws: ``AppError`` with the code `conflict` if it can't be ended.
  func cancel(_ job: Job, at time: Timestamp) async throws(AppError)
}

/// A runner whose jobs wait for one of the server's slots and then have a thread of their own. Jobs of any other runner
/// run from their creation.
protocol SlotRunner: JobRunner {
  /// What the job runs on.
  var device: Device { get }

  /// Does the work and blocks until it ends or the flag is raised. Called on the job's own thread.
  /// - Returns: How the job ended; the caller publishes that.
  func run(_ reporter: JobReporter, cancel: CancelFlag) -> JobEnding
}

extension JobRunner {
  var needsSlot: Bool { self is any SlotRunner }
}

extension SlotRunner {
  var survivesRestart: Bool { false }

  func cancel(_ job: Job, at time: Timestamp) async throws(AppError) {
    throw AppError(.conflict, "Job \(job.id) is already \(job.status.rawValue).")
  }
}

/// Makes the runner for a job's work. Nothing else in Jobs looks at the kind of a job's work.
struct JobRunners: Sendable {
  let tools: ToolRunner.Tools
  let reports: ExternalReports

  func runner(for work: JobWork) -> any JobRunner {
    switch work {
    case .pipeline(let work): ToolRunner(work, tools: tools)
    case .external: ExternalRunner(reports: reports)
    }
  }

  /// The same, if the work needs a slot; nil otherwise.
  func slotRunner(for work: JobWork) -> (any SlotRunner)? { runner(for: work) as? any SlotRunner }
}
