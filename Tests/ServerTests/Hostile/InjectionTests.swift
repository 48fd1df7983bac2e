import TestSupport
import Testing

/// Values from outside in what the server sends.
struct InjectionTests {
  @Test(
    arguments: [
      "0d", "0a", "00", "0d0a", "610d0a5365742d436f6f6b69653a20783d31", "61006200", "610d0a0d0a3c7363726970743e",
    ],
    ["value", "name"])
  func `a forbidden byte in a response field is 500 without the rest of the response, and the connection stays open`(
    hexadecimal: String, part: String
  ) throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    for method in ["GET", "HEAD"] {
      let answer = try client.request(method, "/injecting?where=\(part)&value=\(hexadecimal)")
      #expect(answer.status == 500)
      #expect(answer.fields["x-value"] == nil && answer.fields["set-cookie"] == nil)
      #expect(!answer.text.contains("secret") && !answer.text.contains("script"))
      #expect(answer.fields["x-test"] == "yes")
      #expect(answer.fields["date"] != nil)
    }
    #expect(try client.request("GET", "/").text == "home")
    #expect(server.answers.statuses.withLock { $0 } == [500, 500, 200])
  }

  @Test func `that response closes the connection if the client asks for it`() throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    let answer = try client.request("GET", "/injecting?value=0d", headers: ["Connection": "close"])
    #expect(answer.status == 500)
    #expect(answer.fields["connection"] == "close")
    #expect(try client.readToEnd().isEmpty)
  }

  @Test(arguments: [
    ("0d", "\ndata: "), ("0a", "\ndata: "), ("0d0a", "\ndata: "), ("610d0d62", "a\ndata: \ndata: b"),
    ("610a0a62", "a\ndata: \ndata: b"), ("610a0d62", "a\ndata: \ndata: b"), ("00", "\0"), ("610062", "a\0b"),
    ("0d0a69643a2037", "\ndata: id: 7"), ("0a0a6576656e743a2078", "\ndata: \ndata: event: x"), ("ff", "\u{FFFD}"),
  ])
  func `a line break in an event starts another data line and nothing else`(
    hexadecimal: String, data: String
  ) throws {
    let server = try EchoServer()
    let client = try ProbeClient(port: server.port)
    try client.openEvents("/stream?event=\(hexadecimal)")
    client.closeSendingHalf()
    // On a slow machine the handler's heartbeat comes before the end.
    let text = String(decoding: try client.readToEnd(), as: UTF8.self).replacing(": tick\n\n", with: "")
    #expect(text == "event: hello\ndata: \(data)\n\n")
  }
}
