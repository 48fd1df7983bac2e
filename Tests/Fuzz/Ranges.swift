import Wire

/// A range lies inside its representation, its Content-Range can be parsed, and an entity tag is found in every list
/// that contains it.
func check(_ input: [UInt8]) {
  let size = Int(input.first ?? 0) * 7
  let value = text(input.dropFirst())

  let range = ByteRange(["range": value], size: size)
  if case .part(let bytes) = range {
    precondition(!bytes.isEmpty && bytes.lowerBound >= 0 && bytes.upperBound <= size)
    let named = range.contentRange(size: size).flatMap { ContentRange(parsing: $0) }
    precondition(named.map { [$0.first, $0.last, $0.total] } == [bytes.lowerBound, bytes.upperBound - 1, size])
  }
  if let part = ContentRange(parsing: value) {
    precondition(part.first >= 0 && part.first <= part.last && part.last < part.total)
    precondition(ContentRange(parsing: "bytes \(part.first)-\(part.last)/\(part.total)") == part)
  }

  let tag = EntityTag(text(input.filter { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }), isWeak: size % 2 == 1)
  _ = (["if-none-match": value] as HTTPFields).ifNoneMatch(tag)
  precondition((["if-none-match": "W/\"other\" ,\(tag)"] as HTTPFields).ifNoneMatch(tag))
  precondition((["if-none-match": "\"\(tag.opaque)x\""] as HTTPFields).ifNoneMatch(tag) == false)
  let conditional = ByteRange(["range": "bytes=0-0", "if-range": tag.description], size: 1, tag: tag)
  precondition(conditional == (tag.isWeak ? .whole : .part(0..<1)))
  _ = ByteRange(["range": "bytes=0-0", "if-range": value], size: 1, tag: tag)
}
