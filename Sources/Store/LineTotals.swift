import Domain

/// Figures of the committed state that are read often: the row of the line, and how many jobs there are.
struct LineTotals: Sendable {
  var newestOffset = 0
  var newestJobNumber = 0
  /// The highest offset that retention removed.
  var prunedThrough = 0
  /// The offset through which the stored index of topics has everything.
  var indexedThrough = 0
  /// The highest number of a topic's row.
  var newestTopic = 0
  /// How many transactions there were.
  var commits = 0
  var counts: [JobStatus: Int] = [:]

  /// Of the row: a bit that turned in one of its numbers would make later messages unfindable, or numbers not unique.
  var checksum: Int {
    rowChecksum([], newestOffset, newestJobNumber, prunedThrough, indexedThrough, newestTopic, commits)
  }

  /// Whether every number is in its range. The checksum can't tell before the first commit that wrote one.
  var isPossible: Bool {
    let numbers = [newestOffset, newestJobNumber, newestTopic, commits]
    return numbers.allSatisfy { 0...Self.greatest ~= $0 } && 0...newestOffset ~= prunedThrough
      && 0...newestOffset ~= indexedThrough
  }

  /// Clients read offsets as JSON numbers, which are exact up to here.
  private static let greatest = 1 << 53
}

extension Database {
  /// Reads the row of the line.
  /// - Parameter version: the file's format.
  /// - Throws: ``StoreError/damaged(path:finding:)`` if it is not as it was written.
  func lineTotals(version: Int) throws(StoreError) -> LineTotals {
    let rows = try rows("SELECT newest_offset, newest_job, pruned_through, commits FROM line") {
      LineTotals(
        newestOffset: $0.integer(0), newestJobNumber: $0.integer(1), prunedThrough: $0.integer(2),
        commits: $0.integer(3))
    }
    guard var totals = rows.first else { throw .damaged(path: path, finding: "its line is missing") }
    if Schema.hasChunks(version: version) {
      totals.indexedThrough = try number("SELECT indexed_through FROM line") ?? 0
      totals.newestTopic = try number("SELECT newest_topic FROM line") ?? 0
    }
    // It has none until the first commit after a change of the format.
    let checksum = Schema.hasLineChecksum(version: version) ? try number("SELECT checksum FROM line") : nil
    guard totals.isPossible, checksum == nil || checksum == totals.checksum else {
      throw .damaged(path: path, finding: "the row of its line is not as it was written")
    }
    return totals
  }

  /// Writes the row of the line.
  func write(_ totals: LineTotals) throws(StoreError) {
    try run(
      """
      UPDATE line SET newest_offset = ?, newest_job = ?, pruned_through = ?, indexed_through = ?, newest_topic = ?,
        commits = ?, checksum = ?
      """,
      .integer(totals.newestOffset), .integer(totals.newestJobNumber), .integer(totals.prunedThrough),
      .integer(totals.indexedThrough), .integer(totals.newestTopic), .integer(totals.commits),
      .integer(totals.checksum))
  }
}
