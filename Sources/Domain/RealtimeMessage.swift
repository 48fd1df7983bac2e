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
    do { json = try JSON(parsing: bytes) } catch { throw .invalidJSON(error.description(of: "The message")) }
    try self.init(json)
  }

  /// - Throws: ``MessageError/invalidJSON(_:)`` if it isn't an object, and ``MessageError/missingField(_:reason:)`` if
  ///   type, payload or timestamp is missing or has the wrong type.
  package init(_ json: consuming JSON) throws(MessageError) {
    guard let object = json.objectValue else {
      throw .invalidJSON("The message is \(json.kind). It must be a JSON object: \(Self.example)")
    }
    let type = try Self.field("type", of: object, in: "a string such as \"progress\"") { json in
      json.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }
    let payload = try Self.field("payload", of: object, in: "an object such as {\"progress\": 40}", \.objectValue)
    let text = try Self.field("timestamp", of: object, in: "a string such as \"\(Self.exampleTime)\"", \.stringValue)
    do throws(TimestampError) {
      timestamp = try Timestamp(parsing: text)
    } catch {
      throw .missingField("timestamp", reason: "The timestamp \"\(text.prefix(100))\" \(error).")
    }
    self.type = MessageType(rawValue: type)
    self.payload = payload
  }

  private static let exampleTime = "2026-02-04T15:30:00.123Z"
  private static let example =
    "{\"type\": \"progress\", \"payload\": {\"progress\": 40}, \"timestamp\": \"\(exampleTime)\"}."

  /// - Parameter shape: the required kind of value with an example, as an error names it.
  private static func field<Value>(
    _ name: String, of object: JSONObject, in shape: String, _ read: (JSON) -> Value?
  ) throws(MessageError) -> Value {
    guard let json = object[name], !json.isNull else {
      throw .missingField(name, reason: "The \(name) is missing: send \(shape).")
    }
    guard let value = read(json) else {
      throw .missingField(name, reason: "The \(name) is \(json.kind), and must be \(shape).")
    }
    return value
  }

  /// `{"type":…,"payload":…,"timestamp":…}`: the form of a message without a position.
  package var json: JSONObject {
    ["type": .string(type.rawValue), "payload": .object(payload), "timestamp": .string(timestamp.description)]
  }

  /// Writes ``json``.
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key(plain: "type")
    writer.value(type.rawValue)
    writer.key(plain: "payload")
    payload.write(to: &writer)
    writer.key(plain: "timestamp")
    writer.value(timestamp)
    writer.endObject()
  }

  /// ``json`` as compact JSON.
  package var encoded: [UInt8] {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.finish()
  }

  /// Whether ``encoded`` has at most this many bytes. Encodes the message only if an estimate can't tell.
  package func isEncoded(within limit: Int) -> Bool {
    // The names of the three members, their punctuation, and the timestamp.
    let frame = 64 + 6 * type.rawValue.utf8.count
    return payload.maxEncodedCount + frame <= limit || encoded.count <= limit
  }
}

/// The reason why a message was refused. Its connection stays open.
package enum MessageError: Error, Hashable, Sendable, CustomStringConvertible {
  case invalidJSON(String)
  /// A field of the message itself is missing or unusable. The reason is a sentence.
  case missingField(String, reason: String)
  /// - Parameter known: the types that are accepted there.
  case unknownType(String, known: [String])
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
    case .unknownType(let type, let known):
      "Messages of type \"\(type.prefix(100))\" are not accepted here.\(Spelling.hint(for: type, among: known)) Send one of these: \(known.joined(separator: ", "))."
    case .invalidJSON(let reason), .missingField(_, let reason), .invalidPayload(let reason): reason
    case .tooLarge(let limit): "The message is longer than \(limit) bytes. Send a shorter one."
    }
  }
}
