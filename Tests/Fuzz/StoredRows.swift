/// A row of messages or of the index that a checksum vouches for is read in order and within its bytes, or refused.
func check(_ input: [UInt8]) {
  guard let first = input.first.map(Int.init) else { return }
  let bytes = Array(input.dropFirst())
  for last in [first, first + 1, first + 100, .max] {
    checkChunk(bytes, first: first, last: last)
    checkBlock(bytes, first: first, last: last)
  }
}

/// A fuzzer can't guess a checksum, so every place is tried as the end of the directory with the right one.
private func checkChunk(_ bytes: [UInt8], first: Int, last: Int) {
  for end in 0...min(bytes.count, 200) {
    var row = Array(bytes[..<end])
    row.append(littleEndian: Chunk.checksum(of: row[...], first: first))
    row += bytes[end...]
    guard let chunk = Chunk(row, first: first, last: last) else { continue }
    precondition(chunk.first >= first && chunk.last == last)
    var (offset, place) = (first - 1, row.count - chunk.jsonBytes)
    for record in chunk.records {
      precondition(record.offset > offset && record.json.lowerBound == place)
      precondition(chunk.record(at: record.offset) == record && chunk.json(of: record).count == record.json.count)
      (offset, place) = (record.offset, record.json.upperBound)
    }
    precondition(place == row.count)
    requireSameAfterWriting(chunk)
  }
}

private func requireSameAfterWriting(_ chunk: Chunk) {
  var builder = ChunkBuilder(replacing: chunk.first)
  for record in chunk.records { builder.add(record, json: chunk.json(of: record)) }
  guard let again = Chunk(builder.bytes, first: builder.first, last: builder.last) else {
    fatalError("A written chunk can't be read.")
  }
  precondition(
    again.records.elementsEqual(chunk.records) { $0.offset == $1.offset && $0.at == $1.at && $0.type == $1.type })
}

private func checkBlock(_ bytes: [UInt8], first: Int, last: Int) {
  let checksum = rowChecksum(bytes, 1, first, last, 3)
  guard let block = PostingBlock(topic: 1, first: first, last: last, types: 3, checksum: checksum, bytes: bytes) else {
    return
  }
  let postings = block.postings
  precondition(postings.first?.offset == first && postings.last?.offset == last)
  precondition(zip(postings, postings.dropFirst()).allSatisfy { $0.offset < $1.offset })
  precondition(postings.count <= bytes.count / 2)
}
