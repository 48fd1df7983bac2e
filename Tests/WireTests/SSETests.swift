import Testing
import Wire

struct SSETests {
  static func events(_ bytes: [UInt8], cutAt cuts: [Int] = []) throws -> [SSEEvent] {
    var parser = SSEParser()
    var events: [SSEEvent] = []
    var start = 0
    for end in cuts + [bytes.count] {
      events += try parser.parse(Array(bytes[start..<end]))
      start = end
    }
    return events
  }

  @Test(
    arguments: [
      ("data: a\n\n", [SSEEvent(data: "a")]),
      ("data:a\r\rdata:  b\r\n\r\n", [SSEEvent(data: "a"), SSEEvent(data: " b")]),
      (
        "event: x\nid: 7\ndata: a\ndata\ndata: b\n\ndata: c\n\n",
        [
          SSEEvent(type: "x", data: "a\n\nb", lastEventID: "7"), SSEEvent(data: "c", lastEventID: "7"),
        ]
      ),
      (": comment\n\nevent: none\n\ndata: a", []),
      ("\u{FEFF}data: a\n\n", [SSEEvent(data: "a")]),
      ("id: 1\nid: \0\ndata: é\nunknown: x\nretry: 5\nretry: x\n\n", [SSEEvent(data: "é", lastEventID: "1")]),
    ] as [(String, [SSEEvent])])
  func `a stream parses as in a browser, for all splits`(text: String, expected: [SSEEvent]) throws {
    let bytes = Array(text.utf8)
    for cut in 0...bytes.count { #expect(try Self.events(bytes, cutAt: [cut]) == expected) }
    #expect(try Self.events(bytes, cutAt: Array(1..<bytes.count)) == expected)
  }

  @Test func `an event, a comment and a retry are written as fields`() {
    var output: [UInt8] = []
    SSEWriter.append(event: "progress", id: "k3f9:1042", data: Array("{}".utf8), to: &output)
    SSEWriter.appendComment(to: &output)
    SSEWriter.appendRetry(milliseconds: 1_500, to: &output)
    #expect(
      String(decoding: output, as: UTF8.self) == "event: progress\nid: k3f9:1042\ndata: {}\n\n: \n\nretry: 1500\n\n")
  }

  @Test(
    arguments: [
      ("a\nb", "a\nb"), ("a\r\nb\rc", "a\nb\nc"), ("\n", "\n"),
      ("a\n\nevent: evil\ndata: x\n\n", "a\n\nevent: evil\ndata: x\n\n"),
      ("\0", "\0"), ("", ""), (" leading", " leading"), ("id: 5", "id: 5"), ("\r\r\n\n", "\n\n\n"),
    ] as [(String, String)])
  func `data can't end its event`(data: String, received: String) throws {
    var output: [UInt8] = []
    SSEWriter.append(data: Array(data.utf8), to: &output)
    #expect(try Self.events(output) == [SSEEvent(data: received)])
  }

  @Test func `event type and id can't inject a field`() throws {
    var output: [UInt8] = []
    SSEWriter.append(event: "a\r\ndata: evil", id: "1\n\0data: evil", data: [120], to: &output)
    SSEWriter.appendComment("x\n\ndata: evil\n\n", to: &output)
    #expect(
      try Self.events(output) == [SSEEvent(type: "adata: evil", data: "x", lastEventID: "1data: evil")])
  }

  @Test func `an event over the limit is refused, in one line or in many`() {
    var one = SSEParser(maxEventBytes: 100)
    #expect(throws: WireError.eventTooLarge(limit: 100)) { try one.parse([UInt8](repeating: 120, count: 101)) }
    var many = SSEParser(maxEventBytes: 100)
    #expect(throws: WireError.eventTooLarge(limit: 100)) {
      try many.parse(Array(String(repeating: "data: x\n", count: 60).utf8))
    }
  }

  @Test func `the last valid reconnection time is kept`() throws {
    var parser = SSEParser()
    _ = try parser.parse(Array("retry: 250\nretry: -1\n".utf8))
    #expect(parser.retryMilliseconds == 250)
  }
}
