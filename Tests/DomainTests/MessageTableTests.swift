import Domain
import JSONValues
import Testing

struct MessageTableTests {
  private static let types: [MessageType] = [
    .frame, .partialResult, .progress, .pluginStatus, .warning, .error, .metadata, .jobStatus, .log, .ping, .pong,
    .subscribe, .subscribed, .unsubscribe, .unsubscribed, .engineMetrics, .jobCreated, .jobRemoved, .requestAccepted,
    .storage,
  ]

  private let rows = MessageTable.core.rows

  @Test func `every type has one row, and every row one of the types`() {
    #expect(Set(rows.map(\.type)).count == rows.count)
    #expect(Set(rows.map(\.type)) == Set(Self.types))
  }

  @Test(arguments: types) func `a type that is read by its name is delivered like the constant`(type: MessageType) {
    #expect(MessageType(rawValue: type.rawValue).delivery == type.delivery)
    #expect(MessageTable.core[type]?.type.delivery == type.delivery)
  }

  @Test(arguments: types) func `a type equals each type of its name, and no other`(type: MessageType) {
    #expect(Self.types.filter { $0 == type }.map(\.rawValue) == [type.rawValue])
    let same = MessageType(type.rawValue, type.delivery)
    #expect(same == type && same.hashValue == type.hashValue)
    #expect(MessageTable.core[same] === MessageTable.core[type])
    #expect(MessageType("another", .numbered) != type)
  }

  @Test func `a name that no row has is a numbered type, and an internal one if it begins with an underscore`() {
    #expect(MessageType(rawValue: "card_moved").isNumbered)
    #expect(MessageType(rawValue: "_card_created").isInternal)
  }

  @Test func `internal types begin with an underscore, and clients neither receive, send nor report them`() {
    for row in rows {
      #expect(row.type.isInternal == row.type.rawValue.hasPrefix("_"), "\(row.type)")
      guard row.type.isInternal else { continue }
      #expect(!row.isSent && !row.isReceived && !row.isReportable && !row.isListed, "\(row.type)")
      #expect(!MessageTable.core.publishedTypes.contains(row.type))
    }
  }

  @Test func `what can be reported is sent, and only unnumbered messages can be lost by a slow client`() {
    for row in rows {
      if row.isReportable { #expect(row.isSent, "\(row.type)") }
      if row.type.hasPosition { #expect(row.type.dropOrder == .never, "\(row.type)") }
    }
  }

  @Test(arguments: 1...100) func `a row accepts what the server itself says of a job`(seed: Int) throws {
    var values = SeededValues(seed: seed)
    let job = values.job()
    let frame = Frame(id: 3, width: 64, height: 36, imageURL: "/v1/jobs/\(job.id)/frames/3.png")
    let messages: [RealtimeMessage] =
      job.snapshot + [
        .frame(job: job, frame: frame, plugin: "edges", data: ["boxes": []], device: .cuda(3), milliseconds: 1.5),
        .partialResult(job: job, plugin: values.name(), result: values.object()),
        .pluginStatus(job: job, values.pluginState()), .warning(job: job, values.warning()),
        .error(job: job, values.jobError()),
        .progress(job: job, progress: nil, stage: nil),
        .metadata(["version": "2"], plugin: values.name(), job: job), .ping(intervalSeconds: 30), .pong(),
        .connectionError(code: "MSG_UNKNOWN_TYPE", message: "There is no such type."), .jobCreated(job),
        .jobRemoved(job.id), .requestAccepted(values.key()), .storage(nil),
        .storage(StorageFailure(since: Timestamp(milliseconds: 0), reason: "The disk is full. Free some space.")),
      ]
    for message in messages {
      let row = try #require(MessageTable.core[message.type])
      var payload = message.payload
      #expect(throws: Never.self, "\(message.type)") { try row.accept(&payload) }
    }
    #expect(rows.allSatisfy { row in !row.isReportable || messages.contains { $0.type == row.type } })
  }

  @Test func `a payload from outside gets its published form, and only that is checked`() throws {
    let row = try #require(MessageTable.core[.pluginStatus])
    var payload: JSONObject = [
      "note": "\u{1b}[1mas it came", "plugin": "\u{1b}[31mpose\u{1b}[0m", "status": "running", "timing_ms": 1.26,
      "timing_statistics": ["p50": 1.04, "p95": 2, "other": 1.26], "health": nil,
    ]
    try row.accept(&payload)
    #expect(
      payload == [
        "note": "\u{1b}[1mas it came", "plugin": "pose", "status": "running", "timing_ms": 1.3,
        "timing_statistics": ["p50": 1.0, "p95": 2.0, "other": 1.26], "health": nil,
      ])
    let published = payload
    try row.accept(&payload)
    #expect(payload == published)
    payload["plugin"] = "\u{1b}[31m \u{2003}\u{1b}[0m"
    #expect(
      throws: MessageError.invalidPayload(
        "The field \"payload.plugin\" is \" \u{2003}\", and must be a string of 1 to 100 bytes, not only blanks.")
    ) { try row.accept(&payload) }
  }

  @Test func `a feature's rows are found beside the server's own`() {
    let moved = MessageType("card_moved", .numbered)
    let table = MessageTable.core.adding([.init(moved, payload: [.required("card", .index)])])
    #expect(table[moved]?.payload.map(\.name) == ["card"] && table[.progress] != nil)
    #expect(table.publishedTypes.contains(moved) && MessageTable.core[moved] == nil)
  }

  @Test func `the schema names every type that clients may see or send, and no other`() throws {
    let schema = try #require(try JSON(parsing: JSON.object(MessageTable.core.schema).encoded()).objectValue)
    let names = schema["oneOf"]?.arrayValue?.compactMap { $0["properties"]?["type"]?["const"]?.stringValue }
    let visible = rows.filter { $0.isSent || $0.isReceived || $0.isReportable }.map(\.type.rawValue)
    #expect(names == visible)
    #expect(names?.contains { $0.hasPrefix("_") } == false)
  }
}
