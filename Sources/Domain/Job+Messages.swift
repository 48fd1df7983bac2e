import JSONValues

/// The effect of messages on a job. This fold is the only definition: the server's memory, the store's rows and the
/// recovery after a crash all use it.
extension Job {
  /// Applies a message of the job's topic. A field that the message leaves out keeps its value.
  package mutating func apply(_ message: RealtimeMessage) {
    let payload = message.payload
    switch message.type {
    case .jobStatus: applyStatus(payload)
    case .progress:
      progress = payload["progress"]?.doubleValue.map { min(max($0, 0), 100) }
      if payload["total_unknown"]?.boolValue == true { progress = nil }
      // A message with neither doesn't change the current step.
      if payload["stage"] != nil || payload["plugin"] != nil {
        stage = payload["stage"]?.stringValue
        activePlugin = payload["plugin"]?.stringValue
      }
      rate = payload["rate"]?.doubleValue
      etaSeconds = payload["eta_seconds"]?.doubleValue
    case .pluginStatus:
      let known = pluginStates.first { $0.plugin == payload["plugin"]?.stringValue }
      if let state = PluginState(payload, after: known) { set(state) }
    case .warning:
      guard let warning = Warning(payload) else { return }
      warningsCount += 1
      keep(warning)
    case .error:
      guard let error = JobError(payload) else { return }
      errorsCount = max(errorsCount + 1, error.id ?? 0)
      keep(error)
    case .partialResult:
      if let plugin = payload["plugin"]?.stringValue { results[plugin] = payload["result"] }
    default: break
    }
  }

  private mutating func applyStatus(_ payload: JSONObject) {
    if let status = payload["status"]?.stringValue.flatMap(JobStatus.init(rawValue:)) { self.status = status }
    if let name = payload["name"]?.stringValue { self.name = name }
    if let error = payload["error"] {
      self.error = error.stringValue
      errorID = payload["error_id"]?.intValue
    }
    if let progress = payload["progress"] { self.progress = progress.doubleValue }
    if let stage = payload["stage"] { self.stage = stage.stringValue }
    if let device = payload["device_used"] { deviceUsed = device.stringValue.flatMap { Device($0) } }
    if let started = payload["started_at"] { startedAt = started.stringValue.flatMap { Timestamp(iso8601: $0) } }
    if let finished = payload["finished_at"] { finishedAt = finished.stringValue.flatMap { Timestamp(iso8601: $0) } }
  }

  /// Replaces the plugin's state, or adds it.
  package mutating func set(_ state: PluginState) {
    if let index = pluginStates.firstIndex(where: { $0.plugin == state.plugin }) {
      pluginStates[index] = state
    } else {
      pluginStates.append(state)
    }
  }
}

extension JobError: ByteCounted {
  var byteCount: Int { [title, message, code, plugin].reduce(0) { $0 + ($1?.utf8.count ?? 0) } }

  /// The payload of an `error` message without the job, and an element of a job's `errors`.
  package var json: JSONObject {
    var details = JSONObject()
    details["error_code"] = code.map(JSON.string)
    details["message"] = message.map(JSON.string)
    var json: JSONObject = ["error": .string(title)]
    json["error_id"] = id.map(JSON.int)
    if !details.isEmpty { json["details"] = .object(details) }
    json["plugin"] = plugin.map(JSON.string)
    json["frame_id"] = frameID.map(JSON.int)
    return json
  }

  /// Reads what ``json`` wrote; nil if it has no title.
  package init?(_ json: JSONObject) {
    guard let title = json["error"]?.stringValue else { return nil }
    let details = json["details"]
    self.init(
      id: json["error_id"]?.intValue, title: title, message: details?["message"]?.stringValue,
      code: details?["error_code"]?.stringValue, plugin: json["plugin"]?.stringValue,
      frameID: json["frame_id"]?.intValue)
  }
}

extension Warning: ByteCounted {
  var byteCount: Int { plugin.utf8.count + message.utf8.count }
}
