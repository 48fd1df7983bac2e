import JSONValues

/// The JSON forms of a job: the complete form, which is stored and sent in `_job_created`, and the API's responses, which
/// consist of the same members.
extension Job {
  /// Everything except the frames, which have rows of their own, and the offset of the last applied message. Members that
  /// are nil or empty are left out.
  package var json: JSONObject {
    var json: JSONObject = [
      "job_id": .string(id), "number": .int(number), "name": .string(name), "source": .string(source),
      "status": .string(status.rawValue), "created_at": .string(createdAt.description),
      "plugin_states": .array(pluginStates.map { .object($0.json) }), "warnings_count": .int(warningsCount),
    ]
    for member in work.json.members { json[member.key] = member.value }
    json["device_used"] = deviceUsed.map { .string($0.description) }
    json["retry_of"] = retryOf.map(JSON.string)
    json["progress"] = progress.map(JSON.double)
    json["stage"] = stage.map(JSON.string)
    json["active_plugin"] = activePlugin.map(JSON.string)
    json["rate"] = rate.map(JSON.double)
    json["eta_seconds"] = etaSeconds.map(JSON.double)
    json["error"] = error.map(JSON.string)
    json["error_id"] = errorID.map(JSON.int)
    if errorsCount > 0 { json["errors_count"] = .int(errorsCount) }
    if !errors.isEmpty { json["errors"] = .array(errors.map { .object($0.json) }) }
    if !warnings.isEmpty { json["warnings"] = .array(warnings.map { .object($0.json) }) }
    json["started_at"] = startedAt.map { .string($0.description) }
    json["finished_at"] = finishedAt.map { .string($0.description) }
    if !results.isEmpty { json["results"] = .object(results) }
    return json
  }

  /// Reads what ``json`` wrote; nil if a member that every job has is missing.
  package init?(_ json: JSONObject) {
    func time(_ name: String) -> Timestamp? { json[name]?.stringValue.flatMap { Timestamp(iso8601: $0) } }
    func objects(_ name: String) -> [JSONObject] { json[name]?.arrayValue?.compactMap(\.objectValue) ?? [] }
    guard let id = json["job_id"]?.stringValue, let number = json["number"]?.intValue,
      let name = json["name"]?.stringValue, let source = json["source"]?.stringValue,
      let status = json["status"]?.stringValue.flatMap(JobStatus.init(rawValue:)), let createdAt = time("created_at")
    else { return nil }
    self.init(
      id: id, name: name, work: JobWork(json, source: source), retryOf: json["retry_of"]?.stringValue,
      createdAt: createdAt)
    self.number = number
    self.status = status
    pluginStates = objects("plugin_states").compactMap { PluginState($0) }
    warningsCount = json["warnings_count"]?.intValue ?? 0
    warnings = objects("warnings").compactMap { Warning($0) }
    deviceUsed = json["device_used"]?.stringValue.flatMap { Device($0) }
    progress = json["progress"]?.doubleValue
    stage = json["stage"]?.stringValue
    activePlugin = json["active_plugin"]?.stringValue
    rate = json["rate"]?.doubleValue
    etaSeconds = json["eta_seconds"]?.doubleValue
    error = json["error"]?.stringValue
    errorID = json["error_id"]?.intValue
    errors = objects("errors").compactMap { JobError($0) }
    errorsCount = json["errors_count"]?.intValue ?? errors.count
    startedAt = time("started_at")
    finishedAt = time("finished_at")
    results = json["results"]?.objectValue ?? [:]
  }

  /// A row of `GET /v1/jobs`, and the payload of `job_status`.
  package var summary: JSONObject {
    [
      "job_id": .string(id), "number": .int(number), "name": .string(name), "source": .string(source),
      "status": .string(status.rawValue),
      "progress": progress.map(JSON.double) ?? .null, "stage": stage.map(JSON.string) ?? .null,
      "device_used": deviceUsed.map { .string($0.description) } ?? .null,
      "created_at": .string(createdAt.description),
      "started_at": startedAt.map { .string($0.description) } ?? .null,
      "finished_at": finishedAt.map { .string($0.description) } ?? .null,
      "warnings_count": .int(warningsCount), "error": error.map(JSON.string) ?? .null,
      "error_id": errorID.map(JSON.int) ?? .null,
    ]
  }

  /// The API's JobResponse: exactly these five fields.
  package var response: JSONObject {
    [
      "job_id": .string(id), "device_requested": .string(deviceRequested.description),
      "device_used": deviceUsed.map { .string($0.description) } ?? .null, "fallback": .bool(fallback),
      "frames": .array(frames.map { .object($0.json) }),
    ]
  }

  /// The API's ExtendedJobResponse: the same five fields, and everything else about the job.
  /// - Parameter inspections: of the job's plugins.
  package func extendedResponse(_ inspections: [PluginInspection]) -> JSONObject {
    var timings = JSONObject()
    for state in inspections.map(\.state) { timings[state.plugin] = state.milliseconds.map(JSON.double) }
    var object = response
    object["progress"] = progress.map { .int(Int($0.rounded(.down))) } ?? .null
    object["plugin_timings"] = .object(timings)
    object["warnings"] = .array(warnings.map { .string("\($0.plugin): \($0.message)") })
    object["status"] = .string(status.rawValue)
    object["name"] = .string(name)
    object["stage"] = stage.map(JSON.string) ?? .null
    object["results"] = .object(results)
    object["error"] = error.map(JSON.string) ?? .null
    object["created_at"] = .string(createdAt.description)
    object["started_at"] = startedAt.map { .string($0.description) } ?? .null
    object["finished_at"] = finishedAt.map { .string($0.description) } ?? .null
    object["exit_code"] = .null
    object["retry_of"] = retryOf.map(JSON.string) ?? .null
    return object
  }
}
