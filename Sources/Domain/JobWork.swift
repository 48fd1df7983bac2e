import JSONValues

/// What a job does. Each kind of work is a case here and a runner in Jobs.
///
/// Code that does not run jobs uses ``traits`` instead of the case, so a new kind needs no change there.
package enum JobWork: Equatable, Sendable {
  /// Plugins of this server look at each frame of a source.
  case pipeline(PipelineWork)
  /// Another program does the work and reports it over the API.
  case external

  package var traits: WorkTraits {
    switch self {
    case .pipeline(let work): work.traits
    case .external: .external
    }
  }
}

/// A source and the plugins that look at its frames.
package struct PipelineWork: Equatable, Sendable {
  /// The source in the request: a path below the source root, or `upload:NAME`.
  package var source: String
  /// In execution order.
  package var plugins: [String]
  package var options: JSONObject
  package var deviceRequested: Device
  /// The version of the source when the job was accepted. In a request, the required version; nil accepts any.
  package var version: SourceVersion?

  package init(
    source: String, plugins: [String], options: JSONObject = [:], deviceRequested: Device = .cpu,
    version: SourceVersion? = nil
  ) {
    self.source = source
    self.plugins = plugins
    self.options = options
    self.deviceRequested = deviceRequested
    self.version = version
  }

  fileprivate var traits: WorkTraits {
    let name = source.split(separator: ":").last?.split(separator: "/").last
    return WorkTraits(
      source: source, sourceDescription: nil, defaultName: name.map(String.init) ?? source, isReported: false,
      retryRefusal: nil, deviceRequested: deviceRequested, expectsPlugins: true, expectsFrames: true)
  }
}

/// What other code needs to know about a job's work, whatever its kind.
package struct WorkTraits: Sendable {
  /// The input of the job, for the search and the store's `source` column.
  package var source: String
  /// The source as the job's page shows it; nil if that is ``source`` itself.
  package var sourceDescription: String?
  /// The job's name if its request gave none.
  package var defaultName: String
  /// Whether messages about the job come from outside.
  package var isReported: Bool
  /// The reason why a job of this kind can't be retried, as it follows the job's name in a sentence; nil if it can.
  package var retryRefusal: String?
  /// Nil if the server doesn't choose the device.
  package var deviceRequested: Device?
  /// Whether the page shows the table of plugins before the first plugin has started.
  package var expectsPlugins: Bool
  /// Whether the page shows the frame viewer before the first frame.
  package var expectsFrames: Bool

  package var isRetryable: Bool { retryRefusal == nil }

  fileprivate static let external = WorkTraits(
    source: "external", sourceDescription: "reported from outside", defaultName: "External job", isReported: true,
    retryRefusal: "is reported from outside. Run it again where it ran.", deviceRequested: nil, expectsPlugins: false,
    expectsFrames: false)
}

extension JobWork {
  /// Reads what ``json`` wrote. A kind that is missing or unknown is a pipeline, as it was before there were others.
  /// - Parameter source: from its own column in the store.
  package init(_ json: JSONObject, source: String) {
    switch json["kind"]?.stringValue {
    case "external": self = .external
    default:
      self = .pipeline(
        PipelineWork(
          source: source, plugins: json["plugins"]?.arrayValue?.compactMap(\.stringValue) ?? [],
          options: json["options"]?.objectValue ?? [:],
          deviceRequested: json["device_requested"]?.stringValue.flatMap { Device($0) } ?? .cpu,
          version: json["source_version"]?.objectValue.flatMap { SourceVersion($0) }))
    }
  }

  /// Everything about the work except its source. Every kind has the first four members; a pipeline also has
  /// `source_version` if that is known.
  package var json: JSONObject {
    switch self {
    case .pipeline(let work):
      var json: JSONObject = [
        "kind": "pipeline", "plugins": .array(work.plugins.map(JSON.string)), "options": .object(work.options),
        "device_requested": .string(work.deviceRequested.description),
      ]
      json["source_version"] = work.version.map { .object($0.json) }
      return json
    case .external:
      return ["kind": "external", "plugins": [], "options": [:], "device_requested": "cpu"]
    }
  }
}
