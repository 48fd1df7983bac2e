import JSONValues

/// An event: a type, a payload and a timestamp, the same on every transport.
///
/// A published message also has an `id`, a `topic` and a `seq`, which the journal assigns.
package struct RealtimeMessage: Sendable {
  package var type: MessageType
  package var payload: JSONObject
  package var timestamp: Timestamp

  package init(_ type: MessageType, _ payload: JSONObject, at timestamp: Timestamp = .now()) {
    self.type = type
    self.payload = payload
    self.timestamp = timestamp
  }

  /// Reads a message that a client sent.
  /// - Throws: ``MessageError`` with the code to answer with.
  package init(parsing bytes: [UInt8]) throws(MessageError) {
    let json: JSON
    do { json = try JSON(parsing: bytes) } catch { throw .invalidJSON("\(error)") }
    guard let object = json.objectValue else { throw .invalidJSON("A message is a JSON object.") }
    try self.init(object)
  }

  /// - Throws: ``MessageError/missingField(_:)`` if type, payload or timestamp is missing or of another kind.
  package init(_ object: JSONObject) throws(MessageError) {
    guard let type = object["type"]?.stringValue, !type.isEmpty else { throw .missingField("type") }
    guard let payload = object["payload"]?.objectValue else { throw .missingField("payload") }
    guard let text = object["timestamp"]?.stringValue, let timestamp = Timestamp(iso8601: text) else {
      throw .missingField("timestamp")
    }
    self.init(MessageType(rawValue: type), payload, at: timestamp)
  }

  /// `{"type":…,"payload":…,"timestamp":…}`: the form of a message without a position.
  package var json: JSONObject {
    ["type": .string(type.rawValue), "payload": .object(payload), "timestamp": .string(timestamp.description)]
  }
}

/// The reason why a message was refused. Its connection stays open.
package enum MessageError: Error, Hashable, Sendable, CustomStringConvertible {
  case invalidJSON(String)
  case missingField(String)
  case unknownType(String)
  case invalidPayload(String)
  case tooLarge(limit: Int)

  /// The `error_code` of the answer.
  package var code: String {
    switch self {
    case .invalidJSON: "MSG_INVALID_JSON"
    case .missingField: "MSG_MISSING_FIELD"
    case .unknownType: "MSG_UNKNOWN_TYPE"
    case .invalidPayload: "MSG_INVALID_PAYLOAD"
    case .tooLarge: "MSG_TOO_LARGE"
    }
  }

  package var description: String {
    switch self {
    case .invalidJSON(let reason): "The message is not valid JSON: \(reason)"
    case .missingField(let field):
      "The message has no usable \"\(field)\". Send {\"type\": string, \"payload\": object, \"timestamp\": ISO 8601 string}."
    case .unknownType(let type):
      "Messages of type \"\(type)\" are not understood here. Send ping, pong, subscribe or unsubscribe."
    case .invalidPayload(let reason): reason
    case .tooLarge(let limit): "The message is longer than \(limit) bytes. Send a shorter one."
    }
  }
}
