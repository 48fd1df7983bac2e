import JSONValues

/// What a feature publishes in one piece. It is stored and sent whole and in order, or not at all.
package struct Publication: Sendable {
  package struct Item: Sendable {
    package var message: RealtimeMessage
    package var topic: Topic

    package init(_ message: RealtimeMessage, to topic: Topic) {
      self.message = message
      self.topic = topic
    }
  }

  /// An unnumbered message of which something is stored: a frame, which was sent already.
  package struct Record: Sendable {
    package let message: RealtimeMessage
    package let topic: Topic
    /// The message's payload, encoded.
    package let json: [UInt8]

    package init(_ message: RealtimeMessage, to topic: Topic) {
      self.message = message
      self.topic = topic
      json = JSON.object(message.payload).encoded()
    }
  }

  /// Messages with a position: numbered ones, and internal ones that say how rows change.
  package var items: [Item]
  package var records: [Record]
  /// Whether its publisher prefers a refusal to waiting while nothing can be stored.
  package var isRefusable: Bool

  /// - Precondition: the items' types have a position, and the records' types have none.
  package init(_ items: [Item], records: [Record] = [], isRefusable: Bool = false) {
    self.items = items
    self.records = records
    self.isRefusable = isRefusable
  }
}

/// A publication whose messages have their place in the line.
package struct NumberedPublication: Sendable {
  package let publication: Publication
  /// The offset of each item.
  package let offsets: [Int]

  package init(_ publication: Publication, offsets: [Int]) {
    self.publication = publication
    self.offsets = offsets
  }
}

/// Messages that add up to the state of a topic, and the position as of which they do.
///
/// Everything up to the position is in them and nothing after it, so that live messages follow right there. The position
/// moves on with the line even while nothing is said on the topic: an old one may no longer be kept.
package struct TopicSnapshot: Sendable {
  package var messages: [RealtimeMessage]
  package var position: StreamPosition

  package init(messages: [RealtimeMessage], position: StreamPosition) {
    self.messages = messages
    self.position = position
  }
}

/// Where features publish. Callable from any thread.
package struct Publisher: Sendable {
  package typealias Completion = @Sendable (Result<StreamPosition?, AppError>) -> Void

  /// Enqueues a publication, to be stored and then sent. Blocks while too much waits to be stored already.
  package let publish: @Sendable (Publication) -> Void
  /// Enqueues a publication and calls back once, on another thread: with the position of its last message once it is
  /// stored and sent, or with why it could not be stored; then nothing of it happened. Never blocks. Throws, and does not
  /// call back, if it can't be enqueued.
  package let submit: @Sendable (Publication, _ completion: @escaping Completion) throws(AppError) -> Void
  /// Sends an unnumbered message at once, without waiting for a disk.
  package let tell: @Sendable (RealtimeMessage, _ topic: Topic) -> Void

  package init(
    publish: @escaping @Sendable (Publication) -> Void,
    submit: @escaping @Sendable (Publication, @escaping Completion) throws(AppError) -> Void,
    tell: @escaping @Sendable (RealtimeMessage, Topic) -> Void
  ) {
    self.publish = publish
    self.submit = submit
    self.tell = tell
  }

  /// Publishes and returns when it is stored and sent. Holds no thread meanwhile.
  /// - Returns: the position of its last message; nil if it has none.
  /// - Throws: ``AppError`` if it can't be stored now; then nothing of it happened.
  @discardableResult
  package func store(_ publication: Publication) async throws(AppError) -> StreamPosition? {
    let result = await withCheckedContinuation { continuation in
      do throws(AppError) {
        try submit(publication) { continuation.resume(returning: $0) }
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
    return try result.get()
  }
}
