/// What a feature publishes in one piece. It is stored and told whole and in order, or not at all.
package struct Publication: Sendable {
  package struct Item: Sendable {
    package var message: RealtimeMessage
    package var topic: Topic

    package init(_ message: RealtimeMessage, to topic: Topic) {
      self.message = message
      self.topic = topic
    }
  }

  package var items: [Item]
  /// What is stored along with the messages, in the same transaction.
  package var changes: [StoredChange]
  /// Whether its publisher would rather be told that it can't be stored now than have it wait until it can.
  package var isRefusable: Bool

  package init(_ items: [Item], changes: [StoredChange] = [], isRefusable: Bool = false) {
    self.items = items
    self.changes = changes
    self.isRefusable = isRefusable
  }
}

/// Where features publish: App hands them the journal. Callable from any thread.
package struct Publisher: Sendable {
  /// Takes a publication to be stored and told soon. Waits while too much waits to be stored already.
  package let publish: @Sendable (Publication) -> Void
  /// As ``publish``, and says when it is stored and told, with the position of its last numbered message, or why it
  /// can't be stored now: then nothing of it happened. Waits for nothing; the word may come on any thread.
  package let submit: @Sendable (Publication, @escaping @Sendable (Result<StreamPosition?, AppError>) -> Void) -> Void

  package init(
    publish: @escaping @Sendable (Publication) -> Void,
    submit: @escaping @Sendable (Publication, @escaping @Sendable (Result<StreamPosition?, AppError>) -> Void) -> Void
  ) {
    self.publish = publish
    self.submit = submit
  }
}

/// What is stored besides messages and what they mean for their job.
package enum StoredChange: Sendable {
  /// A job that was not there before; the messages beside it may tell of it already.
  case newJob(Job)
  /// The job and everything that belongs to it goes.
  case removedJob(id: String)
  case key(IdempotencyKey)
}

/// That a request was taken, so that the same one is not taken twice.
package struct IdempotencyKey: Equatable, Sendable {
  /// What the key counts for and the key itself, such as `jobs/K` or `job:7/K`.
  package var name: String
  /// A hash of the request that it came with: the same key with another request is a mistake.
  package var digest: [UInt8]
  /// The job that the request made or reported into.
  package var job: String
  package var createdAt: Timestamp

  package init(name: String, digest: [UInt8], job: String, createdAt: Timestamp) {
    self.name = name
    self.digest = digest
    self.job = job
    self.createdAt = createdAt
  }

  /// Milliseconds for which a key is remembered: a day.
  package static let lifetime: Int64 = 24 * 3600 * 1000
}
