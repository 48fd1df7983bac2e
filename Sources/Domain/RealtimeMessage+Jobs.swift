import JSONValues

/// The messages of the job pipeline, each built in one place. Payload fields that are nil are left out.
extension RealtimeMessage {
  /// - Parameters:
  ///   - data: `{boxes: [{x, y, width, height, confidence, class}], …}`, coordinates in source pixels.
  ///   - milliseconds: how long the plugin took for this frame.
  package static func frame(
    job: Job, frame: Frame, plugin: String, data: JSONObject, device: Device, milliseconds: Double
  ) -> RealtimeMessage {
    var payload: JSONObject = [
      "job_id": .string(job.id), "frame_id": .int(frame.id), "plugin": .string(plugin), "data": .object(data),
      "device_used": .string(device.description), "timing_ms": .double(milliseconds), "width": .int(frame.width),
      "height": .int(frame.height),
    ]
    payload["image_url"] = frame.imageURL.map(JSON.string)
    return RealtimeMessage(.frame, payload)
  }

  package static func partialResult(job: Job, plugin: String, result: JSONObject) -> RealtimeMessage {
    RealtimeMessage(
      .partialResult,
      ["job_id": .string(job.id), "plugin": .string(plugin), "result": .object(result), "partial": true])
  }

  /// - Parameters:
  ///   - progress: 0...100; nil where the total is unknown, which the message says as `total_unknown` beside a 0.
  ///   - etaSeconds: nil while there are too few samples or the total is unknown.
  ///   - rate: frames a second.
  package static func progress(
    job: Job, progress: Double?, stage: String?, plugin: String? = nil, etaSeconds: Double? = nil, rate: Double? = nil
  ) -> RealtimeMessage {
    var payload: JSONObject = ["job_id": .string(job.id), "progress": .double(progress ?? 0)]
    if progress == nil { payload["total_unknown"] = true }
    payload["stage"] = stage.map(JSON.string)
    payload["plugin"] = plugin.map(JSON.string)
    payload["eta_seconds"] = etaSeconds.map(JSON.double)
    payload["rate"] = rate.map(JSON.double)
    return RealtimeMessage(.progress, payload)
  }

  /// The message as lists of jobs are told it: with what else of the job they show and changes while it runs.
  package func digest(of job: Job) -> RealtimeMessage {
    guard type == .progress else { return self }
    var digest = self
    digest.payload["warnings_count"] = .int(job.warningsCount)
    return digest
  }

  package static func pluginStatus(job: Job, _ state: PluginState) -> RealtimeMessage {
    var payload: JSONObject = [
      "job_id": .string(job.id), "plugin": .string(state.plugin), "status": .string(state.status.rawValue),
      "frames_processed": .int(state.framesProcessed), "warnings_count": .int(state.warningsCount),
    ]
    payload["timing_ms"] = state.milliseconds.map(JSON.double)
    payload["health"] = state.health.map { .string($0.rawValue) }
    payload["timing_statistics"] = state.statistics.map {
      ["p50": .double($0.p50), "p95": .double($0.p95), "max": .double($0.max)]
    }
    return RealtimeMessage(.pluginStatus, payload)
  }

  package static func warning(job: Job, _ warning: Warning) -> RealtimeMessage {
    var payload: JSONObject = [
      "job_id": .string(job.id), "plugin": .string(warning.plugin), "message": .string(warning.message),
      "severity": .string(warning.severity.rawValue),
    ]
    payload["frame_id"] = warning.frameID.map(JSON.int)
    return RealtimeMessage(.warning, payload)
  }

  package static func error(job: Job, _ error: JobError) -> RealtimeMessage {
    var details = JSONObject()
    details["error_code"] = error.code.map(JSON.string)
    details["message"] = error.message.map(JSON.string)
    var payload: JSONObject = ["job_id": .string(job.id), "error": .string(error.title)]
    if !details.members.isEmpty { payload["details"] = .object(details) }
    payload["plugin"] = error.plugin.map(JSON.string)
    payload["frame_id"] = error.frameID.map(JSON.int)
    return RealtimeMessage(.error, payload)
  }

  package static func metadata(_ metadata: PluginMetadata, job: Job? = nil) -> RealtimeMessage {
    .metadata(metadata.json, plugin: metadata.name, job: job)
  }

  package static func metadata(_ metadata: JSONObject, plugin: String, job: Job?) -> RealtimeMessage {
    var payload: JSONObject = ["plugin": .string(plugin), "metadata": .object(metadata)]
    payload["job_id"] = job.map { .string($0.id) }
    return RealtimeMessage(.metadata, payload)
  }

  /// Enough of a job for a list's row: the page needs no request of its own to show it.
  package static func jobStatus(_ job: Job) -> RealtimeMessage {
    RealtimeMessage(.jobStatus, job.summary)
  }

  /// The server's ping, or its answer to a client's.
  package static func ping(intervalSeconds: Int) -> RealtimeMessage {
    RealtimeMessage(.ping, ["interval_seconds": .int(intervalSeconds)])
  }

  package static func pong() -> RealtimeMessage {
    let now = Timestamp.now()
    return RealtimeMessage(.pong, ["timestamp": .string(now.description)], at: now)
  }

  /// An error about the connection itself; it has no number and no topic.
  package static func connectionError(code: String, message: String) -> RealtimeMessage {
    RealtimeMessage(
      .error,
      [
        "error": .string(message), "details": ["error_code": .string(code), "message": .string(message)],
      ])
  }
}

extension Job {
  /// Messages that add up to what is known of the job: what somebody who comes later starts from.
  package var snapshot: [RealtimeMessage] {
    // Ahead of the status, whose reason repeats the last of them where the job failed of it.
    var messages = errors.map { RealtimeMessage.error(job: self, $0) }
    messages.append(.jobStatus(self))
    // Before it starts there is nothing to tell of its progress.
    if progress != nil || status == .running {
      messages.append(
        .progress(
          job: self, progress: progress, stage: stage, plugin: activePlugin, etaSeconds: etaSeconds, rate: rate))
    }
    messages += pluginStates.map { .pluginStatus(job: self, $0) }
    messages += warnings.map { .warning(job: self, $0) }
    return messages
  }

  /// A row of `GET /v1/jobs`, and the payload of `job_status`.
  package var summary: JSONObject {
    [
      "job_id": .string(id), "name": .string(name), "status": .string(status.rawValue),
      "progress": progress.map(JSON.double) ?? .null, "stage": stage.map(JSON.string) ?? .null,
      "device_used": deviceUsed.map { .string($0.description) } ?? .null,
      "created_at": .string(createdAt.description),
      "started_at": startedAt.map { .string($0.description) } ?? .null,
      "finished_at": finishedAt.map { .string($0.description) } ?? .null,
      "warnings_count": .int(warningsCount), "error": error.map(JSON.string) ?? .null,
    ]
  }
}
