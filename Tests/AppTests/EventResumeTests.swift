import Domain
import JSONValues
import TestSupport
import Testing
import Wire

/// What an EventSource has after it was cut off and has come back with the last id that it had seen.
struct EventResumeTests {
  private let app: RunningApp
  private let job: String

  init() throws {
    app = try RunningApp()
    job = try app.startJob(["kind": "external", "name": "Reported"])
    for number in 0..<3 { try report("before \(number)") }
  }

  private func report(_ text: String) throws {
    let message: JSON = [
      "type": "warning", "timestamp": "2026-02-04T15:30:00Z", "payload": ["plugin": "p", "message": .string(text)],
    ]
    #expect(try app.client().request("POST", "/v1/jobs/\(job)/messages", json: message).status == 202)
  }

  /// What a connection has dispatched.
  private struct Received {
    var numbered: [String] = []
    /// Messages of the snapshot that the greeting announced and that have not arrived; nil before the greeting.
    var missingSnapshot: Int?
    var lastEventID = ""

    init(_ events: [SSEEvent]) throws {
      for event in events {
        let message = try JSON(parsing: event.data)
        if let id = message["id"]?.stringValue {
          numbered.append(id)
        } else if event.type == "ping" {
          missingSnapshot = missingSnapshot ?? message["payload"]?["snapshot_messages"]?.intValue ?? 0
        } else if let missing = missingSnapshot, missing > 0 {
          missingSnapshot = missing - 1
        }
        lastEventID = event.lastEventID
      }
    }
  }

  /// The bytes of an event stream up to the numbered message with a text.
  private func stream(_ query: String, after lastEventID: String, through text: String, meanwhile: () throws -> Void)
    throws -> [UInt8]
  {
    let client = try app.client()
    try client.openEvents("/v1/realtime\(query)", headers: lastEventID.isEmpty ? [:] : ["Last-Event-ID": lastEventID])
    var bytes = try client.read(through: Array("event: ping\n".utf8))
    try meanwhile()
    bytes += try client.read(through: Array(text.utf8))
    return bytes + (try client.read(through: Array("\n\n".utf8)))
  }

  @Test(arguments: ["", "?topics=job:JOB", "?job_id=JOB"])
  func `an event stream that is cut after any byte goes on without a hole and without a double`(query: String) throws {
    let query = query.replacing("JOB", with: job)
    let bytes = try stream(query, after: "", through: "live 4") {
      for number in 0..<5 { try report("live \(number)") }
    }
    var all = SSEParser()
    let live = try Received(all.parse(bytes)).numbered
    #expect(live.count == 5)
    try report("last")

    var parser = SSEParser()
    var events: [SSEEvent] = []
    var resumed: [String: Received] = [:]
    for byte in [nil] + bytes.map(Optional.some) {
      if let byte { events += try parser.parse([byte]) }
      let before = try Received(events)
      if resumed[before.lastEventID] == nil {
        let isFresh = before.lastEventID.isEmpty
        if isFresh, !query.contains("job_id") {
          // Without an id and without a snapshot the client has not been greeted: it knows of nothing to miss.
          #expect(before.missingSnapshot == nil && before.numbered.isEmpty)
          continue
        }
        var again = SSEParser()
        let rest = try again.parse(
          stream(query, after: before.lastEventID, through: isFresh ? "new" : "last") {
            if isFresh { try report("new") }
          })
        resumed[before.lastEventID] = try Received(rest)
      }
      let after = try #require(resumed[before.lastEventID])
      if before.lastEventID.isEmpty {
        // It had no whole snapshot, so it gets one, which contains what it had missed.
        #expect(before.missingSnapshot != 0 && after.missingSnapshot == 0)
      } else {
        #expect(before.missingSnapshot == 0)
        #expect((before.numbered + after.numbered).prefix(5) == live[...], "\(before.lastEventID)")
        #expect((before.numbered + after.numbered).count == 6, "\(before.lastEventID)")
      }
    }
    // The greeting or the snapshot, and each message.
    #expect(resumed.keys.filter { !$0.isEmpty }.count == 6)
  }
}
