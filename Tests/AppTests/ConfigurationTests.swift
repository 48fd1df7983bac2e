import App
import Testing

struct ConfigurationTests {
  @Test func `an option goes before the environment, which goes before the file`() throws {
    let file = Array("{\"port\": 1, \"data\": \"file\", \"jobs\": 3}".utf8)
    let environment = ["TELLTALE_PORT": "2", "TELLTALE_DATA": "environment"]
    let configuration = try Configuration(arguments: ["--port", "3"], environment: environment, file: file)
    #expect(configuration.port == 3)
    #expect(configuration.data == "environment")
    #expect(configuration.jobs == 3)
  }

  @Test func `a mistake outside the command line is told by the name it has there`() {
    let ofEnvironment = #expect(throws: UsageError.self) {
      try Configuration(arguments: [], environment: ["TELLTALE_PORT": "zz"])
    }
    #expect(
      ofEnvironment?.description == "TELLTALE_PORT must be a whole number from 0 to 65535, such as 8000, not \"zz\".")
    let ofValue = #expect(throws: UsageError.self) {
      try Configuration(arguments: [], file: Array("{\"max_connections\": 0}".utf8))
    }
    #expect(ofValue?.description.hasPrefix("max_connections in telltale.json must be a whole number") == true)
    let ofKey = #expect(throws: UsageError.self) {
      try Configuration(arguments: [], file: Array("{\"prot\": 1}".utf8))
    }
    #expect(ofKey?.description == "prot in telltale.json is unknown. Did you mean port?")
  }

  @Test(arguments: [
    (["--prot", "1"], "--prot is unknown. Did you mean --port?"), (["--port"], "--port needs a value: --port N."),
    (["--port", "x"], "--port must be a whole number from 0 to 65535, such as 8000, not \"x\"."), (["extra"], "extra"),
    (["--port", "+1"], "not \"+1\""), (["--data", "--port", "1"], "--data needs a value: --data FOLDER."),
    (["--data", ""], "--data must be a folder, such as ./data, and not empty."),
    (["--host", "0.0.0.0"], "--host must be a loopback address, such as 127.0.0.1, not \"0.0.0.0\""),
    (["--host", "127.0.0.999"], "--host must be a loopback address"), (["--host", "example"], "not \"example\""),
    (["--heartbeat-timeout", "5"], "--heartbeat-timeout 5 must be longer than --heartbeat-interval 30, such as 60,"),
    (["--demo=yes"], "--demo must be true, false, 1 or 0, not \"yes\"."),
    (["--log-level", "loud"], "--log-level must be debug, info, warning or error, not \"loud\"."),
    (["--public-url", "telltale.example"], "has no scheme such as https://. Did you mean https://telltale.example?"),
    (["--public-url", "telltale.example:443"], "Did you mean https://telltale.example?"),
    (
      ["--public-url", "https://telltale.example/jobs"],
      "has \"/jobs\" after the host: the pages have to be at the root"
    ),
    (["--public-url", "https://telltale.example//"], "has \"/\" after the host"),
    (["--public-url", "https://:443"], "names no host."), (["--public-url", ""], "has no scheme"),
    (["--public-url", "https://me@telltale.example"], "has a user name."),
    (["--public-url", "ftp://telltale.example"], "has another scheme than http and https."),
    (["--public-url", "https://b\u{fc}cher.example"], "has to be written in ASCII (xn--…)."),
    (["--public-url", "https://telltale.example:99999"], "has the port 99999, which is not a number up to 65535."),
    (["--allow-origin", "nonsense"], "\"nonsense\" has no scheme such as https://. Did you mean https://nonsense?"),
    (["--allow-origin", "*"], "would let every site use this server. Name each origin."),
    (["--allow-origin", "null"], "can't be allowed."), (["--allow-origin", ""], "and not empty."),
    (["--allow-origin", "wss://friend.example"], "is the address of a WebSocket"),
    (["--allow-origin", "https://friend.example/page"], "has \"/page\" after the host."),
    (["--allow-origin", "https://a.example,b"], "\"b\" has no scheme"),
  ])
  func `a mistake is answered with a sentence that helps`(arguments: [String], sentence: String) {
    let error = #expect(throws: UsageError.self) { try Configuration(arguments: arguments) }
    #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    ("https://telltale.example", "https://telltale.example"), ("https://telltale.example/", "https://telltale.example"),
    ("HTTPS://Telltale.Example:443/", "https://telltale.example"), ("http://10.0.0.1:8080", "http://10.0.0.1:8080"),
    ("http://[2001:db8:0:0:0:0:0:1]:80", "http://[2001:db8::1]"),
  ])
  func `the URL of a proxy is taken in every spelling of its origin`(text: String, origin: String) throws {
    #expect(try Configuration(arguments: ["--public-url", text]).publicURL?.description == origin)
  }

  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1"), ("127.1.2.3", "127.1.2.3"), ("::1", "::1"), ("[::1]", "::1"),
    ("0:0:0:0:0:0:0:1", "::1"),
    ("LOCALHOST", "localhost"),
  ])
  func `a loopback address is taken in every spelling`(text: String, host: String) throws {
    #expect(try Configuration(arguments: ["--host", text]).host == host)
  }

  @Test func `an option that may be repeated replaces what the environment and the file set`() throws {
    func origins(_ arguments: [String], _ variable: String?) throws -> [String] {
      try Configuration(
        arguments: arguments, environment: variable.map { ["TELLTALE_ALLOW_ORIGIN": $0] } ?? [:],
        file: Array("{\"allow_origin\": [\"https://a.example\", \"https://b.example\"]}".utf8)
      ).allowedOrigins.map(\.description)
    }
    #expect(try origins([], nil) == ["https://a.example", "https://b.example"])
    #expect(try origins([], "https://c.example, https://d.example") == ["https://c.example", "https://d.example"])
    #expect(
      try origins(["--allow-origin", "https://e.example", "--allow-origin=app://f"], "https://c.example")
        == ["https://e.example", "app://f"])
  }

  @Test func `a variable that is set but empty counts as not set`() throws {
    let configuration = try Configuration(arguments: [], environment: ["TELLTALE_PORT": "", "TELLTALE_DEMO": ""])
    #expect(configuration.port == 8000 && !configuration.demo)
  }

  @Test(arguments: [
    ("[1]", "telltale.json must be a JSON object, such as {\"port\": 9000}."),
    ("{\"port\": 1,\n}", "telltale.json is not valid JSON at line 2, column 1: unexpected '}'."),
    ("{\"data\": {}}", "data in telltale.json must be a string, a number, true or false, not {}."),
    ("{\"port\": [1, 2]}", "port in telltale.json must be a single value and not an array."),
    ("{\"port\": null}", "port in telltale.json must be a string, a number, true or false, not null."),
    ("{\"demo\": \"maybe\"}", "demo in telltale.json must be true, false, 1 or 0, not \"maybe\"."),
    ("{\"public_url\": \"telltale.example\"}", "public_url in telltale.json must be the URL at which browsers reach"),
  ])
  func `a mistake in the file is told with its place`(text: String, sentence: String) {
    let error = #expect(throws: UsageError.self) { try Configuration(arguments: [], file: Array(text.utf8)) }
    #expect(error?.description.hasPrefix(sentence) == true, "\(String(describing: error))")
  }

  @Test func `every option refuses an empty value with a sentence that begins with its name`() {
    for option in Configuration.options {
      let error = #expect(throws: UsageError.self, "\(option.name)") {
        try Configuration(arguments: ["--\(option.name)="])
      }
      #expect(error?.description.hasPrefix("--\(option.name) must be ") == true, "\(String(describing: error))")
    }
  }
}
