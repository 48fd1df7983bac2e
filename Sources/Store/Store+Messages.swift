import Domain

/// Which topics' messages are wanted.
package enum TopicFilter: Sendable {
  /// One topic, which has an index: costs what it returns.
  case topic(Topic)
  /// All that satisfy: the whole line is read, so that at most this many messages are looked at in one go.
  case matching(lookingAt: Int, @Sendable (Topic) -> Bool)
}

extension Store {
  /// Messages of a part of the line, in order.
  /// - Parameters:
  ///   - after: only messages with greater offsets.
  ///   - through: the last offset wanted.
  ///   - types: nil for all.
  ///   - limit: how many messages to return at most.
  /// - Returns: the messages, and the offset up to which that is all there is: go on from there.
  /// - Throws: ``StoreError``; ``StoreError/damaged(path:finding:)`` where a message is not as it was written.
  package func messages(
    of topics: TopicFilter, after: Int, through: Int, types: Set<MessageType>?, limit: Int
  ) throws(StoreError) -> (messages: [StoredMessage], reached: Int) {
    try readers.read { database throws(StoreError) in
      let newest = try database.number("SELECT newest_offset FROM line") ?? 0
      let end = min(through, newest)
      guard after < end, limit > 0 else { return ([], max(after, min(end, after))) }
      switch topics {
      case .topic(let topic):
        guard let id = try database.topicID(topic) else { return ([], end) }
        let messages = try database.messages(
          of: (topic, id), after: after, through: end, types: types, limit: limit)
        return (messages, messages.count < limit ? end : messages[messages.count - 1].offset)
      case .matching(let lookingAt, let isWanted):
        return try database.messages(
          matching: isWanted, lookingAt: lookingAt, after: after, through: end, types: types, limit: limit)
      }
    }
  }
}

extension Database {
  /// The number of the topic's row; nil where it has none or its job was removed.
  func topicID(_ topic: Topic) throws(StoreError) -> Int? {
    try number("SELECT id FROM topics WHERE name = ? AND gone = 0", .text(topic.description))
  }

  fileprivate func messages(
    of topic: (Topic, id: Int), after: Int, through: Int, types: Set<MessageType>?, limit: Int
  ) throws(StoreError) -> [StoredMessage] {
    guard let types else {
      return try rows(
        """
        SELECT offset, sequence, type, at, checksum, json FROM messages INDEXED BY messages_by_topic
        WHERE topic = ? AND offset > ? AND offset <= ? ORDER BY offset LIMIT ?
        """,
        .integer(topic.id), .integer(after), .integer(through), .integer(limit)
      ) { row throws(StoreError) in try self.message(in: row, of: topic) }
    }
    // Rare types among very many others: each type has its own order in the index, and the orders are merged here.
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
    var messages: [StoredMessage] = []
    for offset in offsets.sorted().prefix(limit) {
      messages += try rows(
        "SELECT offset, sequence, type, at, checksum, json FROM messages WHERE offset = ?", .integer(offset)
      ) { row throws(StoreError) in try self.message(in: row, of: topic) }
    }
    return messages
  }

  func messages(
    matching isWanted: (Topic) -> Bool, lookingAt: Int, after: Int, through: Int, types: Set<MessageType>?, limit: Int
  ) throws(StoreError) -> (messages: [StoredMessage], reached: Int) {
    // In the order of the line: the topic is looked up for each message, which is cheaper than any other plan.
    let statement = try statement(
      """
      SELECT m.offset, m.sequence, m.type, m.at, m.checksum, m.json, m.topic FROM messages m
      WHERE m.offset > ? AND m.offset <= ? ORDER BY m.offset LIMIT ?
      """)
    statement.bind([.integer(after), .integer(through), .integer(lookingAt)])
    defer { statement.reset() }
    var wanted: [Int: Topic?] = [:]
    var messages: [StoredMessage] = []
    var (reached, looked) = (after, 0)
    while messages.count < limit, try statement.step() {
      looked += 1
      reached = statement.integer(0)
      let id = statement.integer(6)
      if wanted[id] == nil { wanted[id] = .some(try shownTopic(id).flatMap { isWanted($0) ? $0 : nil }) }
      guard case .some(.some(let topic)) = wanted[id] else { continue }
      if let types, !types.contains(MessageType(rawValue: statement.text(2))) { continue }
      messages.append(try message(in: statement, of: (topic, id)))
    }
    let isComplete = messages.count < limit && looked < lookingAt
    return (messages, isComplete ? through : reached)
  }

  /// Nil where its job was removed.
  private func shownTopic(_ id: Int) throws(StoreError) -> Topic? {
    let names = try rows("SELECT name FROM topics WHERE id = ? AND gone = 0", .integer(id)) { $0.text(0) }
    guard let name = names.first else { return nil }
    guard let topic = Topic(name) else { throw .damaged(path: path, finding: "a topic has no name that exists") }
    return topic
  }

  /// Reads offset, sequence, type, at, checksum, json.
  private func message(in row: Statement, of topic: (Topic, id: Int)) throws(StoreError) -> StoredMessage {
    let message = StoredMessage(
      offset: row.integer(0), topic: topic.0, sequence: row.integer(1), type: MessageType(rawValue: row.text(2)),
      at: Timestamp(milliseconds: Int64(row.integer(3))), json: row.blob(5))
    guard message.checksum(topicID: topic.id) == row.integer(4) else {
      throw .damaged(path: path, finding: "message \(message.offset) is not as it was written")
    }
    return message
  }
}
