import Domain
import JSONValues
import Store
import Synchronization

/// Whether the store accepts writes. Logs and announces when writes start to fail, when the reason changes, and when they
/// work again.
final class StoreHealth: Sendable {
  private let log: Log
  private let changed: @Sendable (StorageFailure?) -> Void
  private let current = Mutex<StorageFailure?>(nil)
  /// Held while a change is made and announced: two threads must not announce theirs in the opposite order.
  private let announcement = Mutex(())

  /// - Parameter changed: called on the thread that observed the change, in the order of the changes; nil if writes work
  ///   again. Must neither wait nor observe anything.
  init(_ log: Log, changed: @escaping @Sendable (StorageFailure?) -> Void) {
    self.log = log
    self.changed = changed
  }

  /// Nil if the last write succeeded, and so did one as large as the last one that was refused.
  var failure: StorageFailure? { current.withLock { $0 } }

  /// Runs a write of messages, or a trial of one, and records its outcome.
  /// - Parameter body: returns whether a larger write was refused before: then this one shows nothing.
  func observeWrite(_ body: () throws(StoreError) -> Bool) throws(StoreError) {
    do {
      if try !body() { record(nil) }
    } catch {
      record(error)
      throw error
    }
  }

  /// Runs an access whose success doesn't show that messages can be written, and records a failure: a read, a check of the
  /// files, or a write of a few bytes.
  func observe<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    do {
      return try body()
    } catch {
      record(error)
      throw error
    }
  }

  private func record(_ error: StoreError?) {
    announcement.withLock { _ in
      let (before, now) = current.withLock { failure in
        let before = failure
        failure = error.map { StorageFailure(since: before?.since ?? .now(), reason: $0.storageReason) }
        return (before, failure)
      }
      guard before != now else { return }
      if let error {
        log(.error, "nothing can be stored", values: ["cause": .string("\(error)")])
      } else {
        log(.info, "storing again")
      }
      changed(now)
    }
  }
}
