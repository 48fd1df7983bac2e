/// Appends chunks, each as soon as the next message does not fit.
struct ChunkWriter {
  private let database: Database
  private var chunk = ChunkBuilder()

  init(_ database: Database) { self.database = database }

  /// - Parameter record: comes after the last one; its range is ignored.
  mutating func add(_ record: Chunk.Record, json: [UInt8]) throws(StoreError) {
    if !chunk.hasRoom(for: json.count) { try finish() }
    chunk.add(record, json: json)
  }

  /// Writes the messages that don't fill a chunk.
  mutating func finish() throws(StoreError) {
    guard chunk.count > 0 else { return }
    try database.run(
      "INSERT INTO chunks (first, last, data) VALUES (?, ?, ?)", .integer(chunk.first), .integer(chunk.last),
      .blob(chunk.bytes))
    chunk = ChunkBuilder()
  }
}
