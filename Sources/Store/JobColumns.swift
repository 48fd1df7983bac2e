import Compression
import Domain
import JSONValues

/// The derived columns of a job's row: the text that a search looks at, the JSON of everything that has no column, the
/// results, and the checksums.
///
/// Not in the row: warnings, which are among the job's messages, and frames, which have rows of their own.
struct JobColumns {
  let words: String
  let state: [UInt8]
  let checksum: Int
  let results: [UInt8]
  let resultsChecksum: Int

  init(_ job: Job) {
    words = job.searchText
    state = JSON.object(Self.state(of: job)).encoded()
    checksum = Self.checksum(job, state: state)
    results = JSON.object(job.results).encoded()
    resultsChecksum = rowChecksum(results, job.number)
  }

  /// Like ``job(from:path:)``, for rows that also have results_checksum and results.
  /// - Throws: ``StoreError/damaged(path:finding:)``
  static func wholeJob(from row: Statement, path: String) throws(StoreError) -> Job {
    var job = try job(from: row, path: path)
    let bytes = row.blob(11)
    guard rowChecksum(bytes, job.number) == row.integer(10), let results = object(bytes) else {
      throw .damaged(path: path, finding: "the results of job \(job.id) are unreadable")
    }
    job.results = results
    return job
  }

  /// A job without its results, which may be very long. The columns are number, id, status, created_at, finished_at, offset, name,
  /// source, checksum, state.
  /// - Throws: ``StoreError/damaged(path:finding:)``
  static func job(from row: Statement, path: String) throws(StoreError) -> Job {
    let id = row.text(1)
    let bytes = row.blob(9)
    guard var json = object(bytes) else { throw damaged(id, path: path) }
    addColumns(of: row, to: &json)
    guard var job = Job(json) else { throw damaged(id, path: path) }
    job.offset = row.integer(5)
    guard checksum(job, state: bytes) == row.integer(8) else { throw damaged(id, path: path) }
    return job
  }

  static func damaged(_ id: String, path: String) -> StoreError {
    .damaged(path: path, finding: "the row of job \(id) is unreadable")
  }

  static func object(_ bytes: [UInt8]) -> JSONObject? {
    // One level more than a message may have.
    try? JSON(parsing: bytes, limits: JSONLimits(maxDepth: 128)).objectValue
  }

  static func checksum(_ job: Job, state: [UInt8]) -> Int {
    let texts = Array("\(job.id)\n\(job.status)\n\(job.name)\n\(job.source)\n".utf8)
    return rowChecksum(
      texts + state, job.number, job.offset, Int(job.createdAt.milliseconds), Int(job.finishedAt?.milliseconds ?? 0))
  }

  // MARK: Columns

  /// The members of a job's JSON that are stored elsewhere.
  private static let elsewhere: Set = [
    "number", "job_id", "status", "created_at", "finished_at", "name", "source", "results", "warnings",
  ]

  /// The members without a column.
  private static func state(of job: Job) -> JSONObject {
    var state = JSONObject()
    for member in job.json.members where !elsewhere.contains(member.key) { state[member.key] = member.value }
    return state
  }

  /// Adds the values of the columns, in the form of ``Job/json``.
  static func addColumns(of row: Statement, to json: inout JSONObject) {
    func time(_ column: Int) -> JSON {
      .string(Timestamp(milliseconds: Int64(row.integer(column))).description)
    }
    json["number"] = .int(row.integer(0))
    json["job_id"] = .string(row.text(1))
    json["status"] = .string(row.text(2))
    json["created_at"] = time(3)
    if !row.isNull(4) { json["finished_at"] = time(4) }
    json["name"] = .string(row.text(6))
    json["source"] = .string(row.text(7))
  }
}
