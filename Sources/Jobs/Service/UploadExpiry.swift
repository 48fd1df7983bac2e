import Domain

/// Decides what has expired. A jump of the wall clock alone expires nothing: an upload must stay due for a while, and
/// one that arrived while this process runs must also be old enough by the clock that never jumps.
struct UploadExpiry: Sendable {
  struct Candidate: Equatable, Sendable {
    let path: String
    let name: String
    let usedAt: Timestamp
    /// In milliseconds.
    let retention: Int64
  }

  private struct Sighting {
    var usedAt: Timestamp
    /// When this time of use was first seen; nil if that was in the first round, because it may be older.
    var seenAt: Int?
    /// Since when it is due by the wall clock.
    var dueSince: Int?
  }

  private var sightings: [String: Sighting] = [:]
  private var isFirstRound = true

  /// Milliseconds for which an upload must be due before it is removed, at most.
  static let patience: Int64 = 3_600_000

  /// - Parameter candidates: all of them; the state of missing ones is dropped.
  mutating func expired(_ candidates: [Candidate], now: Timestamp, uptime: Int) -> [Candidate] {
    var next: [String: Sighting] = [:]
    var expired: [Candidate] = []
    for candidate in candidates {
      var sighting =
        sightings[candidate.path] ?? Sighting(usedAt: candidate.usedAt, seenAt: isFirstRound ? nil : uptime)
      if sighting.usedAt != candidate.usedAt { sighting = Sighting(usedAt: candidate.usedAt, seenAt: uptime) }
      let isOldEnough = sighting.seenAt.map { Int64(uptime - $0) >= candidate.retention } ?? true
      let isDue = isOldEnough && now.milliseconds - candidate.usedAt.milliseconds >= candidate.retention
      sighting.dueSince = isDue ? sighting.dueSince ?? uptime : nil
      next[candidate.path] = sighting
      if let since = sighting.dueSince, Int64(uptime - since) >= min(Self.patience, candidate.retention) {
        expired.append(candidate)
      }
    }
    sightings = next
    isFirstRound = false
    return expired
  }
}
