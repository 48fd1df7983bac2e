import Domain

/// Which messages of the chunks are shown, in one snapshot: chunks also have messages that were removed. Each topic is
/// looked up once.
struct ShownTopics {
  private let database: Database
  /// Nil for a topic whose job was removed.
  private var rows: [Int: (name: String, prunedThrough: Int)?] = [:]

  init(_ database: Database) { self.database = database }

  mutating func shows(_ record: Chunk.Record) throws(StoreError) -> Bool {
    try row(record.topic).map { record.offset > $0.prunedThrough } ?? false
  }

  /// Nil for a topic whose job was removed.
  mutating func topic(_ id: Int, kinds: TopicTable) throws(StoreError) -> Topic? {
    try row(id).map { Topic(stored: $0.name, kinds: kinds) }
  }

  private mutating func row(_ id: Int) throws(StoreError) -> (name: String, prunedThrough: Int)? {
    if let known = rows[id] { return known }
    let row = try database.rows("SELECT name, pruned_through FROM topics WHERE id = ? AND gone = 0", .integer(id)) {
      (name: $0.text(0), prunedThrough: $0.integer(1))
    }.first
    rows[id] = .some(row)
    return row
  }
}
