import Wire

/// A stream of events is the same however it arrives, and an event that is written is read as it was: no value ends its
/// own field.
func check(_ input: [UInt8]) {
  requireSame(input) { pieces in
    var parser = SSEParser(maxEventBytes: 4_096)
    var said: [String] = []
    for piece in pieces {
      do throws(WireError) {
        for event in try parser.parse(piece) {
          var expected = event
          // The writer leaves out NUL, which the reader lets pass in a type.
          expected.type.unicodeScalars.removeAll { $0 == "\0" }
          if expected.type.isEmpty { expected.type = "message" }
          precondition(readBack(event.type, event.lastEventID, Array(event.data.utf8)) == [expected])
          said.append("\(event)")
        }
      } catch {
        // Events that the same piece completed before the limit was passed are lost with it.
        return ["\(error)"]
      }
    }
    return said + ["\(parser.retryMilliseconds ?? -1)"]
  }

  // Whatever stands in the three fields, it is one event.
  let third = input.count / 3
  let (type, id, data) = (text(input[..<third]), text(input[third..<(2 * third)]), Array(input[(2 * third)...]))
  guard let event = readBack(type, id, data).first else { fatalError("An event was written, and none was read.") }
  precondition(!event.type.isEmpty && event.lastEventID.utf8.allSatisfy { $0 != 0x0A && $0 != 0x0D && $0 != 0 })
  precondition(event.data == text(lines(data)))
}

private func readBack(_ type: String, _ id: String, _ data: [UInt8]) -> [SSEEvent] {
  var stream: [UInt8] = []
  SSEWriter.append(event: type, id: id, data: data, to: &stream)
  SSEWriter.appendComment(type, to: &stream)
  SSEWriter.appendRetry(milliseconds: data.count, to: &stream)
  var parser = SSEParser()
  let events = (try? parser.parse(stream)) ?? []
  precondition(events.count == 1 && parser.retryMilliseconds == data.count)
  return events
}

/// The data with LF for each line break, as a browser joins the lines.
private func lines(_ data: [UInt8]) -> [UInt8] {
  var joined: [UInt8] = []
  for (index, byte) in data.enumerated() {
    if byte == 0x0A, index > 0, data[index - 1] == 0x0D { continue }
    joined.append(byte == 0x0D ? 0x0A : byte)
  }
  return joined
}
