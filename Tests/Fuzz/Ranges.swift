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
  func outcome(_ fields: HTTPFields) -> Preconditions.Outcome {
    Preconditions.evaluate(fields, method: .get, current: Validators(tag: tag, lastModified: size))
  }
  _ = outcome(["if-none-match": value])
  precondition(outcome(["if-none-match": "W/\"other\" ,\(tag)"]) == .notModified)
  precondition(outcome(["if-none-match": "\"\(tag.opaque)x\""]) == .passed)
  _ = outcome(["if-match": value])
  precondition(outcome(["if-match": "\"other\" ,\(tag)"]) == (tag.isWeak ? .failed : .passed))
  _ = outcome(["if-modified-since": value])
  if let date = HTTPDate.unixSeconds(parsing: value) {
    precondition(HTTPDate.unixSeconds(parsing: HTTPDate.text(unixSeconds: date)) == date)
  }
  let conditional = ByteRange(["range": "bytes=0-0", "if-range": tag.description], size: 1, tag: tag)
  precondition(conditional == (tag.isWeak ? .whole : .part(0..<1)))
  _ = ByteRange(["range": "bytes=0-0", "if-range": value], size: 1, tag: tag)
}
