import Domain
import Hashing
import JSONValues

/// What `POST /v1/jobs` asks for, not yet checked against what there is.
package struct JobRequest: Equatable, Sendable {
  package var kind = JobKind.pipeline
  package var source: String
  package var plugins: [String]
  package var deviceRequested: Device
  package var options: JSONObject
  /// Nil where the source's name will do.
  package var name: String?

  package init(
    source: String, plugins: [String], deviceRequested: Device = .cpu, options: JSONObject = [:], name: String? = nil
  ) {
    self.source = source
    self.plugins = plugins
    self.deviceRequested = deviceRequested
    self.options = options
    self.name = name
  }

  /// A job that somebody else does, and reports.
  package static func external(name: String?) -> JobRequest {
    var request = JobRequest(source: "external", plugins: [], name: name)
    request.kind = .external
    return request
  }

  /// - Parameter standardPlugins: What runs where the request names none.
  /// - Throws: ``AppError`` with the code `unprocessable`, which names the field.
  package init(_ json: JSONObject, standardPlugins: [String]) throws(AppError) {
    guard let kind = JobKind(rawValue: json["kind"] == nil ? "pipeline" : json["kind"]?.stringValue ?? "") else {
      throw Self.refusal("kind", "The kind must be \"pipeline\" or \"external\".")
    }
    let known = ["kind", "name"] + (kind == .external ? [] : ["source", "plugins", "device_requested", "options"])
    if let unknown = json.keys.first(where: { !known.contains($0) }) {
      let subject = kind == .external ? "An external job" : "A job"
      throw Self.refusal(unknown, "\(subject) has no field \"\(unknown)\"; use \(known.joined(separator: ", ")).")
    }
    if let name = json["name"], name.stringValue == nil, !name.isNull {
      throw Self.refusal("name", "The name must be a string.")
    }
    // Blanks alone are no name: nobody could see it, or point at it.
    let name = json["name"]?.stringValue.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
    if kind == .external {
      self = .external(name: name)
      return
    }
    guard let source = json["source"]?.stringValue else { throw Self.refusal("source", "The source must be a string.") }
    guard let list = (json["plugins"] ?? .array(standardPlugins.map(JSON.string))).arrayValue else {
      throw Self.refusal("plugins", "The plugins must be an array of names.")
    }
    let plugins = list.compactMap(\.stringValue)
    guard plugins.count == list.count else { throw Self.refusal("plugins", "The plugins must be an array of names.") }
    let device = json["device_requested"] ?? "cpu"
    guard let deviceRequested = device.stringValue.flatMap(Device.init) else {
      let given = String(decoding: device.encoded(), as: UTF8.self)
      throw Self.refusal("device_requested", "The device must be \"cpu\", \"gpu\" or \"cuda:N\", not \(given).")
    }
    guard let options = (json["options"] ?? .object([:])).objectValue else {
      throw Self.refusal("options", "The options must be an object.")
    }
    self.init(
      source: source, plugins: plugins, deviceRequested: deviceRequested, options: options, name: name)
  }

  /// What tells two requests apart.
  var digest: [UInt8] {
    let whole: JSON = [
      "kind": .string(kind.rawValue), "source": .string(source), "plugins": .array(plugins.map(JSON.string)),
      "device_requested": .string(deviceRequested.description), "options": .object(options),
      "name": name.map(JSON.string) ?? .null,
    ]
    return SHA256.hash(whole.encoded())
  }

  static func refusal(_ field: String, _ message: String) -> AppError {
    AppError(.unprocessable, message, field: field)
  }
}

/// The options that belong to the job itself; each plugin's stand under its name.
struct JobOptions: Equatable {
  /// Whether frames come at the source's own frame rate, for watching, instead of as fast as they can be worked on.
  let isPaced: Bool
  let keepsPictures: Bool

  init(_ options: JSONObject, plugins: [String]) throws(AppError) {
    switch options["pace"] {
    case nil, "fastest": isPaced = false
    case "realtime": isPaced = true
    default: throw JobRequest.refusal("options.pace", "The option \"pace\" must be \"fastest\" or \"realtime\".")
    }
    guard let keepsPictures = (options["frame_pictures"] ?? true).boolValue else {
      throw JobRequest.refusal("options.frame_pictures", "The option \"frame_pictures\" must be true or false.")
    }
    self.keepsPictures = keepsPictures
    for member in options.members where !["pace", "frame_pictures"].contains(member.key) {
      guard plugins.contains(member.key) else {
        throw JobRequest.refusal(
          "options.\(member.key)", "\"\(member.key)\" is neither an option of jobs nor a plugin of this job.")
      }
      guard member.value.objectValue != nil else {
        throw JobRequest.refusal(
          "options.\(member.key)", "The options of the plugin \"\(member.key)\" must be an object.")
      }
    }
  }
}
