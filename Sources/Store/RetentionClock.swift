import Domain

/// Judges how old stored rows are, although the wall clock may jump.
///
/// It keeps two times, and tries to keep the true one between them. New rows are stamped with ``latest``, and a row counts as
/// expired only by ``earliest``. So a wrong clock may keep rows for longer, but removes them too early only in the two cases
/// below.
///
/// While the server runs, ``earliest`` advances by the time since the machine's boot, which can't be set. A wall clock that
/// is ahead of that has jumped, or was right while the machine was off: it is accepted once it has been ahead for
/// ``patience``.
///
/// Nothing in the machine tells the true time in these cases:
/// - The machine was off, and its clock is behind afterwards, as one without a battery is. ``latest`` goes on from the last
///   known time, so new rows are stamped too early by up to the time that the machine was off, and expire as much too early.
///   If the clock is behind the last known time, this is known: ``Event/behind(by:)``.
/// - A clock that is wrong stays ahead for ``patience`` and is accepted. Until it is set back, rows expire too early by as
///   much as it is ahead: ``Event/accepted(by:)``. Afterwards ``latest`` stays ahead until the true time has caught up, so
///   new rows are kept for longer.
package struct RetentionClock: Sendable {
  /// What is stored, so that the clock goes on after a restart.
  package struct Mark: Equatable, Sendable {
    package var earliest: Timestamp
    package var sinceBoot: Int
    /// Identifies the boot of the machine; empty if that is unknown.
    package var boot: String

    package init(earliest: Timestamp, sinceBoot: Int, boot: String) {
      self.earliest = earliest
      self.sinceBoot = sinceBoot
      self.boot = boot
    }
  }

  package enum Event: Equatable, Sendable {
    /// The wall clock jumped ahead by this many milliseconds while the server ran.
    case jumped(by: Int64)
    /// It stayed there and is now accepted: rows count as older by this many milliseconds.
    case accepted(by: Int64)
    /// It went back.
    case returned
    /// The wall clock is this many milliseconds behind the last known time.
    case behind(by: Int64)
    /// It is no longer behind.
    case caughtUp
  }

  private struct Jump {
    /// How far the wall clock is ahead, in milliseconds.
    let distance: Int64
    let since: Int
    let wasSeen: Bool
  }

  /// A lower bound of the true time, but for the cases above; never decreases.
  package private(set) var mark: Mark
  private var wall: Timestamp
  private var jump: Jump?
  private var event: Event?
  private var isBehind = false
  /// Milliseconds for which a wall clock that jumped must stay ahead.
  private let patience: Int64

  /// Milliseconds by which the wall clock may differ without counting as ahead. Such corrections are followed slowly.
  private static let tolerance: Int64 = 60_000

  /// - Parameters:
  ///   - mark: from the last run; nil if there is none.
  ///   - newestStamp: of the newest stored row; nil if there is none.
  package init(
    after mark: Mark?, newestStamp: Timestamp?, boot: String, now reading: ClockReading, patience: Int64
  ) {
    self.patience = patience
    wall = reading.wall
    var earliest = mark?.earliest ?? min(newestStamp ?? reading.wall, reading.wall)
    if let mark, !boot.isEmpty, mark.boot == boot {
      earliest.milliseconds += Int64(max(0, reading.sinceBoot - mark.sinceBoot))
    }
    self.mark = Mark(earliest: earliest, sinceBoot: reading.sinceBoot, boot: boot)
    let ahead = reading.wall.milliseconds - earliest.milliseconds
    if ahead > Self.tolerance { jump = Jump(distance: ahead, since: reading.sinceBoot, wasSeen: false) }
    noteDelay()
  }

  /// The time to judge the age of rows by.
  package var earliest: Timestamp { min(mark.earliest, wall) }

  /// The time to stamp new rows with.
  package var latest: Timestamp { max(mark.earliest, wall) }

  /// The newest event since the last call.
  package mutating func takeEvent() -> Event? {
    defer { event = nil }
    return event
  }

  /// Takes a new reading into account.
  package mutating func advance(_ reading: ClockReading) {
    wall = reading.wall
    defer { noteDelay() }
    let elapsed = Int64(max(0, reading.sinceBoot - mark.sinceBoot))
    let ahead = reading.wall.milliseconds - (mark.earliest.milliseconds + elapsed)
    mark.earliest.milliseconds += elapsed
    mark.sinceBoot = max(mark.sinceBoot, reading.sinceBoot)
    guard ahead > Self.tolerance else {
      // No faster than one part in a hundred, so that no series of corrections adds up to a jump.
      mark.earliest.milliseconds += min(max(ahead, 0), elapsed / 100)
      if jump?.wasSeen ?? false { event = .returned }
      jump = nil
      return
    }
    guard let jump, abs(jump.distance - ahead) <= Self.tolerance else {
      self.jump = Jump(distance: ahead, since: reading.sinceBoot, wasSeen: true)
      event = .jumped(by: ahead)
      return
    }
    guard Int64(reading.sinceBoot - jump.since) >= patience else { return }
    mark.earliest = reading.wall
    self.jump = nil
    if jump.wasSeen { event = .accepted(by: ahead) }
  }

  /// Notes when the wall clock falls behind the last known time, and when it has caught up.
  private mutating func noteDelay() {
    let behind = mark.earliest.milliseconds - wall.milliseconds
    guard isBehind != (behind > Self.tolerance) else { return }
    isBehind.toggle()
    event = isBehind ? .behind(by: behind) : .caughtUp
  }
}

extension RetentionClock {
  /// Where the mark is stored. Not part of the schema, because older versions can do without it.
  static let tables = FeatureTables(
    feature: "_retention",
    steps: [
      """
      -- One row: at least this much time had passed when the machine had run for so many milliseconds.
      CREATE TABLE retention_clock (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        earliest INTEGER NOT NULL,
        since_boot INTEGER NOT NULL,
        boot TEXT NOT NULL
      ) STRICT;
      """
    ])
}

extension Database {
  func retentionMark() throws(StoreError) -> RetentionClock.Mark? {
    try rows("SELECT earliest, since_boot, boot FROM retention_clock") { row in
      RetentionClock.Mark(
        earliest: Timestamp(milliseconds: Int64(row.integer(0))), sinceBoot: row.integer(1), boot: row.text(2))
    }.first
  }

  func save(_ mark: RetentionClock.Mark) throws(StoreError) {
    try run(
      "INSERT OR REPLACE INTO retention_clock (id, earliest, since_boot, boot) VALUES (1, ?, ?, ?)",
      .integer(Int(mark.earliest.milliseconds)), .integer(mark.sinceBoot), .text(mark.boot))
  }

  /// The stamp of the newest stored message.
  func newestStamp() throws(StoreError) -> Timestamp? {
    guard let newest = try number("SELECT last FROM chunks ORDER BY first DESC LIMIT 1") else { return nil }
    var reader = try MessageReader(self)
    // A damaged one may be any number: from 1970 to the end of the year 9999.
    return try reader.time(at: newest).flatMap { 0...253_402_300_799_999 ~= $0.milliseconds ? $0 : nil }
  }
}
