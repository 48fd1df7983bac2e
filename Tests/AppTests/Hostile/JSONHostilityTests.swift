import Realtime
import TestSupport
import Testing

/// Bodies that are invalid JSON, or JSON of another shape, over a socket: whole, byte by byte, and with a request
/// behind.
struct JSONHostilityTests {
  private static func row(
    _ status: Int, _ description: String, _ body: [UInt8], type: String? = "application/json", says words: String
  ) -> HostileRow {
    let typeLine = type.map { "Content-Type: \($0)\r\n" } ?? ""
    let head = "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\n\(typeLine)Content-Length: \(body.count)\r\n\r\n"
    return HostileRow(
      description, Array(head.utf8) + body, status, fields: ["content-type": "application/json; charset=utf-8"],
      words: words)
  }

  private static func row(
    _ status: Int, _ description: String, _ body: String, type: String? = "application/json", says words: String
  ) -> HostileRow {
    row(status, description, Array(body.utf8), type: type, says: words)
  }

  private static func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
    text.utf16.flatMap { unit in
      let bytes = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
      return bigEndian ? bytes : bytes.reversed()
    }
  }

  static let malformed: [HostileRow] =
    [
      row(400, "nothing", "", says: "line 1, column 1"),
      row(400, "blanks", " \r\n\t", says: "line 2, column 2"),
      row(400, "a byte that is no UTF-8", Array("{\"a\":\"".utf8) + [0xFF, 0x22, 0x7D], says: "line 1, column 7"),
      row(400, "an overlong slash", Array("{\"a\":\"".utf8) + [0xC0, 0xAF, 0x22, 0x7D], says: "not UTF-8"),
      row(400, "a raw surrogate", Array("{\"a\":\"".utf8) + [0xED, 0xA0, 0x80, 0x22, 0x7D], says: "not UTF-8"),
      row(400, "a byte order mark", [0xEF, 0xBB, 0xBF] + Array("{}".utf8), says: "byte order mark"),
      row(400, "UTF-16, big end first", utf16("{}", bigEndian: true), says: "line 1, column 1"),
      row(400, "UTF-16, little end first", utf16("{}", bigEndian: false), says: "line 1, column 2"),
      row(400, "UTF-16 with its mark", utf16("\u{FEFF}{}", bigEndian: true), says: "byte order mark"),
      row(400, "a second value", "{} {}", says: "line 1, column 4"),
      row(400, "a NUL behind the value", "{}\0", says: "line 1, column 3"),
      row(400, "half an object", "{\"source\":\"a\"", says: "ends in the middle"),
      row(400, "a comma too many", "{\"a\":1,}", says: "line 1, column 8"),
      row(400, "a key without quotes", "{a:1}", says: "line 1, column 2"),
      row(400, "single quotes", "{'a':1}", says: "line 1, column 2"),
      row(400, "a comment", "{/**/}", says: "line 1, column 2"),
      row(400, "depth 33", String(repeating: "[", count: 33) + String(repeating: "]", count: 33), says: "column 33"),
      row(400, "depth 100,000", String(repeating: "[", count: 100_000), says: "nested more than 32 deep"),
      row(400, "objects 100,000 deep", String(repeating: "{\"a\":", count: 100_000), says: "nested more than 32 deep"),
      row(400, "a key twice", "{\"source\":\"a\",\"source\":\"b\"}", says: "occurs twice"),
      row(400, "a key twice, once escaped", "{\"a\":1,\"\\u0061\":2}", says: "occurs twice"),
      row(400, "1e400", "{\"a\":1e400}", says: "does not fit a double"),
      row(400, "-1e400", "{\"a\":-1e400}", says: "does not fit a double"),
      row(400, "2^53 + 1", "{\"a\":9007199254740993}", says: "exceeds 2^53"),
      row(400, "2^64", "{\"a\":18446744073709551616}", says: "exceeds 2^53"),
      row(400, "a number of 100,000 digits", "{\"a\":\(String(repeating: "9", count: 100_000))}", says: "exceeds 2^53"),
      row(400, "a high surrogate alone", "{\"a\":\"\\ud800\"}", says: "surrogate"),
      row(400, "a low surrogate alone", "{\"a\":\"\\udc00\"}", says: "surrogate"),
      row(400, "surrogates the wrong way round", "{\"a\":\"\\udc00\\ud800\"}", says: "surrogate"),
      row(400, "a surrogate and an ordinary escape", "{\"a\":\"\\ud800\\u0041\"}", says: "surrogate"),
      row(400, "a raw line break in a string", "{\"a\":\"b\nc\"}", says: "must be escaped"),
      row(400, "a raw NUL in a string", "{\"a\":\"\0\"}", says: "must be escaped"),
      row(400, "an unknown escape", "{\"a\":\"\\x41\"}", says: "escape sequence"),
    ]
    + ["NaN", "Infinity", "-Infinity", "+1", "01", "1.", ".5", "1e", "0x10", "-", "True", "nul", "undefined"].map {
      row(400, $0, "{\"a\":\($0)}", says: "The body is not valid JSON at line 1, column ")
    }

  static let misdirected: [HostileRow] = [
    row(415, "no type", "{}", type: nil, says: "no Content-Type"),
    row(415, "plain text", "{}", type: "text/plain", says: "application/json"),
    row(415, "a form", "source=a", type: "application/x-www-form-urlencoded", says: "application/json"),
    row(415, "another charset", "{}", type: "application/json; charset=utf-16", says: "UTF-8"),
    row(415, "a type with a comma", "{}", type: "application/json, text/plain", says: "application/json"),
    row(415, "a type that begins alike", "{}", type: "application/jsonp", says: "application/json"),
    row(415, "a type that is none", "{}", type: "json", says: "application/json"),
    row(415, "a type twice", "{}", type: "application/json\r\nContent-Type: application/json", says: "once"),
    row(415, "two types", "{}", type: "application/json\r\nContent-Type: text/plain", says: "once"),
    row(422, "an array", "[]", says: "must be a JSON object"), row(422, "null", "null", says: "must be a JSON object"),
    row(422, "a text", "\"source\"", says: "must be a JSON object"),
    row(422, "nothing that was asked for", "{}", says: "\"field\":\"source\""),
    row(422, "a source that is a number", "{\"source\":1}", says: "\"field\":\"source\""),
    row(422, "an unknown field", "{\"source\":\"a\",\"sauce\":1}", says: "\\\"sauce\\\""),
    row(422, "plugins that are a text", "{\"source\":\"a\",\"plugins\":\"x\"}", says: "\"field\":\"plugins\""),
    row(422, "a plugin that is null", "{\"source\":\"a\",\"plugins\":[null]}", says: "\"field\":\"plugins\""),
    row(
      422, "an unknown device", "{\"source\":\"a\",\"device_requested\":\"tpu\"}",
      says: "\"field\":\"device_requested\""),
    row(422, "options that are a list", "{\"source\":\"a\",\"options\":[]}", says: "\"field\":\"options\""),
    row(422, "a name that is an object", "{\"source\":\"a\",\"name\":{}}", says: "\"field\":\"name\""),
  ]

  private static func large(_ description: String, _ lines: String) -> HostileRow {
    HostileRow(
      description, "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\(lines)", 413,
      closes: true, words: "TOO_LARGE")
  }

  static let large: [HostileRow] = [
    large("a body of 1 MiB and a byte, declared", "Content-Length: 1048577\r\n\r\n"),
    large("a chunk of 1 MiB and a byte, announced", "Transfer-Encoding: chunked\r\n\r\n100001\r\n"),
    HostileRow(
      "an upload over 512 MiB, declared",
      "PUT /v1/uploads/a.y4m HTTP/1.1\r\nHost: localhost\r\nContent-Length: 536870913\r\n\r\n", 413, closes: true),
    HostileRow(
      "an upload's chunk over 512 MiB, announced",
      "PUT /v1/uploads/a.y4m HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n20000001\r\n", 413,
      closes: true),
  ]

  private func check(_ table: [HostileRow], _ way: HostileRow.Way) throws {
    // A body of 100,000 bytes is not sent one byte at a time: it would only show how fast this client is.
    try HostileApp.check(way == .byteByByte ? table.filter { $0.byteCount < 20_000 } : table, way)
  }

  @Test(arguments: HostileRow.Way.allCases) func `what is no JSON is 400 and says where`(way: HostileRow.Way) throws {
    try check(Self.malformed, way)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `another type is 415, another shape 422 and names the field`(way: HostileRow.Way) throws {
    try check(Self.misdirected, way)
  }

  @Test(arguments: HostileRow.Way.allCases)
  func `a body over its limit is 413 before it comes`(way: HostileRow.Way) throws {
    try check(Self.large, way)
  }

  @Test func `on a WebSocket the same is refused by name, and the connection goes on`() throws {
    let app = try RunningApp()
    for row in Self.malformed {
      // What is no text ends the connection, and so does what is too long: that is no business of JSON's.
      guard let text = String(validating: row.body, as: UTF8.self), row.byteCount < 65_536 else { continue }
      let client = try app.client()
      try client.upgrade("/v1/realtime")
      _ = try client.nextMessage { $0["type"] == "ping" }
      try client.sendText(text)
      #expect(try client.nextMessage()["payload"]?["details"]?["error_code"] == "MSG_INVALID_JSON", "\(row)")
      try client.sendText("{\"type\":\"ping\",\"payload\":{},\"timestamp\":\"2026-01-01T00:00:00.000Z\"}")
      #expect(try client.nextMessage()["type"] == "pong", "\(row)")
    }
  }

  @Test func `the tenth bad message is 4005`() throws {
    let app = try RunningApp()
    let client = try app.client()
    try client.upgrade("/v1/realtime")
    _ = try client.nextMessage { $0["type"] == "ping" }
    for _ in 0..<10 { try client.sendText("{") }
    for _ in 0..<9 { #expect(try client.nextMessage()["type"] == "error") }
    guard case .close(.tooManyBadMessages, _) = try client.nextEvent() else { return #expect(Bool(false)) }
  }
}
