import JSONValues

/// One picture of a source, and its plugins' results.
package struct Frame: Equatable, Sendable {
  /// Counts from 0 within the source.
  package var id: Int
  package var width: Int
  package var height: Int
  /// The path of its picture, such as `/v1/jobs/7/frames/12.png`; nil if none was kept.
  package var imageURL: String?
  /// By plugin, in execution order.
  package var results: [FrameResult]

  package init(id: Int, width: Int, height: Int, imageURL: String?, results: [FrameResult] = []) {
    self.id = id
    self.width = width
    self.height = height
    self.imageURL = imageURL
    self.results = results
  }

  /// Adds the result of another plugin.
  package mutating func add(_ result: FrameResult) {
    width = result.width ?? width
    height = result.height ?? height
    imageURL = result.imageURL ?? imageURL
    results.append(result)
  }

  /// The frame as an element of a job's `frames`.
  package var json: JSONObject {
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

/// The result of one plugin for one frame: the payload of a `frame` message, and the stored row.
package struct FrameResult: Equatable, Sendable {
  package var job: String
  package var frameID: Int
  package var plugin: String
  /// `{boxes: [{x, y, width, height, confidence, class}], …}`, coordinates in source pixels.
  package var data: JSONObject
  /// What the plugin ran on.
  package var device: String
  /// How long the plugin took for this frame.
  package var milliseconds: Double
  package var width: Int?
  package var height: Int?
  package var imageURL: String?

  package init(
    job: String, frameID: Int, plugin: String, data: JSONObject, device: String, milliseconds: Double,
    width: Int? = nil, height: Int? = nil, imageURL: String? = nil
  ) {
    self.job = job
    self.frameID = frameID
    self.plugin = plugin
    self.data = data
    self.device = device
    self.milliseconds = milliseconds
    self.width = width
    self.height = height
    self.imageURL = imageURL
  }

  package var json: JSONObject {
    var json: JSONObject = [
      "job_id": .string(job), "frame_id": .int(frameID), "plugin": .string(plugin), "data": .object(data),
      "device_used": .string(device), "timing_ms": .double(milliseconds),
    ]
    json["width"] = width.map(JSON.int)
    json["height"] = height.map(JSON.int)
    json["image_url"] = imageURL.map(JSON.string)
    return json
  }

  /// Reads what ``json`` wrote; nil if the job, the frame or the plugin is missing.
  package init?(_ json: JSONObject) {
    guard let job = json["job_id"]?.stringValue, let frameID = json["frame_id"]?.intValue,
      let plugin = json["plugin"]?.stringValue
    else { return nil }
    self.init(
      job: job, frameID: frameID, plugin: plugin, data: json["data"]?.objectValue ?? [:],
      device: json["device_used"]?.stringValue ?? "", milliseconds: json["timing_ms"]?.doubleValue ?? 0,
      width: json["width"]?.intValue, height: json["height"]?.intValue, imageURL: json["image_url"]?.stringValue)
  }
}
