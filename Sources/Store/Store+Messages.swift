import Domain

/// Selects messages by topic.
package enum TopicFilter: Sendable {
  /// One topic. Uses an index: the cost is proportional to the result.
  case topic(Topic)
  /// The topics that satisfy a condition. This scans the line, so one call looks at a limited number of messages.
  case matching(lookingAt: Int, @Sendable (Topic) -> Bool)
}

extension Store {
  /// Messages of a range of the line, in order.
  /// - Parameters:
  ///   - after: only messages with greater offsets.
  ///   - through: the last offset to return.
  ///   - types: nil for all.
  ///   - limit: how many messages to return at most.
  ///   - bytes: the page ends with the message that brings its JSON to this size.
  /// - Returns: the messages, and the offset up to which they are complete, to continue from. For one topic, it is less
  ///   than both `through` and the newest offset only if there are more.
  /// - Throws: ``StoreError``; ``StoreError/damagedMessage(path:offset:)`` if a message is not as it was written. From
  ///   then on ``readableAfter`` is at least its offset, or the end of the requested range if more is damaged.
  package func messages(
    of topics: TopicFilter, after: Int, through: Int, types: Set<MessageType>?, limit: Int, bytes: Int = 1 << 20
  ) throws(StoreError) -> (messages: [StoredMessage], reached: Int) {
    do throws(StoreError) {
      let page = MessagePage(limit: limit, bytes: bytes)
      return try read(topics, after: after, through: through, types: types, page: page)
    } catch {
      switch error {
      case .damagedMessage(_, let offset): announce(unreadableThrough: offset)
      case .damaged: announce(unreadableThrough: min(through, newestOffset))
      default: break
      }
      throw error
    }
  }

  private func read(
    _ topics: TopicFilter, after: Int, through: Int, types: Set<MessageType>?, page: MessagePage
  ) throws(StoreError) -> (messages: [StoredMessage], reached: Int) {
    try readers.read { database throws(StoreError) in
      let newest = try database.number("SELECT newest_offset FROM line") ?? 0
      let end = min(through, newest)
      guard after < end, page.limit > 0 else { return ([], after) }
      switch topics {
      case .topic(let topic):
        guard let id = try database.topicID(topic) else { return ([], end) }
        return try database.messages(of: (topic, id), after: after, through: end, types: types, page: page)
      case .matching(let lookingAt, let isWanted):
        return try database.messages(
          matching: isWanted, kinds: topicKinds, lookingAt: lookingAt, after: after, through: end, types: types,
          page: page)
      }
    }
  }
}

extension Store {
  /// The time of a topic's newest message; nil if there is none.
  package func lastMessageTime(of topic: Topic) throws(StoreError) -> Timestamp? {
    try readers.read { database throws(StoreError) in
      guard let id = try database.topicID(topic) else { return nil }
      let found = try database.number(
        "SELECT at FROM messages INDEXED BY messages_by_topic WHERE topic = ? ORDER BY offset DESC LIMIT 1",
        .integer(id))
      return found.map { Timestamp(milliseconds: Int64($0)) }
    }
  }
}

/// Collects messages until a limit is reached.
struct MessagePage {
  private(set) var messages: [StoredMessage] = []
  let limit: Int
  private var restBytes: Int

  init(limit: Int, bytes: Int) {
    self.limit = limit
    restBytes = bytes
  }

  var isFull: Bool { messages.count >= limit || (restBytes <= 0 && !messages.isEmpty) }

  mutating func add(_ message: StoredMessage) {
    restBytes -= message.json.count
    messages.append(message)
  }

  /// The result of a read that stops here although there is more.
  var stopped: (messages: [StoredMessage], reached: Int) { (messages, messages.last?.offset ?? 0) }
}

extension Database {
  /// The number of the topic's row; nil if it has none or its job was removed.
  func topicID(_ topic: Topic) throws(StoreError) -> Int? {
    try number("SELECT id FROM topics WHERE name = ? AND gone = 0", .text(topic.description))
  }

