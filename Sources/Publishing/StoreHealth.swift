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

  /// - Parameter changed: called on the thread that observed the change; nil if writes work again.
  init(_ log: Log, changed: @escaping @Sendable (StorageFailure?) -> Void) {
    self.log = log
    self.changed = changed
  }

  /// Nil if the last write succeeded.
  var failure: StorageFailure? { current.withLock { $0 } }

  /// Runs a write and records its outcome.
  func observeWrite(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    do {
      try body()
      record(nil)
    } catch {
      record(error)
      throw error
    }
  }

  /// Runs a read or a check of the files, and records a failure. Its success doesn't show that writes work.
  func observeRead<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    do {
      return try body()
    } catch {
      record(error)
      throw error
    }
  }

  private func record(_ error: StoreError?) {
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
