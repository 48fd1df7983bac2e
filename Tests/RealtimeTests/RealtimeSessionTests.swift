import Domain
import JSONValues
import Realtime
import Testing
import Wire

struct RealtimeSessionTests {
  private func session(now: Int = 0, subscription: Subscription = .everything) -> RealtimeSession {
    RealtimeSession(.init(limits: .init(), topics: .core), subscription: subscription, now: now)
  }

  private func message(_ type: String, _ payload: JSON = [:]) -> [UInt8] {
    JSON.object(["type": .string(type), "payload": payload, "timestamp": "2026-02-04T15:30:00.123Z"]).encoded()
  }

  private func sent(_ actions: [RealtimeSession.Action]) -> [String] {
    actions.compactMap { if case .send(let message) = $0 { message.type.rawValue } else { nil } }
  }

  private func changed(_ actions: [RealtimeSession.Action]) -> Subscription? {
    for case .change(let subscription) in actions { return subscription }
    return nil
  }

  private func errorCode(_ actions: [RealtimeSession.Action]) -> String? {
    for case .send(let message) in actions { return message.payload["details"]?["error_code"]?.stringValue }
    return nil
  }

  private func closeCode(_ actions: [RealtimeSession.Action]) -> CloseCode? {
    for case .close(let code, _) in actions { return code }
    return nil
  }

  private func latency(_ actions: [RealtimeSession.Action]) -> Int? {
    for case .measured(let latency) in actions { return latency }
    return nil
  }

