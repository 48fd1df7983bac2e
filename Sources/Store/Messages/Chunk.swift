import Compression

/// Some consecutive messages of the line, which are stored as one row.
///
/// Its bytes are the number of messages, a directory with a ``Record`` of each in the order of the line, the checksum of
/// both, and then the messages' JSON in the same order.
struct Chunk {
  /// What is known of a message without its JSON.
  struct Record: Equatable {
    var offset: Int
    /// The number of the topic's row.
    var topic: Int
    /// Its `seq`; 0 for an internal message.
    var sequence: Int
    /// The number of the type's row.
    var type: Int
    /// Milliseconds since 1970, for retention only: the order is the offset's.
    var at: Int
    /// Of all the above and the JSON. It is checked when the JSON is read.
    var checksum: UInt32
    /// The bytes of the JSON in the chunk.
    var json = 0..<0
  }

  /// In the order of the line; never empty.
  let records: [Record]
  private let bytes: [UInt8]

  /// Reading one message reads the whole chunk, so it fits into one page of the database, except for a message that is
  /// longer: that one is alone. A row of a table takes a page of 4 KiB if it has at most 4,061 bytes
  /// (sqlite.org/fileformat2.html §1.6), and its other columns take less than 40.
  static let pageBytes = 4_000

  /// Reads a row.
  /// - Returns: nil if it is not as it was written.
  init?(_ bytes: [UInt8], first: Int, last: Int) {
    var reader = VarintReader(bytes)
    // Each message takes at least ten bytes.
    guard first >= 0, let count = reader.next(), count >= 1, count <= bytes.count / 10 else { return nil }
    var records: [Record] = []
    records.reserveCapacity(count)
    var (offset, at, length) = (first, 0, 0)
    for _ in 0..<count {
      guard let step = reader.next(), let topic = reader.next(), let sequence = reader.next(), let type = reader.next(),
        let later = reader.nextSigned(), let size = reader.next(), let checksum = reader.nextLittleEndian(),
        0...bytes.count ~= size
      else { return nil }
      // Offsets rise strictly. Only the first may equal the row's key.
      let (next, overflows) = offset.addingReportingOverflow(step)
      guard step >= 0, step > 0 || records.isEmpty, !overflows else { return nil }
      (offset, at) = (next, at &+ later)
      records.append(
        Record(
          offset: offset, topic: topic, sequence: sequence, type: type, at: at, checksum: checksum,
          json: length..<length + size))
      length += size
    }
    let directory = reader.place
    guard let checksum = reader.nextLittleEndian(), bytes.count - reader.place == length, offset == last,
      checksum == Self.checksum(of: bytes[..<directory], first: first)
    else { return nil }
    for index in records.indices {
      let json = records[index].json
      records[index].json = json.lowerBound + reader.place..<json.upperBound + reader.place
    }
    self.records = records
    self.bytes = bytes
  }

  var first: Int { records[0].offset }
  var last: Int { records[records.count - 1].offset }
  var jsonBytes: Int { records.reduce(0) { $0 + $1.json.count } }

  /// The index of the first record after an offset.
  func index(after offset: Int) -> Int {
    var (low, high) = (0, records.count)
    while low < high {
      let middle = (low + high) / 2
      if records[middle].offset <= offset { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Nil if there is no such message here.
  func record(at offset: Int) -> Record? {
    let index = index(after: offset)
    return index > 0 && records[index - 1].offset == offset ? records[index - 1] : nil
  }

  func json(of record: Record) -> ArraySlice<UInt8> { bytes[record.json] }

  static func checksum(of directory: ArraySlice<UInt8>, first: Int) -> UInt32 {
    let sum = directory.withUnsafeBytes { crc32($0) }
    return withUnsafeBytes(of: Int64(first).littleEndian) { crc32($0, continuing: sum) }
  }
}

/// Gathers the messages of a chunk.
struct ChunkBuilder {
  private(set) var count = 0
  /// The key of the row: the offset of the first message, unless it takes the place of another row.
  private(set) var first = 0
  private(set) var last = 0
  private var directory: [UInt8] = []
  private var json: [UInt8] = []
  private var lastTime = 0

  /// - Parameter first: the key of the row that the chunk replaces; nil if it is new.
  init(replacing first: Int? = nil) {
    self.first = first ?? 0
    last = self.first
    isReplacement = first != nil
  }

  private let isReplacement: Bool

  /// Whether the chunk still fits into a page with one more message. The first one may be of any size.
  func hasRoom(for jsonBytes: Int) -> Bool {
    count == 0 || directory.count + json.count + jsonBytes + Self.recordBytes <= Chunk.pageBytes
  }

  /// More than the directory has of a message, with the number of messages and the checksum. Its six numbers take up to
  /// ten bytes each if they are damaged, but less than that together otherwise.
  private static let recordBytes = 40

  /// - Parameter record: comes after the last one; its range is ignored.
  mutating func add(_ record: Chunk.Record, json: some Collection<UInt8>) {
    if count == 0, !isReplacement { (first, last) = (record.offset, record.offset) }
    directory.append(varint: record.offset &- last)
    directory.append(varint: record.topic)
    directory.append(varint: record.sequence)
    directory.append(varint: record.type)
    // Wraps around, as reading does: a time may be damaged.
    directory.append(signedVarint: record.at &- lastTime)
    directory.append(varint: json.count)
    directory.append(littleEndian: record.checksum)
    self.json += json
    (last, lastTime) = (record.offset, record.at)
    count += 1
  }

  /// The bytes of the row.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(directory.count + json.count + 8)
    bytes.append(varint: count)
    bytes += directory
    bytes.append(littleEndian: Chunk.checksum(of: bytes[...], first: first))
    bytes += json
    return bytes
  }
}
