import Domain
import JSONValues

/// Jobs, plugins and devices as the API shows them.
extension Job {
  /// JobResponse: exactly these five fields.
  var response: JSONObject {
    [
      "job_id": .string(id), "device_requested": .string(deviceRequested.description),
      "device_used": deviceUsed.map { .string($0.description) } ?? .null, "fallback": .bool(fallback),
      "frames": .array(frames.map { .object($0.json) }),
    ]
  }

  /// ExtendedJobResponse: the five, unchanged, and what else is known.
  func extendedResponse(_ inspections: [PluginInspection]) -> JSONObject {
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

extension Frame {
  var json: JSONObject {
    var plugins = JSONObject()
    for result in results {
      plugins[result.plugin] = ["data": .object(result.data), "timing_ms": .double(result.milliseconds)]
    }
    return [
      "frame_id": .int(id), "width": .int(width), "height": .int(height),
      "image_url": imageURL.map(JSON.string) ?? .null, "plugins": .object(plugins),
    ]
  }
}

extension PluginMetadata {
  /// An element of `GET /v1/plugins`.
  /// - Parameter health: of its newest job; nil where it has not run yet.
  func listed(health: PluginHealth?) -> JSONObject {
    [
      "name": .string(name), "metadata": .object(json),
      "health": health.map { .string($0.rawValue) } ?? .null,
    ]
  }
}

extension DeviceAvailability {
  var json: JSONObject {
    [
      "device": .string(device.description), "name": .string(name), "available": .bool(unavailableReason == nil),
      "reason": unavailableReason.map(JSON.string) ?? .null,
    ]
  }
}
