import App
import Domain
import Files
import JSONValues
import SampleFeature
import Server
import TestSupport
import Testing

/// The proof that a feature moves in without squeezing: each seam works for one that the product doesn't know.
struct BeaconTests {
  /// The product with the feature, on a free port.
  private final class House {
    let application: Application
    let server: HTTPServer
    /// Kept as long as the server: it stores nothing once its folder is removed.
    private let data: TemporaryFolder

    init(data: TemporaryFolder, role: Role = .admin) throws {
      self.data = data
      application = try Application(
        Configuration(arguments: ["--port", "0", "--data", data.path, "--threads", "1"]), features: [.beacons],
        log: Log(level: .error, sink: { _ in }))
      server = try application.serve(identify: { _ in Caller(name: "test", role: role, proof: .loopback) })
    }

    deinit {
      application.stop()
      server.shutDown(spread: 0, patience: 200)
      application.close()
    }

    func client() throws -> ProbeClient { try ProbeClient(port: server.port) }

    @discardableResult
    func set(_ name: String, to state: String) throws -> Int {
      try client().request("POST", "/v1/beacons/\(name)", json: ["state": .string(state)]).status
    }
  }

  @Test func `a message changes the row, the snapshot and the page, and a restart keeps them`() throws {
    let data = TemporaryFolder()
    do {
      let house = try House(data: data)
      #expect(try house.set("north", to: "lit") == 202)
      #expect(try house.set("south", to: "lit") == 202)
      #expect(try house.set("south", to: "dark") == 202)
      let page = try house.client().request("GET", "/beacons").text
      #expect(page.contains("north") && page.contains("data-template=\"beacon\""))
    }
    let house = try House(data: data)
    let client = try house.client()
    try client.upgrade("/v1/realtime?topics=beacons")
    let greeting = try client.nextMessage { $0["type"] == "ping" }
    #expect(greeting["payload"]?["snapshot_messages"] == 2)
    #expect(try client.nextMessage()["payload"] == ["name": "north", "state": "lit"])
    #expect(try client.nextMessage()["payload"] == ["name": "south", "state": "dark"])
  }

  @Test func `messages arrive live, numbered on their topic, and resume after a cursor`() throws {
    let house = try House(data: TemporaryFolder())
    let live = try house.client()
    try live.upgrade("/v1/realtime?topics=beacons")
    _ = try live.nextMessage { $0["type"] == "ping" }
    try house.set("north", to: "lit")
    let first = try live.nextMessage { $0["type"] == "beacon_changed" }
    #expect(first["topic"] == "beacons" && first["seq"] == 1)
    try house.set("north", to: "dark")
    #expect(try live.nextMessage()["seq"] == 2)
    let cursor = try #require(first["id"]?.stringValue)
    let resumed = try house.client()
    try resumed.upgrade("/v1/realtime?topics=beacons&since=\(cursor)")
    let missed = try resumed.nextMessage { $0["type"] == "beacon_changed" }
    #expect(missed["seq"] == 2 && missed["payload"]?["state"] == "dark")
  }

  @Test func `a viewer sees the page and may not light a beacon`() throws {
    let house = try House(data: TemporaryFolder(), role: .viewer)
    #expect(try house.set("north", to: "lit") == 403)
    #expect(try house.client().request("GET", "/beacons").status == 200)
    #expect(try house.client().request("GET", "/v1/realtime?topics=beacon").status != 200)
  }

  @Test func `bad input is refused by the field's name and changes nothing`() throws {
    let house = try House(data: TemporaryFolder())
    let refused = try house.client().request("POST", "/v1/beacons/north", json: ["state": "purple"])
    #expect(refused.status == 422 && refused.json?["field"] == "state")
    #expect(try !house.client().request("GET", "/beacons").text.contains("data-key=\"north\""))
  }

  @Test func `the schema, the metrics and the page's module know the feature`() throws {
    let house = try House(data: TemporaryFolder())
    try house.set("north", to: "lit")
    #expect(try house.client().request("GET", "/v1/schema/messages.json").text.contains("beacon_changed"))
    #expect(
      try house.client().request("GET", "/metrics").text
        .contains("telltale_messages_published_total{type=\"beacon_changed\"} 1"))
    let page = try house.client().request("GET", "/beacons").text
    let module = try #require(page.firstMatch(of: /src="(\/assets\/[^"]+\/js\/pages\/beacons\.js)"/))
    #expect(try house.client().request("GET", String(module.1)).status == 200)
  }

  /// The folder's declaration in Package.swift is all that the rest of the project says about it.
  @Test func `nothing outside its folder names the feature, but for the targets that hold it`() throws {
    let root = String("\(#filePath)".dropLast("Tests/SampleFeature/Tests/BeaconTests.swift".count))
    var lines: [String] = []
    for folder in ["Sources", "Stories", "web", "Tests"] {
      for name in try FileSystem.files(below: root + folder)
      where name.hasSuffix(".swift") || name.hasSuffix(".js") || name.hasSuffix(".mjs") || name.hasSuffix(".css") {
        guard !(folder == "Tests" && name.hasPrefix("SampleFeature/")) else { continue }
        let text = String(decoding: try FileSystem.read("\(root)\(folder)/\(name)", maxBytes: 1 << 22), as: UTF8.self)
        lines += text.split(separator: "\n").filter {
          $0.lowercased().contains("beacon") || $0.contains("SampleFeature")
        }
        .map { "\(folder)/\(name): \($0)" }
      }
    }
    #expect(lines == [])
  }
}
