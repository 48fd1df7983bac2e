import TestSupport
import Testing

@testable import Store

struct ChunkTests {
  private func records(_ count: Int, _ generator: inout SeededGenerator) -> [(Chunk.Record, [UInt8])] {
    var offset = Int.random(in: 0...1 << 40, using: &generator)
    return (0..<count).map { _ in
      offset += Int.random(in: 1...3, using: &generator)
      let json = (0..<Int.random(in: 0...300, using: &generator)).map { UInt8(truncatingIfNeeded: $0) }
      let record = Chunk.Record(
        offset: offset, topic: Int.random(in: 1...1 << 30, using: &generator),
        sequence: Int.random(in: 0...1000, using: &generator), type: Int.random(in: 1...20, using: &generator),
        at: Int.random(in: -1_000_000...2_000_000_000_000, using: &generator),
        checksum: UInt32.random(in: 0...UInt32.max, using: &generator))
      return (record, json)
    }
  }

  private func build(_ records: [(Chunk.Record, [UInt8])]) -> ChunkBuilder {
    var builder = ChunkBuilder()
    for (record, json) in records { builder.add(record, json: json) }
    return builder
  }

  @Test(arguments: 1...20) func `a chunk has what was put into it`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let written = records(Int.random(in: 1...100, using: &generator), &generator)
    let built = build(written)
    let chunk = try #require(Chunk(built.bytes, first: built.first, last: built.last))
    #expect(chunk.records.count == written.count)
    for (record, json) in written {
      var found = try #require(chunk.record(at: record.offset))
      #expect(Array(chunk.json(of: found)) == json)
      found.json = 0..<0
      #expect(found == record)
    }
    #expect(chunk.record(at: chunk.last + 1) == nil)
    #expect(chunk.record(at: chunk.first - 1) == nil)
  }

  @Test func `a bit that turned anywhere but in the JSON makes it unreadable, and never stops the process`() {
    var generator = SeededGenerator(seed: 7)
    let built = build(records(3, &generator))
    let chunk = Chunk(built.bytes, first: built.first, last: built.last)
    let directory = built.bytes.count - (chunk?.jsonBytes ?? 0)
    for place in 0..<directory {
      for bit in 0..<8 {
        var bytes = built.bytes
        bytes[place] ^= 1 << bit
        #expect(Chunk(bytes, first: built.first, last: built.last) == nil)
      }
    }
    #expect(Chunk(built.bytes, first: built.first + 1, last: built.last) == nil)
    #expect(Chunk(built.bytes, first: built.first, last: built.last + 1) == nil)
    for length in 0..<built.bytes.count {
      #expect(Chunk(Array(built.bytes[..<length]), first: built.first, last: built.last) == nil)
    }
  }

  @Test(arguments: 1...1000) func `bytes of any kind are refused, not trusted`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let bytes = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
      UInt8.random(in: 0...255, using: &generator) & (Bool.random(using: &generator) ? 0xFF : 0x07)
    }
    #expect(Chunk(bytes, first: 1, last: 2) == nil)
  }

  @Test(arguments: [[5, 4], [5, 5], [-1, 3], [.max, .min]])
  func `offsets that do not rise are refused, whatever the checksum`(offsets: [Int]) {
    var builder = ChunkBuilder(replacing: offsets[0])
    var block = PostingBlock(of: 1, with: Posting(offset: offsets[0], type: 1))
    for (index, offset) in offsets.enumerated() {
      builder.add(Chunk.Record(offset: offset, topic: 1, sequence: 1, type: 1, at: index, checksum: 0), json: [])
      if index > 0 { block.append(Posting(offset: offset, type: 1)) }
    }
    #expect(Chunk(builder.bytes, first: builder.first, last: builder.last) == nil)
    let read = PostingBlock(
      topic: 1, first: block.first, last: block.last, types: block.types, checksum: block.checksum, bytes: block.bytes)
    #expect(read == nil)
  }

  @Test func `postings come back as they were appended`() throws {
    let written = (1...400).map { Posting(offset: $0 * $0, type: $0 % 90) }
    var block = PostingBlock(of: 7, with: written[0])
    for posting in written.dropFirst() { block.append(posting) }
    let read = PostingBlock(
      topic: 7, first: block.first, last: block.last, types: block.types, checksum: block.checksum, bytes: block.bytes)
    #expect(try #require(read).postings == written)
    #expect(block.first == 1 && block.last == 160_000)
    let other = PostingBlock(
      topic: 8, first: block.first, last: block.last, types: block.types, checksum: block.checksum, bytes: block.bytes)
    #expect(other == nil)
  }

  @Test func `numbers of any size and sign come back`() {
    let numbers = [0, 1, -1, 127, 128, 300, -300, .max, .min]
    var bytes: [UInt8] = []
    for number in numbers {
      bytes.append(varint: number)
      bytes.append(signedVarint: number)
    }
    var reader = VarintReader(bytes)
    for number in numbers {
      #expect(reader.next() == number)
      #expect(reader.nextSigned() == number)
    }
    #expect(reader.isAtEnd && reader.next() == nil)
  }
}

struct ChunkWriterTests {
  /// The number of messages in each chunk.
  private func chunks(of lengths: [Int]) throws -> [(count: Int, bytes: Int)] {
    let database = try Database(":memory:", .writing)
    try Schema.migrate(database) { _, _ in }
    var writer = ChunkWriter(database)
    for (index, length) in lengths.enumerated() {
      try writer.add(
        Chunk.Record(offset: index + 1, topic: 1, sequence: index, type: 1, at: 1_790_000_000_000, checksum: 7),
        json: [UInt8](repeating: 0x20, count: length))
    }
    try writer.finish()
    return try database.rows("SELECT first, last, data FROM chunks ORDER BY first") { row in
      (Chunk(row.blob(2), first: row.integer(0), last: row.integer(1))?.records.count ?? 0, row.blob(2).count)
    }
  }

  @Test func `a chunk of short messages takes a page, and a long message has one of its own`() throws {
    let chunks = try chunks(of: [100, 100, 60_000, 100, 100, 3_900, 100])
    #expect(chunks.map(\.count) == [2, 1, 2, 1, 1])
    for length in [0, 1, 40, 250, 1_900, 2_100] {
      let full = try self.chunks(of: [Int](repeating: length, count: 1_000))
      #expect(full.reduce(0) { $0 + $1.count } == 1_000)
      #expect(full.allSatisfy { $0.bytes <= 4_040 })
      // What is left is less than another message takes.
      #expect(full.dropLast().allSatisfy { $0.bytes + length + 80 > 4_000 })
    }
  }
}
