import TestSupport

/// Requests that are well-formed, however unusual or unsuccessful: the connection stays open.
enum HTTPAnswerRows {
  private static let get = HTTPFramingRows.get
  private static let post = HTTPFramingRows.post
  private static let chunked = HTTPFramingRows.chunked

  static let all: [HostileRow] = [
    HostileRow("an empty line before the request", "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 200, words: "home"),
    HostileRow("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 200, closes: true, words: "home"),
    HostileRow(
      "HTTP/1.0 that asks to stay", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, closes: true,
      words: "home"),
    HostileRow("a request that asks to close", get("Connection: close\r\n"), 200, closes: true, words: "home"),
    HostileRow("the absolute form that agrees", "GET http://X/ HTTP/1.1\r\nHost: x\r\n\r\n", 200, words: "home"),
    HostileRow("the absolute form without a path", "GET http://x HTTP/1.1\r\nHost: x\r\n\r\n", 200, words: "home"),
    HostileRow(
      "OPTIONS of everything", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 204,
      fields: ["allow": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"]),
    HostileRow(
      "OPTIONS of one", "OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n", 204, fields: ["allow": "GET, HEAD, OPTIONS"]),
    HostileRow("TRACE", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405, fields: ["allow": "GET, HEAD, OPTIONS"]),
    HostileRow(
      "a wrong method", "DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", 405, fields: ["allow": "GET, HEAD, OPTIONS"]),
    HostileRow("an unknown path", "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    HostileRow("a handler that fails", "GET /failing HTTP/1.1\r\nHost: x\r\n\r\n", 500),
    HostileRow(
      "HEAD", "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", 200, fields: ["content-length": "4", "content-type": "text/plain"]),
    HostileRow(
      "HEAD of a deferred answer", "HEAD /deferred?n=1 HTTP/1.1\r\nHost: x\r\n\r\n", 200,
      fields: ["content-length": "10"]),
    HostileRow("HEAD of nothing", "HEAD /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    HostileRow(
      "a client that waits for 100", post("Content-Length: 5\r\nExpect: 100-continue", "hello"), 100, 200, words: "5"),
    HostileRow(
      "an expectation without a body", get("Expect: 100-continue\r\n"), 200, words: "home"),
    HostileRow("a length with zeros in front", post("Content-Length: 005", "hello"), 200, words: "5"),
    HostileRow("a body as large as its limit", post("Content-Length: 1000", String(repeating: "x", count: 1000)), 200),
    HostileRow(
      "chunks as large as the limit together",
      chunked(
        "1f4\r\n\(String(repeating: "x", count: 500))\r\n1F4\r\n\(String(repeating: "y", count: 500))\r\n0\r\n\r\n"),
      200, words: "1000"),
    HostileRow("chunks with extensions", chunked("5;a;b=c;d=\"e\\\"\"\r\nhello\r\n0;last\r\n\r\n"), 200, words: "5"),
    HostileRow("chunked in capitals", post("Transfer-Encoding: CHUNKED", "5\r\nhello\r\n0\r\n\r\n"), 200, words: "5"),
    HostileRow(
      "trailers that would end the body elsewhere, if they were merged",
      chunked(
        "5\r\nhello\r\n0\r\nContent-Length: 1\r\nTransfer-Encoding: gzip\r\nHost: y\r\nConnection: close\r\n\r\n"),
      200, words: "5"),
    HostileRow("a body on GET", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 200, words: "home"),
    HostileRow("100 fields", get(String(repeating: "X: y\r\n", count: 99)), 200, words: "home"),
    HostileRow(
      "a target of 8,000 bytes", "GET /?\(String(repeating: "a", count: 7_998)) HTTP/1.1\r\nHost: x\r\n\r\n", 200),
    HostileRow(
      "an upgrade to HTTP/2", get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"), 200, words: "home"),
  ]

  static let paths: [HostileRow] =
    [
      "/..", "/../", "/items/..", "/items/../x", "/items/..?x", "/%2e%2e/x", "/.%2E/x", "/%2E./x", "/items/%2e%2e",
      "/items/a%2fb", "/items/a%2Fb", "/items/a%5cb", "/items/a\\b", "/..\\..\\x", "/items/%00", "/items/a%0d%0ab",
      "/items/%7f", "/items/%1b", "/items/%", "/items/%2", "/items/%zz", "/items/%+1", "/items/%ff", "/items/%c0%ae",
      "/items/%c0%af", "/items/%ed%a0%80", "/items/%f5%80%80%80", "/items/%e2%82", "/items/a#b", "*", "x", "ftp://x/",
      "//x/..", "/?a=%zz", "/?a=%ff", "/?a=%00",
    ].map { .refused(400, "the target \($0)", "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n") }
    + [
      HostileRow("a NUL in the target", "GET /items/\0 HTTP/1.1\r\nHost: x\r\n\r\n", 400, closes: true),
      HostileRow(
        "a letter beyond ASCII in the target", "GET /items/\u{E9} HTTP/1.1\r\nHost: x\r\n\r\n", 400, closes: true),
      found("/items/%252e%252e", words: "item %2e%2e"), found("/items/a%252fb", words: "item a%2fb"),
      found("/items/...", words: "item ..."), found("/items/..a", words: "item ..a"),
      found("/items/%E2%82%AC", words: "item \u{20AC}"), found("/items/a+b", words: "item a+b"),
      // An escape is decoded once only, and characters that look like dots or slashes are none.
      missing("/%252e%252e/items/a"), missing("/items%252fa"), missing("/items/"), missing("//items/a"),
      missing("/items/a/"), missing("/items/%EF%BC%8E%EF%BC%8E/x"), missing("/./items/a"), missing("/items/a/%CC%81b"),
      missing("/ITEMS/a"),
    ]

  private static func found(_ path: String, words: String) -> HostileRow {
    HostileRow("the path \(path)", "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n", 200, words: words)
  }

  private static func missing(_ path: String) -> HostileRow {
    HostileRow("the path \(path)", "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n", 404)
  }
}
