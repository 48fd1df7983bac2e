import JSONValues

/// Every message type of a server, one row each: its direction, whether it can be reported, and the shape of its payload.
///
/// The API's validation, the metrics, the schema document and the browser's list of types read this table; how a type is
/// delivered is a property of the type itself.
package struct MessageTable: Sendable {
  /// A class, so that a message retains its row with one count.
  package final class Row: Sendable {
    package let type: MessageType
    /// Whether the server sends it to clients.
    package let isSent: Bool
    /// Whether clients send it over a connection.
    package let isReceived: Bool
    /// Whether a job that runs elsewhere may report it over HTTP.
    package let isReportable: Bool
    /// Whether it changes what lists of jobs show.
    package let isListed: Bool
    package let payload: [PayloadField]

    package init(
      _ type: MessageType, isSent: Bool = true, isReceived: Bool = false, isReportable: Bool = false,
      isListed: Bool = false, payload: [PayloadField]
    ) {
      self.type = type
      self.isSent = isSent
      self.isReceived = isReceived
      self.isReportable = isReportable
      self.isListed = isListed
      self.payload = payload
    }

    /// Brings a payload from outside into its published form, texts without terminal control (see ``PlainText``) and
    /// times with one decimal, and checks every field of that form: a name of nothing but escape sequences is blank.
    /// - Throws: ``MessageError/invalidPayload(_:)``, which names the first invalid field.
    package func accept(_ object: inout JSONObject) throws(MessageError) {
      for field in payload { try field.accept(&object) }
    }
  }

  package let rows: [Row]
  private let rowsByName: [String: Row]
  /// The rows of the server's own types, by ``MessageType/number``.
  private let rowsByNumber: [Row?]

  /// - Precondition: no two rows have the same type.
  package init(_ rows: [Row]) {
    self.rows = rows
    rowsByName = Dictionary(uniqueKeysWithValues: rows.map { ($0.type.rawValue, $0) })
    var numbered = [Row?](repeating: nil, count: Int(UInt8.max) + 1)
    for row in rows where row.type.number != 0 { numbered[Int(row.type.number)] = row }
    rowsByNumber = numbered
  }

  package func adding(_ more: [Row]) -> MessageTable { MessageTable(rows + more) }

  package subscript(name: String) -> Row? { rowsByName[name] }
  package subscript(type: MessageType) -> Row? { rowsByNumber[Int(type.number)] ?? rowsByName[type.rawValue] }

  /// The types that occur in topics, by which a request for messages can filter.
  package var publishedTypes: [MessageType] {
    rows.map(\.type).filter { !$0.isInternal && !Self.connectionTypes.contains($0) }
  }

  private static let connectionTypes: Set<MessageType> = [
    .ping, .pong, .subscribe, .subscribed, .unsubscribe, .unsubscribed, .storage,
  ]

  // MARK: The server's own types

  package static let core = MessageTable([
    Row(
      .progress, isReportable: true, isListed: true,
      payload: [
        .required("progress", .number(0...100)), .optional("stage", .line(maxBytes: 500)), .optional("plugin", plugin),
        .optional("eta_seconds", quantity), .optional("rate", quantity), .optional("total_unknown", .bool),
      ]),
    Row(
      .jobStatus, isReportable: true, isListed: true,
      payload: [
        .required("status", .oneOf(JobStatus.allCases.map(\.rawValue))), .optional("name", .name(maxBytes: 200)),
        .optional("error", .text(maxBytes: maxTextBytes)),
      ]),
    Row(
      .warning, isReportable: true,
      payload: [
        .required("plugin", plugin), .required("message", .text(maxBytes: maxTextBytes)), .optional("frame_id", .index),
        .optional("severity", .oneOf(Severity.allCases.map(\.rawValue))),
      ]),
    Row(
      .error, isReportable: true,
      payload: [
        .required("error", .statement(maxBytes: maxTextBytes)), .optional("plugin", plugin),
        .optional("details", details), .optional("frame_id", .index),
      ]),
    Row(
      .pluginStatus, isReportable: true,
      payload: [
        .required("plugin", plugin), .required("status", .oneOf(PluginStatus.allCases.map(\.rawValue))),
        .optional("timing_ms", timing), .optional("frames_processed", .index), .optional("warnings_count", .index),
        .optional("health", .oneOf(PluginHealth.allCases.map(\.rawValue))),
        .optional("timing_statistics", statistics),
      ]),
    Row(
      .partialResult, isReportable: true,
      payload: [
        .required("plugin", plugin), .required("result", .object(maxBytes: 16 << 10)), .required("partial", .bool),
      ]),
    Row(
      .metadata, isReportable: true,
      payload: [.required("plugin", plugin), .required("metadata", .object(maxBytes: maxMessageBytes))]),
    Row(
      .frame, isReportable: true,
      payload: [
        .required("frame_id", .index), .required("plugin", plugin),
        .required("data", .object(maxBytes: maxMessageBytes)), .required("device_used", .name(maxBytes: 100)),
        .required("timing_ms", timing), .optional("image_url", .line(maxBytes: 200)), .optional("width", .index),
        .optional("height", .index),
      ]),
    Row(
      .log, isSent: false,
      payload: [
        .required("job_id", .name(maxBytes: 64)), .required("line", .text(maxBytes: 1 << 20)),
        .required("line_number", .index), .optional("stream", .oneOf(["stdout", "stderr"])),
      ]),
    Row(
      .engineMetrics, isSent: false,
      payload: [
        .required("engine", .name(maxBytes: 100)), .required("metrics", .object(maxBytes: maxMessageBytes)),
      ]),
    Row(.ping, isReceived: true, payload: [.optional("interval_seconds", .index)]),
    Row(.pong, isReceived: true, payload: [.optional("timestamp", .line(maxBytes: 100))]),
    Row(.subscribe, isSent: false, isReceived: true, payload: [.required("topics", .names(maxCount: 100))]),
    Row(.unsubscribe, isSent: false, isReceived: true, payload: [.required("topics", .names(maxCount: 100))]),
    Row(.subscribed, payload: [.required("topics", .names(maxCount: 300))]),
    Row(.unsubscribed, payload: [.required("topics", .names(maxCount: 300))]),
    Row(
      .storage,
      payload: [
        .required("status", .oneOf(["ok", "failing"])), .optional("since", .text(maxBytes: 100)),
        .optional("reason", .text(maxBytes: maxTextBytes)),
      ]),
    Row(.jobCreated, isSent: false, payload: [.required("job", .object(maxBytes: 2 << 20))]),
    Row(.jobRemoved, isSent: false, payload: [.required("job_id", .name(maxBytes: 64))]),
    Row(
      .requestAccepted, isSent: false,
      payload: [
        .required("key", .name(maxBytes: 300)), .required("digest", .line(maxBytes: 64)),
        .required("job_id", .name(maxBytes: 64)), .required("created_at", .number(0...1e15)),
      ]),
  ])

  /// Bytes of one reported message. Every client must be able to receive it.
  package static let maxMessageBytes = 64 << 10
  /// Bytes of a text that becomes part of the job's state, which every page and snapshot contains.
  private static let maxTextBytes = 4000
  /// Milliseconds for a frame, limited like every timing.
  private static let timing = PayloadField.Shape.milliseconds(0...999_999)
  private static let statistics = PayloadField.Shape.members(
    ["p50", "p95", "max"].map { .optional($0, timing) }, maxBytes: 1000)
  /// The members of an error that a page shows besides its heading.
  private static let details = PayloadField.Shape.members(
    [.optional("message", .text(maxBytes: maxMessageBytes)), .optional("error_code", .line(maxBytes: 100))],
    maxBytes: maxMessageBytes)
  private static let quantity = PayloadField.Shape.number(0...1e15)
  private static let plugin = PayloadField.Shape.name(maxBytes: 100)
}

extension MessageTable {
  /// The JSON Schema (draft 2020-12) of the messages that clients may see or send.
  package var schema: JSONObject {
    let visible = rows.filter { $0.isSent || $0.isReceived || $0.isReportable }
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Telltale messages", "type": "object",
      "required": ["type", "payload", "timestamp"],
      "properties": [
        "type": ["type": "string"], "payload": ["type": "object"],
        "timestamp": ["type": "string", "format": "date-time"],
        "id": ["type": "string", "description": "The resume cursor of a numbered message; opaque."],
        "topic": ["type": "string"], "seq": ["type": "integer", "minimum": 1],
      ],
      "oneOf": .array(visible.map { .object($0.schema) }),
    ]
  }
}

extension MessageTable.Row {
  fileprivate var schema: JSONObject {
    var properties = JSONObject()
    for field in payload { properties[field.name] = .object(field.shape.schema) }
    return [
      "properties": [
        "type": ["const": .string(type.rawValue)],
        "payload": [
          "type": "object", "properties": .object(properties),
          "required": .array(payload.filter(\.isRequired).map { .string($0.name) }),
        ],
      ]
    ]
  }
}
