import App
import Domain
import JSONValues
import Store
import TestSupport
import Testing
import Wire

/// A topic for admins only is delivered to no one else, over whatever transport and from whatever position.
struct AudienceTests {
  private static let secret = Topic(
    TopicKind("secret", hasID: false, isInDefaultSubscription: true, audience: .admins))
  private static let notice = MessageType("notice", .numbered)

  /// A feature with nothing but the topic.
  private struct Nothing: Projection {
    let topics: Set<TopicKind> = [AudienceTests.secret.kind]

    func fold(_ batch: [NumberedPublication], into rows: inout StoreBatch) -> @Sendable () -> Void { {} }
    func exists(_ topic: Topic) -> Bool { false }
    func snapshotInMemory(of topic: Topic) -> TopicSnapshot? { nil }
    func snapshot(of topic: Topic) -> TopicSnapshot? { nil }
  }

  /// Callers are viewers, but for those whose request says that it is an admin's.
  private func app() throws -> RunningApp {
    let feature = Feature(
      topics: [Self.secret.kind], messages: [.init(Self.notice, payload: [.required("text", .text(maxBytes: 100))])],
      tables: FeatureTables(feature: "secret", steps: []),
      makeParts: { _ in Feature.Parts(projection: Nothing(), routes: { _ in [] }) })
    return try RunningApp(
      features: [feature],
      identify: { head in
        head.fields["x-role"] == "admin" ? .localAdmin : Caller(name: "a viewer", role: .viewer, proof: .loopback)
      })
  }

  private func publish(_ text: String, to topic: Topic, of app: RunningApp) {
    app.publish(RealtimeMessage(Self.notice, ["text": .string(text)]), to: topic)
  }

  private func nextText(_ client: ProbeClient) throws -> String? {
    try client.nextMessage { $0["type"] == "notice" }["payload"]?["text"]?.stringValue
  }

  /// Opens a WebSocket and waits until it is subscribed.
  private func connect(_ app: RunningApp, _ query: String = "", role: String = "viewer") throws -> ProbeClient {
    let client = try app.client()
    try client.upgrade("/v1/realtime\(query)", headers: ["X-Role": role])
    _ = try client.nextMessage { $0["type"] == "ping" }
    return client
  }

  private let events = ["Accept": "text/event-stream", "X-Role": "viewer"]

  @Test func `everything does not include what the caller may not read`() throws {
    let app = try app()
    let (viewer, admin) = (try connect(app), try connect(app, role: "admin"))
    publish("for admins", to: Self.secret, of: app)
    publish("for all", to: .events, of: app)
    #expect(try nextText(viewer) == "for all")
    #expect(try [nextText(admin), nextText(admin)] == ["for admins", "for all"])
  }

  @Test func `a stream of events has no more than a WebSocket`() throws {
    let app = try app()
    let client = try app.client()
    #expect(try client.openEvents("/v1/realtime", headers: ["X-Role": "viewer"]).status == 200)
    _ = try client.read(through: Array("event: ping\n".utf8))
    publish("for admins", to: Self.secret, of: app)
    publish("for all", to: .events, of: app)
    let received = String(decoding: try client.read(through: Array("for all".utf8)), as: UTF8.self)
    #expect(!received.contains("for admins") && !received.contains("secret"))
  }

  @Test func `a client that resumes gets nothing that it could not have received`() throws {
    let app = try app()
    let epoch = try app.epoch()
    let witness = try connect(app, role: "admin")
    publish("for admins", to: Self.secret, of: app)
    publish("for all", to: .events, of: app)
    #expect(try [nextText(witness), nextText(witness)] == ["for admins", "for all"])
    let client = try app.client()
    try client.upgrade("/v1/realtime?since=\(epoch):0", headers: ["X-Role": "viewer"])
    #expect(try nextText(client) == "for all")
  }

  @Test func `naming the topic is refused when connecting`() throws {
    let app = try app()
    let client = try app.client()
    try client.upgrade("/v1/realtime?topics=events,secret", headers: ["X-Role": "viewer"])
    let refusal = try client.nextMessage()
    #expect(refusal["payload"]?["error"]?.stringValue?.contains("You may not read the topic secret.") == true)
    guard case .close(let code, _) = try client.nextEvent() else {
      Issue.record("The connection was not closed.")
      return
    }
    #expect(code == .forbidden)
    let answer = try app.client().request("GET", "/v1/realtime?topics=secret", headers: events)
    #expect(answer.status == 403 && answer.text.contains("You may not read the topic secret."))
    let admin = try connect(app, "?topics=secret", role: "admin")
    publish("for admins", to: Self.secret, of: app)
    #expect(try nextText(admin) == "for admins")
  }

  @Test func `naming the topic is refused on an open connection, and what it had stays`() throws {
    let app = try app()
    let client = try connect(app, "?topics=events")
    try client.sendText(#"{"type":"subscribe","payload":{"topics":["secret"]},"timestamp":"2026-01-01T00:00:00Z"}"#)
    let refusal = try client.nextMessage()
    #expect(refusal["type"] == "error")
    #expect(refusal["payload"]?["error"]?.stringValue?.contains("You may not read the topic secret.") == true)
    publish("for admins", to: Self.secret, of: app)
    publish("for all", to: .events, of: app)
    #expect(try nextText(client) == "for all")
  }
}

struct SchemaTests {
  @Test func `the schema names every type that clients may see or send, and no internal one`() throws {
    let app = try RunningApp()
    let answer = try app.client().request("GET", "/v1/schema/messages.json")
    #expect(answer.status == 200 && answer.fields["content-type"]?.hasPrefix("application/json") == true)
    let schema = try #require(answer.json)
    #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
    let types = try #require(schema["oneOf"]?.arrayValue).map { $0["properties"]?["type"]?["const"]?.stringValue }
    let visible = MessageTable.core.rows.filter { $0.isSent || $0.isReceived }.map { Optional($0.type.rawValue) }
    #expect(types == visible)
    #expect(types.contains("frame") && types.contains("subscribe") && !types.contains { $0?.hasPrefix("_") == true })
    let progress = try #require(schema["oneOf"]?.arrayValue?.first)["properties"]?["payload"]
    #expect(progress?["required"] == ["progress"])
    #expect(progress?["properties"]?["progress"] == ["type": "number", "minimum": 0, "maximum": 100])
  }
}
