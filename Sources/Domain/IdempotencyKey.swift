import Hashing
import JSONValues

/// A record of an accepted request, so that a retry is not executed again.
package struct IdempotencyKey: Equatable, Sendable {
  /// Its scope and the key itself, such as `jobs/K` or `job:7/K`.
  package var name: String
  /// A hash of the request. The same key with a different request is an error.
  package var digest: [UInt8]
  /// The job that the request created or reported to.
  package var job: String
  package var createdAt: Timestamp

  package init(name: String, digest: [UInt8], job: String, createdAt: Timestamp) {
    self.name = name
    self.digest = digest
    self.job = job
    self.createdAt = createdAt
  }

  /// How long a key is kept, in milliseconds: a day.
  package static let lifetime: Int64 = 24 * 3600 * 1000
}

extension IdempotencyKey {
  /// The payload of `_request_accepted`.
  package var json: JSONObject {
    [
      "key": .string(name), "digest": .string(hex(digest)), "job_id": .string(job),
      "created_at": .int(Int(createdAt.milliseconds)),
    ]
  }

  /// Reads what ``json`` wrote; nil for anything else.
  package init?(_ json: JSONObject) {
    guard let name = json["key"]?.stringValue, let digest = json["digest"]?.stringValue.flatMap(bytes(hex:)),
      let job = json["job_id"]?.stringValue, let createdAt = json["created_at"]?.intValue
    else { return nil }
    self.init(name: name, digest: digest, job: job, createdAt: Timestamp(milliseconds: Int64(createdAt)))
  }
}
