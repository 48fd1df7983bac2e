import Testing
import Wire

struct WebOriginTests {
  @Test(arguments: [
    ("http://localhost", "http://localhost:80"), ("https://a.example", "https://a.example:443"),
    ("HTTPS://A.Example", "https://a.example"), ("http://a.example:", "http://a.example"),
    ("http://a.example:0080", "http://a.example"), ("http://[::1]:8000", "http://[0:0:0:0:0:0:0:1]:8000"),
    ("http://[2001:DB8::A]", "http://[2001:db8:0:0:0:0:0:a]"), ("http://[::ffff:127.0.0.1]", "http://[::ffff:7f00:1]"),
    ("http://127.0.0.1.", "http://127.0.0.1"), ("http://[1:2:3:4:5:6::]", "http://[1:2:3:4:5:6:0:0]"),
  ])
  func `spellings of one origin are equal`(one: String, other: String) throws {
    #expect(try WebOrigin(one) == WebOrigin(other))
  }

  @Test(arguments: [
    ("http://localhost", "https://localhost"), ("http://localhost", "http://localhost:443"),
    ("http://localhost", "http://localhost."), ("http://localhost", "http://127.0.0.1"),
    ("http://127.0.0.1", "http://[::1]"), ("http://127.0.0.1", "http://[::ffff:127.0.0.1]"),
    ("http://a.example", "http://www.a.example"), ("https://a.example", "https://a.example:444"),
    ("moz-extension://abc", "chrome-extension://abc"),
  ])
  func `different origins are different`(one: String, other: String) throws {
    #expect(try WebOrigin(one) != WebOrigin(other))
  }

  @Test(arguments: [
    ("telltale.example", OriginError.noScheme), ("telltale.example:443", .noScheme), ("//a", .noScheme),
    ("https:/a", .noScheme), ("null", .noScheme), ("", .noScheme), ("*", .noScheme), ("1http://a", .noScheme),
    ("https://", .noHost), ("https://:443", .noHost), ("file:///tmp", .more("/tmp")), ("https://a/", .more("/")),
    ("https://a?b", .more("?b")), ("https://a#b", .more("#b")), ("https://a\\b", .more("\\b")),
    ("https://a@b", .userName), ("https://a:1@b", .userName), ("https://a b", .badHost("a b")),
    ("https://b\u{fc}cher.example", .badHost("b\u{fc}cher.example")), ("https://\u{212A}", .badHost("\u{212A}")),
    ("https://*.a", .badHost("*.a")), ("https://127.1", .badHost("127.1")),
    ("https://0x7f000001", .badHost("0x7f000001")),
    ("https://127.0.0.01", .badHost("127.0.0.01")), ("https://1.2.3.256", .badHost("1.2.3.256")),
    ("https://[::1", .badHost("[")), ("https://[1]", .badHost("[1]")), ("https://[::1::]", .badHost("[::1::]")),
    ("https://[1:2:3:4:5:6:7:8:9]", .badHost("[1:2:3:4:5:6:7:8:9]")), ("https://[:1]", .badHost("[:1]")),
    ("https://[fe80::1%25eth0]", .badHost("[fe80::1%25eth0]")), ("https://[:::]", .badHost("[:::]")),
    ("https://[1.2.3.4::]", .badHost("[1.2.3.4::]")), ("https://[::12345]", .badHost("[::12345]")),
    ("https://a:65536", .badPort("65536")), ("https://a:x", .badPort("x")),
    ("https://a:+80", .badPort("+80")), ("https://a:80:80", .badPort("80:80")), ("https://a\tb", .badHost("a\tb")),
    ("http://localhost, http://localhost", .more("//localhost")),
  ])
  func `what is no origin is refused with the reason`(text: String, error: OriginError) {
    let thrown = #expect(throws: OriginError.self) { try WebOrigin(text) }
    #expect(thrown == error)
  }

  @Test(arguments: [
    ("HTTP://LOCALHOST:80", "http://localhost"), ("https://[0:0:0:0:0:0:0:1]:8443", "https://[::1]:8443"),
    ("http://[::]", "http://[::]"), ("http://[1:0:0:2:0:0:0:3]", "http://[1:0:0:2::3]"),
    ("http://[1:0:2:3:4:5:6:7]", "http://[1:0:2:3:4:5:6:7]"), ("http://[1:2::]", "http://[1:2::]"),
    ("http://[::ffff:1.2.3.4]", "http://[::ffff:102:304]"), ("app://a_b-c", "app://a_b-c"),
  ])
  func `an origin is written as a browser writes it`(text: String, written: String) throws {
    #expect(try WebOrigin(text).description == written)
    #expect(try WebOrigin(written).description == written)
  }

  @Test(arguments: [
    ("localhost:80", "http://localhost"), ("localhost", "http://localhost"),
    ("LOCALHOST:8000", "http://localhost:8000"),
    ("[::1]:8000", "http://[::1]:8000"), ("127.0.0.1:", "http://127.0.0.1"),
  ])
  func `the origin of a page follows from the Host field of its request`(field: String, origin: String) throws {
    #expect(try WebOrigin(scheme: "http", hostField: field) == WebOrigin(origin))
  }

  @Test(arguments: ["", ":80", "a b", "a/b", "[::1", "a:b"])
  func `an unreadable Host field has no origin`(field: String) {
    #expect(WebOrigin(scheme: "http", hostField: field) == nil)
  }

  @Test(arguments: [
    ("localhost", true), ("LOCALHOST", true), ("127.0.0.1", true), ("127.9.9.9", true), ("[::1]", true),
    ("localhost.", false), ("0.0.0.0", false), ("[::]", false), ("128.0.0.1", false), ("a.localhost", false),
  ])
  func `loopback hosts are known`(host: String, isLoopback: Bool) {
    #expect(WebHost(host)?.isLoopback == isLoopback)
  }
}
