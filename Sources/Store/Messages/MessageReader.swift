import Domain

/// Reads messages in one snapshot of the database.
struct MessageReader {
  /// The numbers of types, and their names.
  let types: [Int: MessageType]
  private let database: Database
  /// The chunk that was read last: the next message is often in it too.
  private var chunk: Chunk?

  init(_ database: Database) throws(StoreError) {
    self.database = database
    types = try database.messageTypes()
  }

  /// - Parameter wanted: nil for all that are sent.
  func filter(_ wanted: Set<MessageType>?) -> TypeFilter { TypeFilter(wanted, among: types) }

  /// A message that a posting names.
  /// - Throws: ``StoreError/damagedMessage(path:offset:)``
  mutating func message(at offset: Int, of topic: Topic, id: Int) throws(StoreError) -> StoredMessage {
    guard let (chunk, record) = try record(at: offset), record.topic == id else { throw damaged(offset) }
    return try message(record, of: topic, in: chunk)
  }

  /// A message that a posting names; nil if it is damaged.
  mutating func readableMessage(at offset: Int, of topic: Topic, id: Int) throws(StoreError) -> StoredMessage? {
    do throws(StoreError) {
      return try message(at: offset, of: topic, id: id)
    } catch {
      guard case .damagedMessage = error else { throw error }
      return nil
    }
  }

  /// - Throws: ``StoreError/damagedMessage(path:offset:)``
  func message(_ record: Chunk.Record, of topic: Topic, in chunk: Chunk) throws(StoreError) -> StoredMessage {
    guard let type = types[record.type] else { throw damaged(record.offset) }
    let message = StoredMessage(
      offset: record.offset, topic: topic, sequence: record.sequence, type: type,
      at: Timestamp(milliseconds: Int64(record.at)), json: Array(chunk.json(of: record)))
    guard message.checksum(topicID: record.topic) == record.checksum else { throw damaged(record.offset) }
    return message
  }

  /// Whether a message is as it was written.
  func isIntact(_ record: Chunk.Record, in chunk: Chunk) throws(StoreError) -> Bool {
    do throws(StoreError) {
      // Whose topic it is says the number of the row.
      _ = try message(record, of: .events, in: chunk)
      return true
    } catch {
      guard case .damagedMessage = error else { throw error }
      return false
    }
  }

  /// When a message was stored; nil if it is gone or unreadable.
  mutating func time(at offset: Int) throws(StoreError) -> Timestamp? {
    do throws(StoreError) {
      return try record(at: offset).map { Timestamp(milliseconds: Int64($0.record.at)) }
    } catch {
      guard case .damagedMessage = error else { throw error }
      return nil
    }
  }

  /// Nil if the message is gone.
  private mutating func record(at offset: Int) throws(StoreError) -> (chunk: Chunk, record: Chunk.Record)? {
    if chunk.map({ $0.first...$0.last ~= offset }) != true {
      guard let row = try database.chunk(around: offset) else { return nil }
      chunk = row.chunk
      if chunk == nil { throw damaged(offset) }
    }
    guard let chunk, let record = chunk.record(at: offset) else { return nil }
    return (chunk, record)
  }

  private func damaged(_ offset: Int) -> StoreError { .damagedMessage(path: database.path, offset: offset) }
}
