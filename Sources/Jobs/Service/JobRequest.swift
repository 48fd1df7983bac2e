import Domain
import Hashing
import JSONValues

/// A request for a job, not yet checked against the sources and plugins that exist.
package struct JobRequest: Equatable, Sendable {
  package var work: JobWork
  /// Nil for the default of the work.
  package var name: String?

  package init(_ work: JobWork, name: String? = nil) {
    self.work = work
    self.name = name
  }

  package init(
    source: String, plugins: [String], deviceRequested: Device = .cpu, options: JSONObject = [:], name: String? = nil
  ) {
    let work = PipelineWork(source: source, plugins: plugins, options: options, deviceRequested: deviceRequested)
    self.init(.pipeline(work), name: name)
  }

  /// A job that another program does and reports.
  package static func external(name: String?) -> JobRequest { JobRequest(.external, name: name) }

  /// Reads the body of `POST /v1/jobs`.
  /// - Parameter standardPlugins: run if the request names none.
  /// - Throws: ``AppError`` with the code `unprocessable`, which names the field.
  package init(_ json: JSONObject, standardPlugins: [String]) throws(AppError) {
    let kind = json["kind"] ?? "pipeline"
    guard let reader = Self.readers.first(where: { .string($0.kind) == kind }) else {
      throw Self.refusal("kind", "The kind must be \"pipeline\" or \"external\", not \(kind.phrase).")
    }
    let known = ["kind", "name"] + reader.fields
    if let unknown = json.keys.first(where: { !known.contains($0) }) {
      let hint = Spelling.hint(for: unknown, among: known)
      throw Self.refusal(
        unknown,
        "\(reader.subject) has no field \"\(unknown.prefix(100))\".\(hint) Its fields are \(known.joined(separator: ", "))."
      )
    }
    if let name = json["name"], name.stringValue == nil, !name.isNull {
      throw Self.refusal("name", "The name must be a string, such as \"Nightly build\", not \(name.phrase).")
    }
    // A name of blanks would be invisible: there would be nothing to read or click.
    name = json["name"]?.stringValue.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
    work = try reader.read(json, standardPlugins)
  }

  /// Reads one kind of work.
  private struct Reader: Sendable {
    let kind: String
    /// Of a request, besides `kind` and `name`.
    let fields: [String]
    /// The subject of the sentence about an unknown field.
    let subject: String
    let read: @Sendable (_ json: JSONObject, _ standardPlugins: [String]) throws(AppError) -> JobWork
  }

  private static let readers = [
    Reader(
      kind: "pipeline", fields: ["source", "source_sha256", "plugins", "device_requested", "options"], subject: "A job",
      read: readPipeline),
    Reader(kind: "external", fields: [], subject: "An external job") { _, _ in .external },
  ]

  @Sendable private static func readPipeline(
    _ json: JSONObject, standardPlugins: [String]
  ) throws(AppError) -> JobWork {
    guard let given = json["source"], !given.isNull else {
      throw Self.refusal(
        "source",
        "The source is missing: send {\"source\": \"upload:sample.y4m\"}, or a path inside the source root. To report a job that runs elsewhere, send {\"kind\": \"external\"}."
      )
    }
    guard let source = given.stringValue else {
      throw Self.refusal("source", "The source must be a string, such as \"upload:sample.y4m\", not \(given.phrase).")
    }
    let version = try readVersion(json)
    let list = json["plugins"] ?? .array(standardPlugins.map(JSON.string))
    guard let plugins = list.arrayValue?.compactMap(\.stringValue), plugins.count == list.arrayValue?.count else {
      throw Self.refusal(
        "plugins", "The plugins must be an array of names, such as [\"motion_detection\"], not \(list.phrase).")
    }
    let device = json["device_requested"] ?? "cpu"
    guard let deviceRequested = device.stringValue.flatMap(Device.init) else {
      throw Self.refusal(
        "device_requested", "The device must be \"cpu\", \"gpu\", or \"cuda:0\" to \"cuda:63\", not \(device.phrase).")
    }
    guard let options = (json["options"] ?? .object([:])).objectValue else {
      throw Self.refusal(
        "options",
        "The options must be an object, such as {\"pace\": \"realtime\"}, not \((json["options"] ?? .null).phrase).")
    }
    return .pipeline(
      PipelineWork(
        source: source, plugins: plugins, options: options, deviceRequested: deviceRequested, version: version))
  }

  /// The content that the source must have; nil if the request doesn't say.
  private static func readVersion(_ json: JSONObject) throws(AppError) -> SourceVersion? {
    guard let value = json["source_sha256"], !value.isNull else { return nil }
    guard let hash = value.stringValue?.lowercased(), hash.utf8.count == 64,
      hash.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { throw refusal("source_sha256", "The source_sha256 must be 64 hexadecimal digits.") }
    return SourceVersion(sha256: hash)
  }

  /// - Throws: ``AppError`` if the name is too long.
  func checkName() throws(AppError) {
    guard let name, name.utf8.count > 200 else { return }
    throw Self.refusal("name", "The name has \(name.utf8.count) bytes, and may have 200. Send a shorter one.")
  }

  /// Tells requests with the same idempotency key apart. Keys live for a day, across restarts and updates, so the order of
  /// the members must not change.
  var digest: [UInt8] {
    let members = work.json
    var whole: JSONObject = ["kind": members["kind"] ?? .null, "source": .string(work.traits.source)]
    for name in ["plugins", "device_requested", "options"] { whole[name] = members[name] }
    whole["name"] = name.map(JSON.string) ?? .null
    // Added later, and left out if it is absent, so that the hashes of older requests don't change.
    if case .pipeline(let pipeline) = work { whole["source_sha256"] = pipeline.version?.sha256.map(JSON.string) }
    return SHA256.hash(JSON.object(whole).encoded())
  }

  static func refusal(_ field: String, _ message: String) -> AppError {
    AppError(.unprocessable, message, field: field)
  }
}

/// The options of the job itself. Each plugin's options are an object under its name.
struct JobOptions: Equatable {
  /// Whether frames come at the source's frame rate, for watching, instead of as fast as possible.
  let isPaced: Bool
  let keepsPictures: Bool

  init(_ options: JSONObject, plugins: [String]) throws(AppError) {
    let pace = options["pace"] ?? "fastest"
    guard pace == "fastest" || pace == "realtime" else {
      throw JobRequest.refusal(
        "options.pace", "The option \"pace\" must be \"fastest\" or \"realtime\", not \(pace.phrase).")
    }
    isPaced = pace == "realtime"
    let pictures = options["frame_pictures"] ?? true
    guard let keepsPictures = pictures.boolValue else {
      throw JobRequest.refusal(
        "options.frame_pictures", "The option \"frame_pictures\" must be true or false, not \(pictures.phrase).")
    }
    self.keepsPictures = keepsPictures
    for member in options.members where !["pace", "frame_pictures"].contains(member.key) {
      guard plugins.contains(member.key) else {
        let known = ["pace", "frame_pictures"] + plugins
        throw JobRequest.refusal(
          "options.\(member.key)",
          "\"\(member.key.prefix(100))\" is neither an option of jobs nor a plugin of this job.\(Spelling.hint(for: member.key, among: known)) Its options are pace, frame_pictures, and an object for each of its plugins, such as {\"motion_detection\": {\"threshold\": 30}}."
        )
      }
      guard member.value.objectValue != nil else {
        throw JobRequest.refusal(
          "options.\(member.key)",
          "The options of the plugin \"\(member.key)\" must be an object, such as {\"threshold\": 30}, not \(member.value.phrase)."
        )
      }
    }
  }
}
