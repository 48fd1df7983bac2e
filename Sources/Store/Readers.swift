import Synchronization

/// Connections for reading. Each is used by one thread at a time, and none waits for the writer.
final class Readers: Sendable {
  private let path: String
  private let identity: FolderIdentity
  private let slots: [Slot]
  private let next = Atomic(0)
  private let isClosed = Atomic(false)

  private final class Slot: Sendable {
    let database = Mutex<Database?>(nil)
  }

  /// Opens all of them, so that reading goes on if the files are removed.
  init(_ path: String, identity: FolderIdentity, count: Int) throws(StoreError) {
    self.path = path
    self.identity = identity
    slots = (0..<count).map { _ in Slot() }
    for slot in slots {
      try slot.database.withLock { database throws(StoreError) in
        database = try open()
      }
    }
  }

  /// Reads one snapshot with a free connection, or waits for one.
  func read<Result: Sendable>(_ body: @Sendable (Database) throws(StoreError) -> Result) throws(StoreError) -> Result {
    for slot in slots {
      let result = try slot.database.withLockIfAvailable { database throws(StoreError) in
        try read(database, body)
      }
      if let result { return result }
    }
    let turn = next.wrappingAdd(1, ordering: .relaxed).newValue
    return try slots[Int(UInt(bitPattern: turn) % UInt(slots.count))].database.withLock { database throws(StoreError) in
      try read(database, body)
    }
  }

  /// Waits for reads in progress, and closes all connections.
  func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    for slot in slots { slot.database.withLock { $0 = nil } }
  }

  private func read<Result: Sendable>(
    _ database: Database?, _ body: @Sendable (Database) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    guard !isClosed.load(ordering: .sequentiallyConsistent), let database else {
      throw .inaccessible(path: path, reason: "it was closed")
    }
    return try database.reading { () throws(StoreError) in try body(database) }
  }

  private func open() throws(StoreError) -> Database {
    let database = try Database(path, .reading)
    // The first read opens the log.
    _ = try database.number("SELECT count(*) FROM line")
    // Another server's files may have replaced them in the meantime.
    try identity.check()
    return database
  }
}
