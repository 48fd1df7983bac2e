import Domain
import JSONValues

/// A job's row in earlier formats. In the first one, its JSON named some members differently from messages and the API.
enum FirstJobRow {
  /// Rewrites every row in the current format. A damaged row stays as it is: reading it fails.
  static func rewriteAll(in database: Database) throws(StoreError) {
    var number = 0
    while let next = try database.number("SELECT min(number) FROM jobs WHERE number > ?", .integer(number)) {
      number = next
      let jobs = try database.rows(
        "SELECT number, id, status, created_at, finished_at, offset, name, source, checksum, state FROM jobs WHERE number = ?",
        .integer(number), read: job)
      guard case let job?? = jobs.first else { continue }
      let row = JobColumns(job)
      try database.run(
        "UPDATE jobs SET checksum = ?, state = ? WHERE number = ?", .integer(row.checksum), .blob(row.state),
        .integer(number))
    }
  }

  /// Rewrites the `words` of every row.
  static func foldWords(in database: Database) throws(StoreError) {
    var number = 0
    while let next = try database.number("SELECT min(number) FROM jobs WHERE number > ?", .integer(number)) {
      number = next
      let words = try database.rows("SELECT name, source, id FROM jobs WHERE number = ?", .integer(number)) {
        SearchText.ofJob(name: $0.text(0), source: $0.text(1), id: $0.text(2))
      }
      try database.run(
        "UPDATE jobs SET words = ?1 WHERE number = ?2 AND words <> ?1", .text(words[0]), .integer(number))
    }
  }

  /// Nil for a damaged row.
  private static func job(from row: Statement) -> Job? {
    let bytes = row.blob(9)
    guard var json = JobColumns.object(bytes) else { return nil }
    JobColumns.addColumns(of: row, to: &json)
    json["started_at"] = json["started_at"]?.intValue.map {
      .string(Timestamp(milliseconds: Int64($0)).description)
    }
    json["plugin_states"] = .array((json["plugin_states"]?.arrayValue ?? []).map(pluginState))
    json["errors"] = json["errors"]?.arrayValue.map { .array($0.map(error)) }
    guard var job = Job(json) else { return nil }
    job.offset = row.integer(5)
    return JobColumns.checksum(job, state: bytes) == row.integer(8) ? job : nil
  }

  private static func pluginState(_ first: JSON) -> JSON {
    guard var state = first.objectValue else { return first }
    if let values = state["statistics"]?.arrayValue, values.count == 3 {
      state["timing_statistics"] = ["p50": values[0], "p95": values[1], "max": values[2]]
    }
    state["statistics"] = nil
    return .object(state)
  }

  private static func error(_ first: JSON) -> JSON {
    var details = JSONObject()
    details["error_code"] = first["code"]
    details["message"] = first["message"]
    var error = JSONObject()
    error["error"] = first["title"]
    if !details.isEmpty { error["details"] = .object(details) }
    error["plugin"] = first["plugin"]
    error["frame_id"] = first["frame"]
    return .object(error)
  }
}
