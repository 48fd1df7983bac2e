import Domain
import Store
import Synchronization

/// Has what a request asks for done once, however often it comes with the same `Idempotency-Key` within a day.
///
/// The key is stored in the transaction of what was asked for: there is never one without the other.
final class IdempotencyKeys: Sendable {
  private let store: Store
  /// Keys of requests that are being worked on.
  private let active = Mutex<Set<String>>([])

  static let longestKey = 200

  init(_ store: Store) { self.store = store }

  /// - Parameters:
  ///   - scope: what the key counts for: the same one elsewhere is another.
  ///   - digest: of the request.
  ///   - known: gives the answer again, from the id of the job that the request was for; nil where that is gone.
  ///   - work: does what is asked for, and stores the key that it makes for its job.
  /// - Throws: ``AppError``: `conflict` where the key came with another request, or this one is being worked on.
  func once<Answer>(
    _ key: String, scope: String, digest: [UInt8], now: Timestamp, known: (String) throws(AppError) -> Answer?,
    _ work: (@escaping (_ job: String) -> IdempotencyKey) throws(AppError) -> Answer
  ) throws(AppError) -> Answer {
    guard (1...Self.longestKey).contains(key.utf8.count) else {
      throw AppError(.invalid, "An Idempotency-Key has 1 to \(Self.longestKey) bytes.")
    }
    let name = "\(scope)/\(key)"
    guard active.withLock({ $0.insert(name).inserted }) else {
      throw AppError(.conflict, "A request with this Idempotency-Key is being worked on. Send it again shortly.")
    }
    defer { active.withLock { _ = $0.remove(name) } }
    let old = try read { () throws(StoreError) in try store.key(name) }
    if let old, now.milliseconds - old.createdAt.milliseconds < IdempotencyKey.lifetime,
      let answer = try known(old.job)
    {
      guard old.digest == digest else {
        throw AppError(
          .conflict, "This Idempotency-Key was used for another request, of job \(old.job). Use a new key.")
      }
      return answer
    }
    return try work { job in IdempotencyKey(name: name, digest: digest, job: job, createdAt: now) }
  }
}

/// Reads from the store on behalf of a request.
/// - Throws: ``AppError``, in the store's words.
func read<Value>(_ body: () throws(StoreError) -> Value) throws(AppError) -> Value {
  do { return try body() } catch { throw error.appError }
}
