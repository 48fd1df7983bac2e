import Domain
import JSONValues
import Server

/// The JSON of plugins and devices in the API.
extension PluginMetadata {
  /// An element of `GET /v1/plugins`.
  /// - Parameter health: from its newest job; nil if it has not run yet.
  func listed(health: PluginHealth?) -> JSONObject {
    [
      "name": .string(name), "metadata": .object(json),
      "options": options.map { .array($0.map { .object($0.json) }) } ?? .null,
      "health": health.map { .string($0.rawValue) } ?? .null,
    ]
  }
}

extension Response {
  /// Messages were stored, the last one at a position.
  static func accepted(_ count: Int, through position: StreamPosition?) -> Response {
    var writer = JSONWriter(capacity: 64)
    writer.beginObject()
    writer.member("accepted", value: count)
    writer.key("cursor")
    if let position { writer.value(position) } else { writer.null() }
    writer.endObject()
    return .json(writer.finish(), .accepted)
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
