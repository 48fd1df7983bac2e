import JSONValues

/// Why nothing can be stored, and since when, in words for the pages.
package struct StorageFailure: Equatable, Sendable {
  package var since: Timestamp
  /// What happened and what to do, in sentences.
  package var reason: String

  package init(since: Timestamp, reason: String) {
    self.since = since
    self.reason = reason
  }

  /// The payload of a `storage` message, and a member of `/health`.
  /// - Parameter failure: nil if everything can be stored.
  package static func json(_ failure: StorageFailure?) -> JSONObject {
    guard let failure else { return ["status": "ok"] }
    return [
      "status": "failing", "since": .string(failure.since.description), "reason": .string(failure.reason),
    ]
  }
}

extension RealtimeMessage {
  /// Whether the server can store anything. Sent to every connection when that changes.
  package static func storage(_ failure: StorageFailure?) -> RealtimeMessage {
    RealtimeMessage(.storage, StorageFailure.json(failure))
  }
}
