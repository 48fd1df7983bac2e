import Domain

/// What the writing thread does between batches.
extension Store {
  /// The size of the log in bytes, including space that SQLite keeps for reuse.
  package var walBytes: Int {
    try? identity.check()
    return identity.logBytes
  }

  /// Checks that the paths of the data folder still lead to what was opened.
  /// - Throws: ``StoreError/displaced(folder:finding:)``; once it has, every write throws it too.
  package func checkFiles() throws(StoreError) { try identity.check() }

  /// Creates the position file again if it was removed. Does nothing if the folder is another one.
  package func restorePosition() { try? withWriter { writer in writer.restorePosition() } }

  /// Commits nothing, to find out whether commits work, even one as large as the largest that the system refused. It writes
  /// so many pages into the log and takes them back, so the next commit of this size has its room.
  /// - Throws: ``StoreError`` if they don't.
  package func probe() throws(StoreError) {
    try withTotals { writer throws(StoreError) in try writer.probe() }
  }

  /// The size of the log, in bytes, from which ``shrinkLog()`` empties it. SQLite writes 4,000 pages of it back at a time,
  /// 16 MB, but starts again at its beginning only when no reader uses it.
  package static let logLimit = 32 << 20

  /// The result of ``shrinkLog()``.
  package enum LogState: Equatable, Sendable {
    case withinLimit
    /// It was emptied.
    case emptied
    /// A reader keeps it from being emptied, so it grows with every commit.
    case held(byteCount: Int)
  }

  /// Empties the log if it is larger than ``logLimit``. Holds up commits for the time of writing it back, and waits at most
  /// 50 ms for reads.
  /// - Throws: ``StoreError`` if the database can't be written.
  package func shrinkLog() throws(StoreError) -> LogState {
    guard walBytes > Self.logLimit else { return .withinLimit }
    do throws(StoreError) {
      try withWriter { writer throws(StoreError) in
        try identity.check()
        try writer.database.checkpointAll(patience: 50)
      }
      return .emptied
    } catch {
      guard case .locked = error else { throw error }
      return .held(byteCount: identity.logBytes)
    }
  }
}

// MARK: Time

extension Store {
  /// The time to stamp new rows with: not before the true one.
  package var latestTime: Timestamp { readingClock { $0.latest } }

  /// The time to judge the age of rows by: not after the true one.
  package var earliestTime: Timestamp { readingClock { $0.earliest } }

  /// The newest jump of the wall clock since the last call. Call this regularly.
  package func takeClockEvent() -> RetentionClock.Event? { readingClock { $0.takeEvent() } }

  /// Stores the lower bound of the true time for the next start. Not counted as a commit: if it is lost, rows are only
  /// kept for longer.
  package func saveClock() throws(StoreError) {
    let mark = readingClock { $0.mark }
    try withWriter { writer throws(StoreError) in
      try identity.check()
      try writer.database.save(mark)
    }
  }

  private func readingClock<Result>(_ body: (inout RetentionClock) -> Result) -> Result {
    clock.withLock { clock in
      clock.advance(readClock())
      return body(&clock)
    }
  }
}
