import Synchronization

/// Connections for reading. Each is used by one thread at a time, and none waits for the writer.
final class Readers: Sendable {
  private let path: String
  private let slots: [Slot]
  private let next = Atomic(0)
  private let isClosed = Atomic(false)

  private final class Slot: Sendable {
    let database = Mutex<Database?>(nil)
  }

  init(_ path: String, count: Int) {
    self.path = path
    slots = (0..<count).map { _ in Slot() }
  }

  /// Reads one snapshot with a free connection, or waits for one.
  func read<Result: Sendable>(_ body: @Sendable (Database) throws(StoreError) -> Result) throws(StoreError) -> Result {
    for slot in slots {
      let result = try slot.database.withLockIfAvailable { database throws(StoreError) in
        try read(&database, body)
      }
      if let result { return result }
    }
    let turn = next.wrappingAdd(1, ordering: .relaxed).newValue
    return try slots[Int(UInt(bitPattern: turn) % UInt(slots.count))].database.withLock { database throws(StoreError) in
      try read(&database, body)
    }
  }

  /// Waits for reads in progress, and closes all connections.
  func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    for slot in slots { slot.database.withLock { $0 = nil } }
  }

  private func read<Result: Sendable>(
    _ database: inout Database?, _ body: @Sendable (Database) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    guard !isClosed.load(ordering: .sequentiallyConsistent) else {
      throw .inaccessible(path: path, reason: "it was closed")
    }
    let opened: Database
    if let database {
      opened = database
    } else {
      opened = try Database(path, .reading)
      database = opened
    }
    return try opened.reading { () throws(StoreError) in try body(opened) }
  }
}
