import Testing
import Wire

struct HTTPRequestParserTests {
  /// The result of parsing some bytes, with the pieces of each body joined, so that it does not depend on the splits.
  struct Transcript: Equatable {
    var requests: [String] = []
    var error: WireError?
  }

  /// Feeds the bytes to a new parser in pieces that end at the given offsets.
  static func transcript(of bytes: [UInt8], cutAt cuts: [Int] = [], limits: HTTPLimits = HTTPLimits()) -> Transcript {
    var parser = HTTPRequestParser(limits: limits)
    var result = Transcript()
    var current = ""
    var start = 0
    for end in cuts + [bytes.count] {
      var rest = Array(bytes[start..<end])
      start = end
      do {
        while true {
          let (consumed, event) = try parser.parse(rest.span.bytes)
          switch event {
          case .head(let head): current = "\(head.method) \(head.path) "
          case .body(let range): current += String(decoding: rest[range], as: UTF8.self)
          case .end: result.requests.append(current)
          case nil: break
          }
          rest.removeFirst(consumed)
          guard event != nil else { break }
        }
        #expect(rest.isEmpty, "Without an event all bytes must be consumed.")
      } catch {
        result.error = error
        #expect(throws: error) { try parser.parse([UInt8]("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8).span.bytes) }
        return result
      }
    }
    return result
  }

  /// Parses the text in one piece, split in two at every byte, and byte by byte.
  static func expectForAllSplits(
    _ text: String, gives expected: Transcript, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let bytes = Array(text.utf8)
    #expect(transcript(of: bytes) == expected, sourceLocation: sourceLocation)
    #expect(transcript(of: bytes, cutAt: Array(1..<max(bytes.count, 1))) == expected, sourceLocation: sourceLocation)
    for cut in 0...bytes.count where transcript(of: bytes, cutAt: [cut]) != expected {
      Issue.record("The result differs when split at byte \(cut).", sourceLocation: sourceLocation)
    }
  }

  static let next = "GET /next HTTP/1.1\r\nHost: h\r\n\r\n"

  static func head(_ text: String) throws -> RequestHead {
    var parser = HTTPRequestParser()
    let event = try parser.parse(Array(text.utf8).span.bytes).event
    guard case .head(let head) = event else { throw WireError.malformedRequestLine }
    return head
  }

