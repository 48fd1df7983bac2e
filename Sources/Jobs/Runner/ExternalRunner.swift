import Domain

/// The runner of work that another program does and reports over the API. It needs no thread and no slot: reports advance
/// the job, and ``ExternalReports`` fails a job whose reports have stopped.
struct ExternalRunner: JobRunner {
  let reports: ExternalReports

  var survivesRestart: Bool { true }

  /// There is nothing to check: the server doesn't know what the other program does.
  func check() async throws(AppError) {}

  func accept(job id: String) async throws(AppError) -> JobWork { .external }

  func release(job id: String) {}

  /// The other program learns of the end from the answer to its next report.
  func cancel(_ job: Job, at time: Timestamp) async throws(AppError) { try await reports.cancel(job.id, now: time) }
}
