/// Decodes a chunked body (RFC 9112 §7.1) without extensions and trailers, in pieces of any size.
package struct ChunkDecoder {
  private var rest: [UInt8] = []
  package private(set) var hasEnded = false

  package init() {}

  /// Consumes the bytes, and returns the data of the chunks that they complete.
  package mutating func decode(_ bytes: [UInt8]) throws -> [UInt8] {
    rest += bytes
    var data: [UInt8] = []
    while !hasEnded, let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      guard end > 0, rest[end - 1] == UInt8(ascii: "\r"),
        let size = Int(String(decoding: rest[..<(end - 1)], as: UTF8.self), radix: 16)
      else { throw ProbeClient.Failure(description: "no chunk: \(String(decoding: rest, as: UTF8.self))") }
      let next = end + 1 + size + 2
      guard rest.count >= next else { break }
      guard rest[(next - 2)..<next].elementsEqual([13, 10]) else {
        throw ProbeClient.Failure(description: "a chunk is longer than its size")
      }
      data += rest[(end + 1)..<(next - 2)]
      rest.removeFirst(next)
      hasEnded = size == 0
    }
    guard !hasEnded || rest.isEmpty else { throw ProbeClient.Failure(description: "bytes follow the last chunk") }
    return data
  }
}