  @Test(
    arguments: [
      ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / "),
      ("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / "),
      ("GET / HTTP/1.1\r\nhOsT:h\r\n\r\n", "GET / "),
      ("GET /a?b=c HTTP/1.1\r\nHost: h:80 \t\r\nX:\r\nY: \t \r\nZ: a b\u{e9}\r\n\r\n", "GET /a "),
      ("HEAD /%61%2e%25 HTTP/1.0\r\n\r\n", "HEAD /a.% "),
      ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "POST / hello"),
      ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", "POST / "),
      ("POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", "POST / hi"),
      ("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "PUT / hello"),
      (
        "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n00b;a;b=c;d=\"e\\\"; \"\r\nhello world\r\n"
          + "2\r\n!!\r\n000\r\nTrailer: x\r\nHost: evil\r\n\r\n", "PUT / hello world!!"
      ),
      ("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "OPTIONS * "),
      ("GET http://H:8000/x?y HTTP/1.1\r\nHost: h:8000\r\n\r\n", "GET /x "),
      ("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n", "GET / "),
      ("GET http://h?q HTTP/1.1\r\nHost: h\r\n\r\n", "GET / "),
      ("GET / HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n", "GET / "),
      ("TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", "TRACE / "),
      ("GET /a...b/.../%252e%252e/.hidden HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a...b/.../%2e%2e/.hidden "),
    ] as [(String, String)])
  func `a request and the one after it parse the same for all splits`(text: String, request: String) {
    Self.expectForAllSplits(text, gives: Transcript(requests: [request]))
    Self.expectForAllSplits(text + Self.next, gives: Transcript(requests: [request, "GET /next "]))
  }

  @Test func `pipelined requests are parsed in order`() {
    let text = (0..<100).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined()
    let expected = Transcript(requests: (0..<100).map { "GET /\($0) " })
    #expect(Self.transcript(of: Array(text.utf8)) == expected)
    #expect(Self.transcript(of: Array(text.utf8), cutAt: Array(1..<text.utf8.count)) == expected)
  }

  static let framing: [(String, WireError)] = [
    // Ambiguous ends of the body.
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", .ambiguousLength),
    ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", .ambiguousLength),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5, 5\r\n\r\n", .malformedLength),
    // Malformed numbers.
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -0\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x5\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5 5\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5_0\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \u{0665}\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775808\r\n\r\n", .malformedLength),
    ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551616\r\n\r\n", .malformedLength),
    // Transfer-Encoding other than exactly one chunked.
    ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedTransferEncoding),
    ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n", .unsupportedTransferEncoding),
    ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked,\r\n\r\n", .unsupportedTransferEncoding),
    ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", .unsupportedTransferEncoding),
    ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chun\u{212A}ed\r\n\r\n", .unsupportedTransferEncoding),
    ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \u{0B}chunked\r\n\r\n", .malformedField),
    ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\u{0C}\r\n\r\n", .malformedField),
    ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\0\r\n\r\n", .malformedField),
    (
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
      .unsupportedTransferEncoding
    ),
    ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .unsupportedTransferEncoding),
    // Lines.
    ("GET / HTTP/1.1\r\nHost : h\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\n: h\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: h\r\nX: a\u{1}\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: h\r\nX: a\u{7F}\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n\tb\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\n Host: h\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nH\u{E9}st: h\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\nHost: h\n\n", .bareNewline),
    ("GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", .bareNewline),
    ("GET / HTTP/1.1\r\nHost: h\r\n\n", .bareNewline),
    ("GET / HTTP/1.1\r\nHost: h\r\n\rX", .bareNewline),
    ("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", .bareNewline),
    ("GET / HTTP/1.1\rHost: h\r\n\r\n", .bareNewline),
    ("GET / HTTP/1.1\r\nHost\n: h\r\n\r\n", .bareNewline),
    ("\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", .bareNewline),
    // Request lines.
    ("GET /\r\n", .malformedRequestLine),
    ("GET / \r\n", .malformedRequestLine),
    ("GET\r\n", .malformedRequestLine),
    ("GET  / HTTP/1.1\r\n", .malformedRequestLine),
    ("GET / HTTP/1.1 \r\n", .malformedRequestLine),
    (" GET / HTTP/1.1\r\n", .malformedRequestLine),
    ("GET / http/1.1\r\n", .malformedRequestLine),
    ("GET / HTTP/1.x\r\n", .malformedRequestLine),
    ("GET / HTTP/11\r\n", .malformedRequestLine),
    ("GET /\u{E9} HTTP/1.1\r\n", .malformedRequestLine),
    ("G\u{130}T / HTTP/1.1\r\n", .malformedRequestLine),
    ("\u{16}\u{3}\u{1}\u{2}", .malformedRequestLine),
    (String(repeating: "A", count: 33), .malformedRequestLine),
    ("GET / HTTP/1.2\r\n", .unsupportedVersion),
    ("GET / HTTP/0.9\r\n", .unsupportedVersion),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion),
    ("get / HTTP/1.1\r\nHost: h\r\n\r\n", .unknownMethod),
    ("BREW / HTTP/1.1\r\nHost: h\r\n\r\n", .unknownMethod),
    ("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", .methodNotServed),
    // Targets and hosts.
    ("GET * HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    ("GET index.html HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    ("GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    ("GET /#x HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
    ("GET http://other/ HTTP/1.1\r\nHost: h\r\n\r\n", .hostMismatch),
    ("GET http://h:81/ HTTP/1.1\r\nHost: h\r\n\r\n", .hostMismatch),
    ("GET http://u@h/ HTTP/1.1\r\nHost: h\r\n\r\n", .hostMismatch),
    ("GET http:///x HTTP/1.1\r\nHost: h\r\n\r\n", .hostMismatch),
    ("GET / HTTP/1.1\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost:\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost: :80\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nHost: [g::1]\r\n\r\n", .malformedHost),
    ("POST / HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\n\r\n", .unsupportedExpectation),
  ]

  @Test(arguments: framing) func `a malformed or ambiguous request is refused`(
    text: String, error: WireError
  ) {
    Self.expectForAllSplits(text, gives: Transcript(error: error))
    Self.expectForAllSplits(text + Self.next, gives: Transcript(error: error))
    Self.expectForAllSplits(Self.next + text, gives: Transcript(requests: ["GET /next "], error: error))
  }

  @Test(
    arguments: [
      "/..", "/../x", "/a/../b", "/a/..", "/%2e%2e/x", "/.%2E/x", "/%2E.", "/a%2fb", "/a%2Fb", "/a%5cb", "/a\\b",
      "/%00", "/%0a", "/%1f", "/%7f", "/%", "/%4", "/%g1", "/%+1", "/a%2", "/%ff", "/%c0%ae%c0%ae", "/%ed%a0%80",
    ]) func `a path that could escape its folder is refused`(path: String)
  {
    Self.expectForAllSplits("GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n", gives: Transcript(error: .malformedPath))
  }

  @Test(arguments: ["/?%", "/?a=%zz", "/?a=%ff", "/?%00=1", "/?a=%C3&b=%A9"])
  func `a query that can't be decoded is refused`(target: String) {
    Self.expectForAllSplits("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n", gives: Transcript(error: .malformedQuery))
  }

  static let chunks: [(String, WireError)] = [
    ("-1\r\n", .malformedChunk), ("+5\r\nhello\r\n", .malformedChunk), ("0x5\r\nhello\r\n", .malformedChunk),
    (" 5\r\nhello\r\n", .malformedChunk), ("5 \r\nhello\r\n", .malformedChunk), ("5\t;a\r\n", .malformedChunk),
    ("\r\n", .malformedChunk), (";a\r\n", .malformedChunk), ("g\r\n", .malformedChunk),
    ("00000000000000005\r\nhello\r\n", .malformedChunk), ("ffffffffffffffff\r\n", .malformedChunk),
    ("8000000000000000\r\n", .malformedChunk),
    ("5\nhello\r\n", .bareNewline), ("5\rhello", .bareNewline), ("5;a\nhello", .bareNewline),
    ("1\r\nhello\r\n", .malformedChunk), ("5\r\nhello\n", .malformedChunk), ("5\r\nhello\rX", .malformedChunk),
    ("5;\r\nhello\r\n", .malformedChunk), ("5; a\r\n", .malformedChunk), ("5;a=\r\n", .malformedChunk),
    ("5;a=\"b\r\n", .malformedChunk), ("5;a=\"b\"c\r\n", .malformedChunk), ("5;a b\r\n", .malformedChunk),
    ("5;a=b=c\r\n", .malformedChunk), ("5;a\u{1}\r\n", .malformedChunk), ("5;a=\"\0\"\r\n", .malformedChunk),
    ("5;\(String(repeating: "a", count: 256))\r\n", .malformedChunk),
    ("0\r\nX : y\r\n\r\n", .malformedField), ("0\r\n y\r\n\r\n", .malformedField), ("0\r\nX: y\n\r\n", .bareNewline),
    ("0\r\n\(String(repeating: "X: y\r\n", count: 101))\r\n", .tooManyFields(limit: 100)),
    ("0\r\nX: \(String(repeating: "y", count: 16_384))\r\n\r\n", .headTooLarge(limit: 16_384)),
  ]

  @Test(arguments: chunks) func `a malformed chunk is refused`(body: String, error: WireError) {
    let text = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\(body)"
    if body.utf8.count < 1_000 {
      Self.expectForAllSplits(text, gives: Transcript(error: error))
      Self.expectForAllSplits(text + Self.next, gives: Transcript(error: error))
    } else {
      #expect(Self.transcript(of: Array(text.utf8)) == Transcript(error: error))
      #expect(Self.transcript(of: Array(text.utf8), cutAt: Array(1..<text.utf8.count)) == Transcript(error: error))
    }
  }

  @Test func `a chunk extension of 255 bytes after the semicolon is accepted`() {
    let name = String(repeating: "a", count: 255)
    let text = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;\(name)\r\nx\r\n0\r\n\r\n"
    #expect(Self.transcript(of: Array(text.utf8)) == Transcript(requests: ["PUT / x"]))
  }

  @Test func `limits are exact to the byte, also if the head is split`() {
    func check(_ text: String, gives expected: Transcript) {
      let bytes = Array(text.utf8)
      #expect(Self.transcript(of: bytes) == expected)
      #expect(Self.transcript(of: bytes, cutAt: Array(1..<bytes.count)) == expected)
    }
    let path = "/" + String(repeating: "a", count: 7_999)
    check("GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n", gives: Transcript(requests: ["GET \(path) "]))
    check("GET \(path)a HTTP/1.1\r\nHost: h\r\n\r\n", gives: Transcript(error: .targetTooLong(limit: 8_000)))
    check("GET \(path)\(path)\(path)", gives: Transcript(error: .targetTooLong(limit: 8_000)))

    let start = "GET / HTTP/1.1\r\nHost: h\r\nX: "
    let value = String(repeating: "v", count: 16_384 - start.utf8.count - 4)
    check("\(start)\(value)\r\n\r\n", gives: Transcript(requests: ["GET / "]))
    check("\(start)\(value)v\r\n\r\n", gives: Transcript(error: .headTooLarge(limit: 16_384)))
    check("\(start)\(value)vvvvvvvvvv", gives: Transcript(error: .headTooLarge(limit: 16_384)))
    check(String(repeating: "\r\n", count: 8_192), gives: Transcript(error: .headTooLarge(limit: 16_384)))

    let fields = String(repeating: "X: y\r\n", count: 99)
    check("GET / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n", gives: Transcript(requests: ["GET / "]))
    check("GET / HTTP/1.1\r\nHost: h\r\n\(fields)X: y\r\n\r\n", gives: Transcript(error: .tooManyFields(limit: 100)))
  }

  @Test func `the head determines body length, keep-alive and 100-continue`() throws {
    let plain = try Self.head("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(plain.keepAlive && !plain.expectsContinue && plain.bodyLength == .none && plain.version == .http11)
    let old = try Self.head("GET / HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n\r\n")
    #expect(!old.keepAlive && !old.expectsContinue && old.host == nil)
    let closing = try Self.head("GET / HTTP/1.1\r\nHost: h\r\nConnection: a, Close\r\nConnection: b\r\n\r\n")
    #expect(!closing.keepAlive)
    let upload = try Self.head("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 010\r\n\r\n")
    #expect(upload.expectsContinue && upload.bodyLength == .length(10))
  }

  @Test func `target, path, query and fields are read from the head`() throws {
    let head = try Self.head(
      "GET /a%20b/%C3%A9?q=x+y%2B%3d&empty=&flag&q=2 HTTP/1.1\r\nHost: h\r\nX-A:  1 \r\nx-a: 2\r\n\r\n")
    #expect(head.target == "/a%20b/%C3%A9?q=x+y%2B%3d&empty=&flag&q=2")
    #expect(head.path == "/a b/é")
    #expect(head.query["q"] == "x y+=" && head.query.values(of: "q") == ["x y+=", "2"])
    #expect(head.query["empty"] == "" && head.query["flag"] == "" && head.query["none"] == nil)
    #expect(head.fields["X-a"] == "1" && head.fields.values(of: "x-A") == ["1", "2"] && head.fields.count == 3)
    #expect(head.host == "h")
  }

  @Test func `a parser is inside a request from its first byte to its end`() throws {
    var parser = HTTPRequestParser()
    // Collected first, because `#expect` can't capture a noncopyable value.
    var isInside = [parser.isInsideRequest]
    // An empty line, as some clients send it after a body; the first byte of a head; the rest of it; the body; the end.
    for text in ["\r\n", "G", "ET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n", "x", ""] {
      _ = try parser.parse(Array(text.utf8).span.bytes)
      isInside.append(parser.isInsideRequest)
    }
    #expect(isInside == [false, false, true, true, true, false])
  }

  @Test func `the largest possible body length is reported without allocating`() throws {
    let head = try Self.head("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775807\r\n\r\n")
    #expect(head.bodyLength == .length(.max))
  }
}
