import JSONValues

/// The messages of the job pipeline, each built in one place. Payload fields that are nil are left out.
extension RealtimeMessage {
  /// - Parameters:
  ///   - data: `{boxes: [{x, y, width, height, confidence, class}], …}`, coordinates in source pixels.
  ///   - milliseconds: the plugin's time for this frame.
  package static func frame(
    job: Job, frame: Frame, plugin: String, data: JSONObject, device: Device, milliseconds: Double
  ) -> RealtimeMessage {
    let result = FrameResult(
      job: job.id, frameID: frame.id, plugin: plugin, data: data, device: device.description,
      milliseconds: milliseconds, width: frame.width, height: frame.height, imageURL: frame.imageURL)
    return RealtimeMessage(.frame, result.json)
  }

  package static func partialResult(job: Job, plugin: String, result: JSONObject) -> RealtimeMessage {
    RealtimeMessage(
      .partialResult,
      ["job_id": .string(job.id), "plugin": .string(plugin), "result": .object(result), "partial": true])
  }

  /// - Parameters:
  ///   - progress: 0...100; nil if the total is unknown. The message then has 0 and `total_unknown`.
  ///   - etaSeconds: nil while there are too few samples or the total is unknown.
  ///   - rate: frames per second.
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

  package static func pluginStatus(job: Job, _ state: PluginState) -> RealtimeMessage {
    RealtimeMessage(.pluginStatus, state.json.of(job))
  }

  package static func warning(job: Job, _ warning: Warning) -> RealtimeMessage {
    RealtimeMessage(.warning, warning.json.of(job))
  }

  package static func error(job: Job, _ error: JobError) -> RealtimeMessage {
    RealtimeMessage(.error, error.json.of(job))
  }

  package static func metadata(_ metadata: PluginMetadata, job: Job? = nil) -> RealtimeMessage {
    .metadata(metadata.json, plugin: metadata.name, job: job)
  }

  package static func metadata(_ metadata: JSONObject, plugin: String, job: Job?) -> RealtimeMessage {
    var payload: JSONObject = ["plugin": .string(plugin), "metadata": .object(metadata)]
    payload["job_id"] = job.map { .string($0.id) }
    return RealtimeMessage(.metadata, payload)
  }

  /// Contains enough of the job for a row of a list, so that a page needs no further request.
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
  /// Messages that add up to the job's state, for a client that connects later.
  package var snapshot: [RealtimeMessage] {
    // Before the status, whose reason may refer to one of them.
    var messages = errors.map { RealtimeMessage.error(job: self, $0) }
    messages.append(.jobStatus(self))
    // A job has no progress before it starts.
    if progress != nil || status == .running {
      messages.append(
        .progress(
          job: self, progress: progress, stage: stage, plugin: activePlugin, etaSeconds: etaSeconds, rate: rate))
    }
    messages += pluginStates.map { .pluginStatus(job: self, $0) }
    messages += warnings.map { .warning(job: self, $0) }
    return messages
  }
}

extension Job {
  /// Applies a message to the job, and adds it to a publication: to the job's topic, and, if lists of jobs show it, to the
  /// digest of all jobs.
  package mutating func publish(_ message: RealtimeMessage, in publication: inout Publication) {
    let before = progress
    apply(message)
    publication.items.append(.init(message, to: topic))
    guard MessageTable.core[message.type]?.isListed == true else { return }
    guard message.type == .progress else { return publication.items.append(.init(message, to: .jobs)) }
    // Lists show whole per cent only.
    guard progress?.rounded(.down) != before?.rounded(.down) else { return }
    var digest = message
    digest.payload["warnings_count"] = .int(warningsCount)
    publication.items.append(.init(digest, to: .jobs))
  }
}

extension JSONObject {
  /// The payload of a message about a job: the job's id first.
  fileprivate func of(_ job: Job) -> JSONObject {
    var payload: JSONObject = ["job_id": .string(job.id)]
    for member in members { payload[member.key] = member.value }
    return payload
  }
}

extension RealtimeMessage {
  /// A new job, with everything that its row needs.
  package static func jobCreated(_ job: Job) -> RealtimeMessage {
    RealtimeMessage(.jobCreated, ["job": .object(job.json)])
  }

  /// The job was removed, with everything that belongs to it.
  package static func jobRemoved(_ id: String) -> RealtimeMessage {
    RealtimeMessage(.jobRemoved, ["job_id": .string(id)])
  }

  /// A request with an idempotency key was accepted. Stored together with its effect.
  package static func requestAccepted(_ key: IdempotencyKey) -> RealtimeMessage {
    RealtimeMessage(.requestAccepted, key.json)
  }
}
