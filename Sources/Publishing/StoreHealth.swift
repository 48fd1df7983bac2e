import Domain
import JSONValues
import Store
import Synchronization

/// Whether the store accepts what it is given. Logs once when it begins to fail, and once when it works again.
final class StoreHealth: Sendable {
  private let log: Log
  private let failing = Mutex(false)

  init(_ log: Log) { self.log = log }

  var isFailing: Bool { failing.withLock { $0 } }

  /// Runs a write and notes how it went.
  func observeWrite(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    do {
      try body()
      note(nil)
    } catch {
      note(error)
      throw error
    }
  }

  /// Runs a read and notes a failure. A read that works is no sign that anything can be stored.
  func observeRead<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    do {
      return try body()
    } catch {
      note(error)
      throw error
    }
  }

  private func note(_ error: StoreError?) {
    let wasFailing = failing.withLock { failing in
      defer { failing = error != nil }
      return failing
    }
    switch (error, wasFailing) {
    case (let error?, false): log(.error, "nothing can be stored", ["cause": .string("\(error)")])
    case (nil, true): log(.info, "storing again")
    default: break
    }
  }
}
