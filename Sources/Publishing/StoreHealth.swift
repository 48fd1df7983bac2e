import Domain
import JSONValues
import Store
import Synchronization

/// Whether the store accepts writes. Logs once when writes start to fail, and once when they work again.
final class StoreHealth: Sendable {
  private let log: Log
  private let failing = Mutex(false)

  init(_ log: Log) { self.log = log }

  var isFailing: Bool { failing.withLock { $0 } }

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

  /// Runs a read and records a failure. A successful read doesn't show that writes work.
  func observeRead<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    do {
      return try body()
    } catch {
      record(error)
      throw error
    }
  }

  private func record(_ error: StoreError?) {
    let wasFailing = failing.withLock { failing in
      defer { failing = error != nil }
      return failing
    }
    switch (error, wasFailing) {
    case (let error?, false): log(.error, "nothing can be stored", values: ["cause": .string("\(error)")])
    case (nil, true): log(.info, "storing again")
    default: break
    }
  }
}
