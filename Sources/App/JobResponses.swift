import Domain
import JSONValues

/// Plugins and devices as the API shows them.
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
