import Wire

/// An event stream parses the same for all splits, and a written event parses to the same event: no value can end its
/// field.
func check(_ input: [UInt8]) {
  requireSameForAllSplits(input) { pieces in
    var parser = SSEParser(maxEventBytes: 4_096)
    var transcript: [String] = []
    for piece in pieces {
      do throws(WireError) {
        for event in try parser.parse(piece) {
          var expected = event
          // The writer removes NUL, which the parser accepts in a type.
          expected.type.unicodeScalars.removeAll { $0 == "\0" }
          if expected.type.isEmpty { expected.type = "message" }
          let data = Array(event.data.utf8)
          precondition(writtenAndParsed(type: event.type, id: event.lastEventID, data: data) == [expected])
          transcript.append("\(event)")
        }
      } catch {
        // The parser drops the events that the same piece completed before it exceeded the limit.
        return ["\(error)"]
      }
    }
    return transcript + ["\(parser.retryMilliseconds ?? -1)"]
  }

  // Any three values make exactly one event.
  let third = input.count / 3
  let (type, id, data) = (text(input[..<third]), text(input[third..<(2 * third)]), Array(input[(2 * third)...]))
  guard let event = writtenAndParsed(type: type, id: id, data: data).first else {
    fatalError("A written event was not parsed.")
  }
  precondition(!event.type.isEmpty && event.lastEventID.utf8.allSatisfy { $0 != 0x0A && $0 != 0x0D && $0 != 0 })
  precondition(event.data == text(lines(data)))
}

private func writtenAndParsed(type: String, id: String, data: [UInt8]) -> [SSEEvent] {
  var stream: [UInt8] = []
  SSEWriter.append(event: type, id: id, data: data, to: &stream)
  SSEWriter.appendComment(type, to: &stream)
  SSEWriter.appendRetry(milliseconds: data.count, to: &stream)
  var parser = SSEParser()
  let events = (try? parser.parse(stream)) ?? []
  precondition(events.count == 1 && parser.retryMilliseconds == data.count)
  return events
}

/// The data with LF for every line break, which is how a browser joins the lines.
private func lines(_ data: [UInt8]) -> [UInt8] {
  var joined: [UInt8] = []
  for (index, byte) in data.enumerated() {
    if byte == 0x0A, index > 0, data[index - 1] == 0x0D { continue }
    joined.append(byte == 0x0D ? 0x0A : byte)
  }
  return joined
}
