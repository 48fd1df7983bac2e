import Domain
import Hashing
import JSONValues

/// A message about a job that somebody else runs, checked: it has what its type needs, each field of the right kind.
package struct ReportedMessage: Sendable {
  package let message: RealtimeMessage

  /// Bytes of one message: every client must be able to take it.
  package static let maxBytes = 64 << 10
  /// Messages of one request.
  package static let maxMessages = 1000

  /// - Parameters:
  ///   - json: the message as it was sent.
  ///   - job: whose message it is: what it says itself must agree.
  /// - Throws: ``MessageError`` that names the field.
  package init(_ json: JSON, job: String) throws(MessageError) {
    guard let object = json.objectValue else { throw .invalidJSON("A message is a JSON object.") }
    var message = try RealtimeMessage(object)
    guard let rules = Self.rules[message.type] else {
      let known = Self.rules.keys.map(\.rawValue).sorted().joined(separator: ", ")
      throw .invalidPayload("Messages of type \"\(message.type)\" can't be reported. Use one of \(known).")
    }
    for rule in rules { try rule.check(message.payload) }
    if let named = message.payload["job_id"], named != .string(job) {
      throw .invalidPayload("The field \"payload.job_id\" names another job than \(job), into which it is reported.")
    }
    if let picture = message.payload["image_url"]?.stringValue, !picture.hasPrefix("/v1/jobs/\(job)/frames/") {
      throw .invalidPayload("The field \"payload.image_url\" must be a picture of this job.")
    }
    message.payload["job_id"] = .string(job)
    guard JSON.object(message.json).encoded().count <= Self.maxBytes else { throw .tooLarge(limit: Self.maxBytes) }
    self.message = message
  }

  /// What tells two requests apart.
  static func digest(_ messages: [ReportedMessage]) -> [UInt8] {
    var hash = SHA256()
    for reported in messages { hash.update(JSON.object(reported.message.json).encoded()) }
    return hash.finalize()
  }

  /// One field of a payload.
  private struct Rule: Sendable {
    let field: String
    let isRequired: Bool
    let kind: Kind

    func check(_ payload: JSONObject) throws(MessageError) {
      guard let value = payload[field], isRequired || !value.isNull else {
        if isRequired { throw .invalidPayload("The field \"payload.\(field)\" is missing: it must be \(kind.words).") }
        return
      }
      guard kind.accepts(value) else { throw .invalidPayload("The field \"payload.\(field)\" must be \(kind.words).") }
    }
  }

  private enum Kind: Sendable {
    /// A string of so many bytes at most.
    case text(Int)
    /// A string that becomes a key, a label or a heading: so many bytes at most, and not only blanks.
    case name(Int)
    /// An object of so many bytes at most, as JSON.
    case object(Int)
    case flag
    case number(ClosedRange<Double>)
    case index
    case oneOf([String])

    var words: String {
      switch self {
      case .text(let most): "a string of at most \(most) bytes"
      case .name(let most): "a string of 1 to \(most) bytes, not only blanks"
      case .object(let most): "an object of at most \(most) bytes"
      case .flag: "true or false"
      case .number(let range): "a number from \(Self.short(range.lowerBound)) to \(Self.short(range.upperBound))"
      case .index: "a whole number from 0"
      case .oneOf(let words): "one of \(words.joined(separator: ", "))"
      }
    }

    func accepts(_ value: JSON) -> Bool {
      switch self {
      case .text(let most): value.stringValue.map { $0.utf8.count <= most } ?? false
      case .name(let most):
        value.stringValue.map { $0.utf8.count <= most && !$0.allSatisfy(\.isWhitespace) } ?? false
      case .object(let most): value.objectValue != nil && value.encoded().count <= most
      case .flag: value.boolValue != nil
      case .number(let range): value.doubleValue.map(range.contains) ?? false
      case .index: value.intValue.map { $0 >= 0 } ?? false
      case .oneOf(let words): value.stringValue.map(words.contains) ?? false
      }
    }

    private static func short(_ number: Double) -> String { "\(Int(number))" }
  }

  private static func required(_ field: String, _ kind: Kind) -> Rule {
    Rule(field: field, isRequired: true, kind: kind)
  }
  private static func optional(_ field: String, _ kind: Kind) -> Rule {
    Rule(field: field, isRequired: false, kind: kind)
  }

  /// Milliseconds of a frame, as every timing is bounded.
  private static let timing = Kind.number(0...999_999)
  private static let quantity = Kind.number(0...1e15)
  /// What becomes part of the job's state, which every page and every newcomer is told.
  private static let maxTextBytes = 4000
  private static let maxResultBytes = 16 << 10

  private static let plugin = Kind.name(100)

  private static let rules: [MessageType: [Rule]] = [
    .progress: [
      required("progress", .number(0...100)), optional("stage", .text(500)), optional("plugin", plugin),
      optional("eta_seconds", quantity), optional("rate", quantity), optional("total_unknown", .flag),
    ],
    .jobStatus: [
      required("status", .oneOf(["running", "succeeded", "failed", "cancelled"])), optional("name", .name(200)),
      optional("error", .text(maxTextBytes)),
    ],
    .warning: [
      required("plugin", plugin), required("message", .text(maxTextBytes)), optional("frame_id", .index),
      optional("severity", .oneOf(Severity.allCases.map(\.rawValue))),
    ],
    .error: [
      required("error", .name(maxTextBytes)), optional("plugin", plugin), optional("details", .object(maxBytes)),
      optional("frame_id", .index),
    ],
    .pluginStatus: [
      required("plugin", plugin), required("status", .oneOf(PluginStatus.allCases.map(\.rawValue))),
      optional("timing_ms", timing), optional("frames_processed", .index), optional("warnings_count", .index),
      optional("health", .oneOf(PluginHealth.allCases.map(\.rawValue))), optional("timing_statistics", .object(1000)),
    ],
    .partialResult: [
      required("plugin", plugin), required("result", .object(maxResultBytes)), required("partial", .flag),
    ],
    .metadata: [required("plugin", plugin), required("metadata", .object(maxBytes))],
    .frame: [
      required("frame_id", .index), required("plugin", plugin), required("data", .object(maxBytes)),
      required("device_used", .name(100)), required("timing_ms", timing), optional("image_url", .text(200)),
      optional("width", .index), optional("height", .index),
    ],
  ]
}
