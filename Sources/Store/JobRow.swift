import Compression
import Domain
import JSONValues

/// What of a job's row is made of it: the words that a search looks at, all that has no column of its own, the results,
/// and the checksums.
///
/// Not in the row: warnings, which stand among the job's messages, and frames, which have rows of their own.
struct JobRow {
  let words: String
  let state: [UInt8]
  let checksum: Int
  let results: [UInt8]
  let resultsChecksum: Int

  init(_ job: Job) {
    words = "\(job.name)\n\(job.source)\n\(job.id)".lowercased()
    state = JSON.object(job.state).encoded()
    checksum = Self.checksum(job, state)
    results = JSON.object(job.results).encoded()
    resultsChecksum = rowChecksum(results, job.number)
  }

  /// As ``job(from:path:)``, with results_checksum and results behind the others.
  /// - Throws: ``StoreError/damaged(path:finding:)``
  static func wholeJob(from row: Statement, path: String) throws(StoreError) -> Job {
    var job = try job(from: row, path: path)
    let bytes = row.blob(11)
    guard rowChecksum(bytes, job.number) == row.integer(10), let results = object(bytes) else {
      throw .damaged(path: path, finding: "the results of job \(job.id) make no sense")
    }
    job.results = results
    return job
  }

  /// A job without its results, which may be very long. Reads number, id, status, created_at, finished_at, offset, name,
  /// source, checksum, state.
  /// - Throws: ``StoreError/damaged(path:finding:)``
  static func job(from row: Statement, path: String) throws(StoreError) -> Job {
    let id = row.text(1)
    func damaged() -> StoreError { .damaged(path: path, finding: "the row of job \(id) makes no sense") }
    let bytes = row.blob(9)
    guard let status = JobStatus(rawValue: row.text(2)), let state = object(bytes) else { throw damaged() }
    var job = Job(
      id: id, name: row.text(6), work: JobWork(state, source: row.text(7)),
      createdAt: Timestamp(milliseconds: Int64(row.integer(3))))
    job.number = row.integer(0)
    job.status = status
    job.finishedAt = row.isNull(4) ? nil : Timestamp(milliseconds: Int64(row.integer(4)))
    job.offset = row.integer(5)
    job.state = state
    guard checksum(job, bytes) == row.integer(8) else { throw damaged() }
    return job
  }

  private static func object(_ bytes: [UInt8]) -> JSONObject? {
    // What a message may hold, one deeper in here.
    try? JSON(parsing: bytes, limits: JSONLimits(maxDepth: 128)).objectValue
  }

  private static func checksum(_ job: Job, _ state: [UInt8]) -> Int {
    let texts = Array("\(job.id)\n\(job.status)\n\(job.name)\n\(job.source)\n".utf8)
    return rowChecksum(
      texts + state, job.number, job.offset, Int(job.createdAt.milliseconds), Int(job.finishedAt?.milliseconds ?? 0))
  }
}

extension Job {
  /// Everything without a column. Members that are nil are left out. Reading leaves ``work`` to the initialiser.
  fileprivate var state: JSONObject {
    get {
      var state = work.json
      state["plugin_states"] = .array(pluginStates.map { .object($0.json) })
      state["warnings_count"] = .int(warningsCount)
      state["device_used"] = deviceUsed.map { .string($0.description) }
      state["retry_of"] = retryOf.map(JSON.string)
      state["progress"] = progress.map(JSON.double)
      state["stage"] = stage.map(JSON.string)
      if !errors.isEmpty { state["errors"] = .array(errors.map { .object($0.json) }) }
      state["active_plugin"] = activePlugin.map(JSON.string)
      state["rate"] = rate.map(JSON.double)
      state["eta_seconds"] = etaSeconds.map(JSON.double)
      state["error"] = error.map(JSON.string)
      state["started_at"] = startedAt.map { .int(Int($0.milliseconds)) }
      return state
    }
    set {
      pluginStates = newValue["plugin_states"]?.arrayValue?.compactMap { PluginState(stored: $0) } ?? []
      warningsCount = newValue["warnings_count"]?.intValue ?? 0
      deviceUsed = newValue["device_used"]?.stringValue.flatMap { Device($0) }
      retryOf = newValue["retry_of"]?.stringValue
      progress = newValue["progress"]?.doubleValue
      stage = newValue["stage"]?.stringValue
      errors = newValue["errors"]?.arrayValue?.compactMap { JobError(stored: $0) } ?? []
      activePlugin = newValue["active_plugin"]?.stringValue
      rate = newValue["rate"]?.doubleValue
      etaSeconds = newValue["eta_seconds"]?.doubleValue
      error = newValue["error"]?.stringValue
      startedAt = newValue["started_at"]?.intValue.map { Timestamp(milliseconds: Int64($0)) }
    }
  }
}

extension JobError {
  fileprivate var json: JSONObject {
    var json: JSONObject = ["title": .string(title)]
    json["message"] = message.map(JSON.string)
    json["code"] = code.map(JSON.string)
    json["plugin"] = plugin.map(JSON.string)
    json["frame"] = frameID.map(JSON.int)
    return json
  }

  fileprivate init?(stored json: JSON) {
    guard let title = json["title"]?.stringValue else { return nil }
    self.init(
      title: title, message: json["message"]?.stringValue, code: json["code"]?.stringValue,
      plugin: json["plugin"]?.stringValue, frameID: json["frame"]?.intValue)
  }
}

extension PluginState {
  fileprivate var json: JSONObject {
    var json: JSONObject = [
      "plugin": .string(plugin), "status": .string(status.rawValue), "frames_processed": .int(framesProcessed),
      "warnings_count": .int(warningsCount),
    ]
    json["timing_ms"] = milliseconds.map(JSON.double)
    json["health"] = health.map { .string($0.rawValue) }
    json["statistics"] = statistics.map { [.double($0.p50), .double($0.p95), .double($0.max)] }
    return json
  }

  fileprivate init?(stored json: JSON) {
    guard let plugin = json["plugin"]?.stringValue,
      let status = json["status"]?.stringValue.flatMap(PluginStatus.init(rawValue:))
    else { return nil }
    self.init(plugin: plugin, status: status)
    framesProcessed = json["frames_processed"]?.intValue ?? 0
    warningsCount = json["warnings_count"]?.intValue ?? 0
    milliseconds = json["timing_ms"]?.doubleValue
    health = json["health"]?.stringValue.flatMap(PluginHealth.init(rawValue:))
    if let values = json["statistics"]?.arrayValue?.compactMap(\.doubleValue), values.count == 3 {
      statistics = TimingStatistics(p50: values[0], p95: values[1], max: values[2])
    }
  }
}
