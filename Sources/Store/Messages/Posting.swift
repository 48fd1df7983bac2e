import Compression

/// Where a message of a topic is: an entry of the index of topics.
struct Posting: Hashable, Sendable {
  var offset: Int
  /// The number of the type's row.
  var type: Int
}

/// Some consecutive postings of a topic, which are stored as one row. Its bytes have, for each, the distance to the one
/// before and the type.
struct PostingBlock {
  let topic: Int
  let first: Int
  private(set) var last: Int
  /// A bit for each type in it, by ``bit(of:)``.
  private(set) var types: Int
  private(set) var bytes: [UInt8]

  /// A block of this size is not appended to. Appending writes it anew, and a row of more than 1,002 bytes would take a page
  /// of its own (sqlite.org/fileformat2.html §1.6, for an index and pages of 4 KiB).
  private static let fullBytes = 900

  init(of topic: Int, with posting: Posting) {
    self.topic = topic
    first = posting.offset
    last = posting.offset
    types = 0
    bytes = []
    append(posting)
  }

  /// Reads a row.
  /// - Returns: nil if it is not as it was written.
  init?(topic: Int, first: Int, last: Int, types: Int, checksum: Int, bytes: [UInt8]) {
    self.topic = topic
    self.first = first
    self.last = last
    self.types = types
    self.bytes = bytes
    guard checksum == self.checksum, isOrdered else { return nil }
  }

  /// Whether the offsets rise from the first to the last, up to the end of the bytes.
  private var isOrdered: Bool {
    var reader = VarintReader(bytes)
    // The first posting is at no distance.
    guard first >= 0, reader.next() == 0, reader.next() != nil else { return false }
    var offset = first
    while !reader.isAtEnd {
      guard let step = reader.next(), reader.next() != nil, step > 0 else { return false }
      let (next, overflows) = offset.addingReportingOverflow(step)
      guard !overflows, next <= last else { return false }
      offset = next
    }
    return offset == last
  }

  var isFull: Bool { bytes.count >= Self.fullBytes }
  var checksum: Int { rowChecksum(bytes, topic, first, last, types) }

  mutating func append(_ posting: Posting) {
    bytes.append(varint: posting.offset &- last)
    bytes.append(varint: posting.type)
    last = posting.offset
    types |= Self.bit(of: posting.type)
  }

  /// In the order of the line.
  var postings: [Posting] {
    var reader = VarintReader(bytes)
    var offset = first
    var postings: [Posting] = []
    // Each takes at least two bytes.
    postings.reserveCapacity(bytes.count / 2)
    while let step = reader.next(), let type = reader.next() {
      offset &+= step
      postings.append(Posting(offset: offset, type: type))
    }
    return postings
  }

  /// Types share a bit only if there are more than 62: then a block is read in vain.
  static func bit(of type: Int) -> Int { 1 << (type % 62) }
}
