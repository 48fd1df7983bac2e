import Domain
import Hashing
import JSONValues

/// A message about a job that runs elsewhere, checked: it has what its type needs, and each field has the right shape.
package struct ReportedMessage: Sendable {
  package let message: RealtimeMessage

  /// Messages of one request.
  package static let maxMessages = 1000

  /// - Parameters:
  ///   - json: the message as it was sent.
  ///   - job: the job that it is reported into; its own `job_id` must agree.
  /// - Throws: ``MessageError``, which names the field.
  package init(_ json: consuming JSON, job: String) throws(MessageError) {
    var message = try RealtimeMessage(consume json)
    guard let row = MessageTable.core[message.type], row.isReportable else {
      throw .unknownType(message.type.rawValue, known: Self.types)
    }
    if message.type == .jobStatus { try Self.status.accept(&message.payload) }
    try row.accept(&message.payload)
    try Self.setJob(job, in: &message.payload)
    if let picture = message.payload["image_url"]?.stringValue, !Address.isPicture(picture, ofJob: job) {
      throw .invalidPayload("The field \"payload.image_url\" must be a picture of this job.")
    }
    Self.composePlugin(in: &message.payload)
    guard message.isEncoded(within: MessageTable.maxMessageBytes) else {
      throw .tooLarge(limit: MessageTable.maxMessageBytes)
    }
    self.message = message
  }

  private static func setJob(_ job: String, in payload: inout JSONObject) throws(MessageError) {
    guard let index = payload.index(of: "job_id") else {
      payload["job_id"] = .string(job)
      return
    }
    guard payload.members[index].value.stringValue == job else {
      throw .invalidPayload("The field \"payload.job_id\" names another job than \(job), into which it is reported.")
    }
    // Swift strings that are equal may differ in their bytes.
    payload.setValue(.string(job), at: index)
  }

  /// Two Unicode forms of a name are equal in Swift, but not in the browser.
  private static func composePlugin(in payload: inout JSONObject) {
    guard let index = payload.index(of: "plugin"), let plugin = payload.members[index].value.stringValue else { return }
    payload.setValue(.string(plugin.composed), at: index)
  }

  /// A job that runs elsewhere is running when it is created, and never goes back into a queue.
  private static let status = PayloadField.required(
    "status", .oneOf(JobStatus.allCases.filter { $0 != .queued }.map(\.rawValue)))

  private static let types = MessageTable.core.rows.filter(\.isReportable).map(\.type.rawValue).sorted()

  /// A hash that tells two requests apart.
  static func digest(_ messages: [ReportedMessage]) -> [UInt8] {
    var hash = SHA256()
    for reported in messages { hash.update(reported.message.encoded) }
    return hash.finalize()
  }
}
