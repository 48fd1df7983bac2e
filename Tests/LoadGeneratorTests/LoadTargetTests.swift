import LoadGenerator
import Testing

struct LoadTargetTests {
  @Test(arguments: [
    ("ws://127.0.0.1:9001", "127.0.0.1:9001/default"), ("http://127.0.0.1:9001/", "127.0.0.1:9001/default"),
    ("ws://localhost:80/chat?room=1", "localhost:80/chat?room=1"), ("http://127.0.0.1", "127.0.0.1:80/default"),
    ("ws://[::1]:8000/x", "[::1]:8000/x"),
  ])
  func `a URL yields the host, the port and the path`(url: String, description: String) throws {
    let target = try LoadTarget(url: url, defaultPath: "/default")
    #expect(target.description == description)
  }

  @Test(arguments: ["127.0.0.1:9001", "wss://host", "ws://:80", "ws://host:port", "ws://127.0.0.1:99999", ""])
  func `an unsupported URL is refused`(url: String) {
    #expect(throws: LoadError.badURL(url)) { try LoadTarget(url: url, defaultPath: "/") }
  }
}