  @Test func `a topic that the caller may not read is refused, and nothing changes`() {
    let secret = TopicKind("secret", hasID: false, isInDefaultSubscription: true, audience: .admins)
    let rules = RealtimeSession.Rules(limits: .init(), topics: .core.adding([secret]))
    var viewer = RealtimeSession(rules, subscription: .only([.jobs]), now: 0)
    let refused = viewer.receive(message("subscribe", ["topics": ["events", "secret"]]), now: 0)
    #expect(changed(refused) == nil && errorCode(refused) == "MSG_INVALID_PAYLOAD")
    #expect(changed(viewer.receive(message("subscribe", ["topics": ["events"]]), now: 0))?.topics == [.jobs, .events])
    var admin = RealtimeSession(rules, subscription: .only([.jobs], for: .admins), now: 0)
    #expect(
      changed(admin.receive(message("subscribe", ["topics": ["secret"]]), now: 0))?.topics == [.jobs, Topic(secret)])
  }

  @Test func `anything that the client sends is a sign of life`() {
    var session = session()
    for second in [59, 118, 177] {
      session.heard(now: second * 1_000)
      #expect(closeCode(session.tick(now: second * 1_000)) == nil)
    }
    #expect(closeCode(session.tick(now: 236_999)) == nil)
    #expect(closeCode(session.tick(now: 237_000)) == .noPong)
  }

  @Test func `a ping is answered with a pong`() {
    var session = session()
    #expect(sent(session.receive(message("ping"), now: 1)) == ["pong"])
  }

  @Test(arguments: [
    ("{", "MSG_INVALID_JSON"), ("[1]", "MSG_INVALID_JSON"), ("", "MSG_INVALID_JSON"),
    ("{\"type\":1}", "MSG_MISSING_FIELD"),
    ("{\"type\":\"ping\"}", "MSG_MISSING_FIELD"), ("{\"type\":\"ping\",\"payload\":{}}", "MSG_MISSING_FIELD"),
    ("{\"type\":\"ping\",\"payload\":{},\"timestamp\":\"soon\"}", "MSG_MISSING_FIELD"),
    ("{\"type\":\"dance\",\"payload\":{},\"timestamp\":\"2026-02-04T15:30:00Z\"}", "MSG_UNKNOWN_TYPE"),
    (
      "{\"type\":\"subscribe\",\"payload\":{\"topics\":[\"x\"]},\"timestamp\":\"2026-02-04T15:30:00Z\"}",
      "MSG_INVALID_PAYLOAD"
    ),
  ])
  func `what can't be understood is refused by name and the connection stays`(text: String, code: String) {
    var session = session()
    #expect(errorCode(session.receive(Array(text.utf8), now: 0)) == code)
    #expect(sent(session.receive(message("ping"), now: 0)) == ["pong"])
  }

  @Test func `the tenth bad message ends the connection`() {
    var session = session()
    for _ in 0..<9 { #expect(errorCode(session.receive([], now: 0)) == "MSG_INVALID_JSON") }
    #expect(closeCode(session.receive([], now: 0)) == .tooManyBadMessages)
  }

  @Test func `a subscription is acted on and confirmed`() {
    var session = session()
    let actions = session.receive(message("subscribe", ["topics": ["log:7", "jobs"]]), now: 0)
    #expect(changed(actions)?.topics == [.log("7"), .jobs])
    #expect(sent(actions) == ["subscribed"])
    let fewer = session.receive(message("unsubscribe", ["topics": ["jobs"]]), now: 0)
    #expect(changed(fewer)?.topics == [.log("7")])
    #expect(sent(fewer) == ["unsubscribed"])
  }

  @Test func `the 301st topic is refused by name, nothing changes, and there is room again once topics are left`() {
    var session = session()
    func logs(_ numbers: Range<Int>) -> JSON { ["topics": .array(numbers.map { .string("log:\($0)") })] }
    for first in [0, 100, 200] {
      let actions = session.receive(message("subscribe", logs(first..<(first + 100))), now: 0)
      #expect(changed(actions)?.topics.count == first + 100)
    }
    // What it has already costs nothing more, and neither does what it receives without asking.
    #expect(changed(session.receive(message("subscribe", logs(0..<100)), now: 0))?.topics.count == 300)
    #expect(changed(session.receive(message("subscribe", ["topics": ["job:1"]]), now: 0))?.topics.count == 300)
    let refused = session.receive(message("subscribe", logs(290..<301)), now: 0)
    #expect(changed(refused) == nil)
    #expect(errorCode(refused) == "MSG_INVALID_PAYLOAD")
    #expect(changed(session.receive(message("unsubscribe", logs(0..<1)), now: 0))?.topics.count == 299)
    let last = changed(session.receive(message("subscribe", logs(300..<301)), now: 0))
    #expect(last?.topics.count == 300)
    #expect(last?.includes(.log("300")) == true)
  }

  @Test func `a ping is sent every 30 s, and 60 s of silence end the connection`() {
    var session = session()
    #expect(session.tick(now: 29_999).isEmpty)
    #expect(sent(session.tick(now: 30_000)) == ["ping"])
    let pong = message("pong", ["timestamp": "2026-02-04T15:30:00Z"])
    #expect(latency(session.receive(pong, now: 30_040)) == 40)
    // A second pong answers no ping.
    #expect(latency(session.receive(pong, now: 30_041)) == nil)
    #expect(sent(session.tick(now: 60_000)) == ["ping"])
    #expect(closeCode(session.tick(now: 90_041)) == .noPong)
  }

  @Test func `a flood of messages beyond the burst ends the connection, a steady stream does not`() {
    var steady = session()
    for second in 0..<100 {
      for _ in 0..<20 { #expect(sent(steady.receive(message("ping"), now: second * 1000)) == ["pong"]) }
    }
    var flood = session()
    for _ in 0..<100 { #expect(sent(flood.receive(message("ping"), now: 0)) == ["pong"]) }
    #expect(closeCode(flood.receive(message("ping"), now: 0)) == .policyViolation)
  }
}

struct ConnectionManagerTests {
  @Test func `a sixth connection of a session is refused until one leaves, and other sessions are not touched`() throws
  {
    var manager = ConnectionManager(limits: .init(total: 100, perSession: 5))
    for _ in 0..<5 { try manager.admit(session: "a", transport: .webSocket) }
    #expect(throws: ConnectionManager.Refusal.tooManyOfSession(limit: 5)) {
      try manager.admit(session: "a", transport: .sse)
    }
    try manager.admit(session: "b", transport: .sse)
    try manager.admit(session: nil, transport: .webSocket)
    manager.release(session: "a", transport: .webSocket)
    try manager.admit(session: "a", transport: .webSocket)
    #expect(manager.count == 7)
    #expect(manager.countByTransport == [.webSocket: 6, .sse: 1])
  }

  @Test func `a server that is full refuses everybody`() throws {
    var manager = ConnectionManager(limits: .init(total: 2, perSession: 5))
    for session in ["a", "b"] { try manager.admit(session: session, transport: .webSocket) }
    #expect(throws: ConnectionManager.Refusal.tooMany(limit: 2)) {
      try manager.admit(session: "c", transport: .webSocket)
    }
  }
}
