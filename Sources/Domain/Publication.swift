import JSONValues

/// Messages that a feature publishes together. They are stored and sent completely and in order, or not at all.
package struct Publication: Sendable {
  package struct Item: Sendable {
    package var message: RealtimeMessage
    package var topic: Topic

    package init(_ message: RealtimeMessage, to topic: Topic) {
      self.message = message
      self.topic = topic
    }
  }

  /// An unnumbered message that is stored: a frame, which was sent already.
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
  /// Whether it is refused instead of kept waiting while nothing can be stored.
  package var isRefusable: Bool

  /// - Precondition: the items' types have a position, and the records' types have none.
  package init(_ items: [Item], records: [Record] = [], isRefusable: Bool = false) {
    self.items = items
    self.records = records
    self.isRefusable = isRefusable
  }
}

/// A publication whose messages have been numbered.
package struct NumberedPublication: Sendable {
  package let publication: Publication
  /// The offset of each item, one after the other.
  package let offsets: Range<Int>

  /// - Precondition: there is one offset for each item.
  package init(_ publication: Publication, offsets: Range<Int>) {
    precondition(offsets.count == publication.items.count)
    self.publication = publication
    self.offsets = offsets
  }
}

/// Messages that add up to the state of a topic at a position.
///
/// They contain everything up to the position and nothing after it, so live messages continue from there. The position
/// advances with the line even if the topic has no messages, because messages after an old position may be gone.
package struct TopicSnapshot: Sendable {
  package var messages: [RealtimeMessage]
  package var position: StreamPosition

  package init(messages: [RealtimeMessage], position: StreamPosition) {
    self.messages = messages
    self.position = position
  }
}

/// The interface through which features publish. Callable from any thread.
package struct Publisher: Sendable {
  package typealias Completion = @Sendable (Result<StreamPosition?, AppError>) -> Void

  /// Enqueues a publication to be stored and then sent. Blocks while the queue is full, unless the second argument, which
  /// is called about once a second, says that the publication is no longer wanted.
  package let enqueue: @Sendable (Publication, _ isAbandoned: () -> Bool) -> Void
  /// Enqueues a publication and calls back once, on another thread: with the position of its last message when it has been
  /// stored and sent, or with the error if none of it was stored. Never blocks. Throws, and does not call back, if it
  /// can't be enqueued.
  package let submit: @Sendable (Publication, _ completion: @escaping Completion) throws(AppError) -> Void
  /// Sends an unnumbered message at once, without waiting for a disk.
  package let tell: @Sendable (RealtimeMessage, _ topic: Topic) -> Void

  package init(
    enqueue: @escaping @Sendable (Publication, _ isAbandoned: () -> Bool) -> Void,
    submit: @escaping @Sendable (Publication, @escaping Completion) throws(AppError) -> Void,
    tell: @escaping @Sendable (RealtimeMessage, Topic) -> Void
  ) {
    self.enqueue = enqueue
    self.submit = submit
    self.tell = tell
  }

  /// Enqueues a publication to be stored and then sent. Blocks while the queue is full.
  package func publish(_ publication: Publication) { enqueue(publication, { false }) }

  /// Publishes, and returns when the publication has been stored and sent. Holds no thread while it waits.
  /// - Returns: the position of its last message; nil if it has none.
  /// - Throws: ``AppError`` if it can't be stored; then none of it was.
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
