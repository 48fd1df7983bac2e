import Testing
import Wire

struct ResponseHeadTests {
  func text(_ head: ResponseHead) throws -> String {
    var output: [UInt8] = []
    try head.write(to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  @Test func `a head is written in wire format`() throws {
    var head = ResponseHead(.ok, fields: ["content-type": "text/html", "x": ""])
    head.fields.append("set-cookie", value: "a=1")
    head.fields.append("set-cookie", value: "b=2")
    head.fields["X"] = "é"
    #expect(
      try text(head)
        == "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nset-cookie: a=1\r\nset-cookie: b=2\r\nX: é\r\n\r\n")
    head.fields["content-type"] = nil
    #expect(head.fields.map(\.name) == ["set-cookie", "set-cookie", "X"])
    #expect(try text(ResponseHead(HTTPStatus(rawValue: 299))) == "HTTP/1.1 299 \r\n\r\n")
    #expect(String(decoding: ResponseHead.continueBytes, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
  }

  @Test(
    arguments: [
      ("x", "a\r\nset-cookie: b"), ("x", "a\rb"), ("x", "a\nb"), ("x", "a\0"), ("x", "\u{1b}[0m"), ("x", "\u{7f}"),
      ("", "a"), ("a b", "c"), ("a:", "c"), ("a\r\nb", "c"), ("é", "c"),
    ] as [(String, String)])
  func `a field that could inject another one is refused, and nothing is written`(name: String, value: String) {
    var output: [UInt8] = [1]
    #expect(throws: WireError.invalidResponseField(name: name)) {
      try ResponseHead(.ok, fields: ["ok": "1", name: value]).write(to: &output)
    }
    #expect(output == [1])
  }

  @Test func `fields are equal if names and values are, in the same order`() {
    var one: HTTPFields = ["a": "1", "b": "2"]
    one["a"] = "1"
    #expect(one == ["B": "2", "a": "1"])
    #expect(one != ["a": "1", "b": "2"])
    #expect(HTTPFields().isEmpty && one.contains("A") && !one.contains("c"))
  }

  @Test(
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
      (1_709_251_200, "Fri, 01 Mar 2024 00:00:00 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
      (1_767_225_599, "Wed, 31 Dec 2025 23:59:59 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
      (.max, "Fri, 31 Dec 9999 23:59:59 GMT"), (.min, "Thu, 01 Jan 1970 00:00:00 GMT"),
    ] as [(Int, String)])
  func `a date is written in HTTP's format`(seconds: Int, text: String) {
    #expect(HTTPDate.text(unixSeconds: seconds) == text)
  }

  @Test func `a status has its phrase and knows whether it forbids a body`() {
    #expect(HTTPStatus.contentTooLarge.description == "413 Content Too Large")
    #expect(HTTPStatus(rawValue: 299).description == "299")
    #expect(HTTPStatus.notModified.forbidsBody && HTTPStatus.switchingProtocols.forbidsBody)
    #expect(HTTPStatus.noContent.forbidsBody && !HTTPStatus.ok.forbidsBody)
  }
}
