import Domain

/// Which job each `Idempotency-Key` gave, for a day.
struct IdempotencyKeys {
  private var jobs: [String: (job: String, request: JobRequest, at: Timestamp)] = [:]
  /// In the order of their arrival, so that old ones are found at the front.
  private var order: [(key: String, at: Timestamp)] = []

  static let lifetimeMilliseconds: Int64 = 24 * 3600 * 1000
  /// Beyond so many the oldest are forgotten early: a client can't make us keep more.
  static let mostKeys = 10_000
  static let longestKey = 255

  /// The job that this key gave within the last 24 hours; nil where it is new.
  /// - Throws: ``AppError`` where the key came with another request, or is empty or too long.
  mutating func job(_ key: String, for request: JobRequest, now: Timestamp) throws(AppError) -> String? {
    guard (1...Self.longestKey).contains(key.utf8.count) else {
      throw AppError(.invalid, "An Idempotency-Key has 1 to \(Self.longestKey) bytes.")
    }
    forgetOld(now)
    guard let known = jobs[key] else { return nil }
    guard known.request == request else {
      throw AppError(.conflict, "This Idempotency-Key was used for another job, \(known.job). Use a new key.")
    }
    return known.job
  }

  mutating func remember(_ key: String, job: String, request: JobRequest, now: Timestamp) {
    jobs[key] = (job, request, now)
    order.append((key, now))
    if order.count > Self.mostKeys { jobs[order.removeFirst().key] = nil }
  }

  /// A job that was deleted is not given again.
  mutating func forget(job: String) {
    let keys = jobs.filter { $0.value.job == job }.keys
    for key in keys { jobs[key] = nil }
    order.removeAll { keys.contains($0.key) }
  }

  private mutating func forgetOld(_ now: Timestamp) {
    let old = order.prefix { now.milliseconds - $0.at.milliseconds >= Self.lifetimeMilliseconds }
    for (key, _) in old { jobs[key] = nil }
    order.removeFirst(old.count)
  }
}