  fileprivate func messages(
    of topic: (Topic, id: Int), after: Int, through: Int, types: Set<MessageType>?, page: MessagePage
  ) throws(StoreError) -> (messages: [StoredMessage], reached: Int) {
    var page = page
    guard let types else {
      let statement = try statement(
        """
        SELECT offset, sequence, type, at, checksum, json FROM messages INDEXED BY messages_by_topic
        WHERE topic = ? AND offset > ? AND offset <= ? ORDER BY offset
        """)
      statement.bind([.integer(topic.id), .integer(after), .integer(through)])
      defer { statement.reset() }
      while try statement.step() {
        if page.isFull { return page.stopped }
        let found = try message(in: statement, of: topic)
        if !found.type.isInternal { page.add(found) }
      }
      return (page.messages, through)
    }
    // The wanted types may be rare among many others. The index orders each type separately; the orders are merged here.
    // One more than the limit shows whether there are more.
    let limit = page.limit < .max ? page.limit + 1 : page.limit
    var offsets: [Int] = []
    for type in types {
      offsets += try rows(
        """
        SELECT offset FROM messages INDEXED BY messages_by_type
        WHERE topic = ? AND type = ? AND offset > ? AND offset <= ? ORDER BY offset LIMIT ?
        """,
        .integer(topic.id), .text(type.rawValue), .integer(after), .integer(through), .integer(limit)
      ) { $0.integer(0) }
    }
    for offset in offsets.sorted() {
      if page.isFull { return page.stopped }
      for found in try rows(
        "SELECT offset, sequence, type, at, checksum, json FROM messages WHERE offset = ?", .integer(offset),
        read: { row throws(StoreError) in try self.message(in: row, of: topic) })
      {
        page.add(found)
      }
    }
    return (page.messages, through)
  }

  func messages(
    matching isWanted: (Topic) -> Bool, kinds: TopicTable, lookingAt: Int, after: Int, through: Int,
    types: Set<MessageType>?, page: MessagePage
  ) throws(StoreError) -> (messages: [StoredMessage], reached: Int) {
    // Scans the line and looks up each topic, which is cheaper than any other plan.
    let statement = try statement(
      """
      SELECT m.offset, m.sequence, m.type, m.at, m.checksum, m.json, m.topic FROM messages m
      WHERE m.offset > ? AND m.offset <= ? ORDER BY m.offset LIMIT ?
      """)
    statement.bind([.integer(after), .integer(through), .integer(lookingAt)])
    defer { statement.reset() }
    var page = page
    var wanted: [Int: Topic?] = [:]
    var (reached, looked) = (after, 0)
    while !page.isFull, try statement.step() {
      looked += 1
      reached = statement.integer(0)
      let id = statement.integer(6)
      if wanted[id] == nil { wanted[id] = .some(try shownTopic(id, kinds: kinds).flatMap { isWanted($0) ? $0 : nil }) }
      guard case .some(.some(let topic)) = wanted[id] else { continue }
      if let types, !types.contains(MessageType(rawValue: statement.text(2))) { continue }
      let found = try message(in: statement, of: (topic, id))
      if !found.type.isInternal { page.add(found) }
    }
    let isComplete = !page.isFull && looked < lookingAt
    return (page.messages, isComplete ? through : reached)
  }

  /// Nil if its job was removed.
  private func shownTopic(_ id: Int, kinds: TopicTable) throws(StoreError) -> Topic? {
    let names = try rows("SELECT name FROM topics WHERE id = ? AND gone = 0", .integer(id)) { $0.text(0) }
    guard let name = names.first else { return nil }
    return Topic(stored: name, kinds: kinds)
  }

  /// The columns are offset, sequence, type, at, checksum, json.
  private func message(in row: Statement, of topic: (Topic, id: Int)) throws(StoreError) -> StoredMessage {
    let message = StoredMessage(
      offset: row.integer(0), topic: topic.0, sequence: row.integer(1), type: MessageType(rawValue: row.text(2)),
      at: Timestamp(milliseconds: Int64(row.integer(3))), json: row.blob(5))
    guard message.checksum(topicID: topic.id) == row.integer(4) else {
      throw .damagedMessage(path: path, offset: message.offset)
    }
    return message
  }
}
