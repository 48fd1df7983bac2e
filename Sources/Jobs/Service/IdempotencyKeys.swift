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
  /// - Throws: ``AppError``: `conflict` where the key came with another request, `unavailable` where this one is being
  ///   worked on.
  func once<Answer>(
    _ key: String, scope: String, digest: [UInt8], now: Timestamp, known: (String) throws(AppError) -> Answer?,
    _ work: (@escaping (_ job: String) -> IdempotencyKey) throws(AppError) -> Answer
  ) throws(AppError) -> Answer {
    let name = try take(key, scope)
    defer { letGo(name) }
    if let answer = try earlier(name, digest, now, known) { return answer }
    return try work { job in IdempotencyKey(name: name, digest: digest, job: job, createdAt: now) }
  }

  /// The same for work that ends later: it calls back when it does.
  /// - Parameter done: called once, on any thread.
  func onceLater<Answer>(
    _ key: String, scope: String, digest: [UInt8], now: Timestamp, known: (String) throws(AppError) -> Answer?,
    done: @escaping @Sendable (Result<Answer, AppError>) -> Void,
    _ work: (
      @escaping (_ job: String) -> IdempotencyKey, _ done: @escaping @Sendable (Result<Answer, AppError>) -> Void
    ) -> Void
  ) {
    var taken: String?
    do throws(AppError) {
      let name = try take(key, scope)
      taken = name
      if let answer = try earlier(name, digest, now, known) {
        letGo(name)
        return done(.success(answer))
      }
      work(
        { job in IdempotencyKey(name: name, digest: digest, job: job, createdAt: now) },
        { [self] result in
          letGo(name)
          done(result)
        })
    } catch {
      if let taken { letGo(taken) }
      done(.failure(error))
    }
  }

  /// Notes that a key's request is being worked on.
  private func take(_ key: String, _ scope: String) throws(AppError) -> String {
    guard (1...Self.longestKey).contains(key.utf8.count) else {
      throw AppError(.invalid, "An Idempotency-Key has 1 to \(Self.longestKey) bytes.")
    }
    let name = "\(scope)/\(key)"
    guard active.withLock({ $0.insert(name).inserted }) else {
      throw AppError(.unavailable, "A request with this Idempotency-Key is being worked on. Send it again shortly.")
    }
    return name
  }

  private func letGo(_ name: String) { active.withLock { _ = $0.remove(name) } }

  /// What was answered when the key came first; nil where this is the first time.
  private func earlier<Answer>(
    _ name: String, _ digest: [UInt8], _ now: Timestamp, _ known: (String) throws(AppError) -> Answer?
  ) throws(AppError) -> Answer? {
    guard let old = try read({ () throws(StoreError) in try store.key(name) }),
      now.milliseconds - old.createdAt.milliseconds < IdempotencyKey.lifetime, let answer = try known(old.job)
    else { return nil }
    guard old.digest == digest else {
      throw AppError(
        .conflict, "This Idempotency-Key was used for another request, of job \(old.job). Use a new key.")
    }
    return answer
  }
}

/// Reads from the store on behalf of a request.
/// - Throws: ``AppError``, in the store's words.
func read<Value>(_ body: () throws(StoreError) -> Value) throws(AppError) -> Value {
  do { return try body() } catch { throw error.appError }
}
