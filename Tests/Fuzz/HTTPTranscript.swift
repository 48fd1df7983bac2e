import Wire

/// The result of parsing the pieces, with the parts of each body joined.
func httpTranscript(of pieces: [[UInt8]]) -> [String] {
  var parser = HTTPRequestParser()
  var transcript: [String] = []
  var body: [UInt8] = []
  for piece in pieces {
    var rest = piece[...]
    do throws(WireError) {
      while true {
        let (consumed, event) = try parser.parse(rest.span.bytes)
        switch event {
        case .head(let head): transcript.append(describe(head))
        case .body(let range):
          precondition(!range.isEmpty && range.upperBound <= rest.count)
          body += rest[(rest.startIndex + range.lowerBound)..<(rest.startIndex + range.upperBound)]
        case .end:
          transcript.append("end after \(body.count)")
          body = []
        case nil: precondition(consumed == rest.count, "Without an event all bytes must be consumed.")
        }
        rest = rest.dropFirst(consumed)
        guard event != nil else { break }
      }
    } catch {
      return transcript + ["\(error.statusHint) \(error)"]
    }
  }
  return transcript
}

/// The results of all accessors of a head.
private func describe(_ head: RequestHead) -> String {
  precondition(head.path == "*" || head.path.hasPrefix("/"))
  precondition(!head.path.split(separator: "/").contains("..") && !head.path.utf8.contains(0))
  let handshake = (try? WebSocketHandshake(head)).map { "\($0.response.fields.count)" } ?? "none"
  return """
    \(head.method) \(head.target) \(head.path) \(head.query.items.count) \(head.fields.map { "\($0.name)=\($0.value)" }) \
    \(head.bodyLength) \(head.keepAlive) \(head.expectsContinue) \(AcceptedCodings(head.fields)) \(head.isConditional) \(head.hasRange) \
    \(head.fields.acceptsByName("text/event-stream")) \
    \(Preconditions.evaluate(head.fields, method: head.method, current: Validators(tag: EntityTag("a")))) \(ByteRange(head.fields, size: 100, tag: EntityTag("a"))) \
    \(head.fields.contentType?.subtype ?? "") \(handshake)
    """
}
