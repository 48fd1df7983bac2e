import Domain
import Store
import Synchronization

/// Carries out a request once, however often it comes with the same `Idempotency-Key` within a day.
///
/// The key is stored in the transaction of what was asked for: there is never one without the other.
final class IdempotencyKeys: Sendable {
  private let store: Store
  /// Keys of requests that are being carried out.
  private let active = Mutex<Set<String>>([])

  static let maxKeyBytes = 200

  init(_ store: Store) { self.store = store }

  /// - Parameters:
  ///   - scope: what the key belongs to; the same key in another scope is another key.
  ///   - digest: a hash of the request.
  ///   - repeated: gives the answer again, from the id of the job that the request was for; nil if that is gone.
  ///   - work: carries the request out, and stores the key that it makes for its job.
  /// - Throws: ``AppError``: `conflict` if the key came with another request, `unavailable` while this one is being carried
  ///   out.
  func once<Answer>(
    _ key: String, scope: String, digest: [UInt8],
    repeated: (_ job: String) throws(AppError) -> Answer?,
    work: (@escaping @Sendable (_ job: String) -> IdempotencyKey) async throws(AppError) -> Answer
  ) async throws(AppError) -> Answer {
    guard (1...Self.maxKeyBytes).contains(key.utf8.count) else {
      throw AppError(.invalid, "An Idempotency-Key has 1 to \(Self.maxKeyBytes) bytes.")
    }
    let name = "\(scope)/\(key)"
    guard active.withLock({ $0.insert(name).inserted }) else {
      throw AppError(
        .unavailable, "A request with this Idempotency-Key is being carried out. Send it again shortly.")
    }
    defer { active.withLock { _ = $0.remove(name) } }
    if let answer = try earlierAnswer(name, digest: digest, repeated: repeated) { return answer }
    // Never too early: if the clock is wrong, the key is valid for longer.
    let createdAt = store.latestTime
    return try await work { job in IdempotencyKey(name: name, digest: digest, job: job, createdAt: createdAt) }
  }

  /// The answer that was given when the key came first; nil if this is the first time.
  private func earlierAnswer<Answer>(
    _ name: String, digest: [UInt8], repeated: (String) throws(AppError) -> Answer?
  ) throws(AppError) -> Answer? {
    guard let old = try read({ () throws(StoreError) in try store.key(name) }),
      store.earliestTime.milliseconds - old.createdAt.milliseconds < IdempotencyKey.lifetime,
      let answer = try repeated(old.job)
    else { return nil }
    guard old.digest == digest else {
      throw AppError(
        .conflict, "This Idempotency-Key was used for another request, of job \(old.job). Use a new key.")
    }
    return answer
  }
}

/// Reads from the store on behalf of a request.
/// - Throws: ``AppError``, with the store's sentence.
func read<Value>(_ body: () throws(StoreError) -> Value) throws(AppError) -> Value {
  do { return try body() } catch { throw error.appError }
}
