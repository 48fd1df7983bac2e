import JSONValues

/// One field of a message's payload: its JSON shape, and the check of a value against it.
///
/// A class, because each message that comes in is checked against a list of them: copying one is a single retain.
package final class PayloadField: Sendable {
  package enum Shape: Sendable {
    /// A string with a maximum number of bytes, which may have several lines.
    case text(maxBytes: Int)
    /// The same, but not blank.
    case statement(maxBytes: Int)
    /// A string on one line with a maximum number of bytes.
    case line(maxBytes: Int)
    /// The same, but not blank: a key or a label.
    case name(maxBytes: Int)
    /// An object with a maximum number of bytes as JSON.
    case object(maxBytes: Int)
    case bool
    case number(ClosedRange<Double>)
    /// A number of milliseconds, published with one decimal.
    case milliseconds(ClosedRange<Double>)
    /// An object. Pages show these members if they have the right shape, so their texts are cleaned; the others are
    /// passed on unchanged.
    case members([PayloadField], maxBytes: Int)
    /// A whole number that is not negative.
    case index
    case oneOf([String])
    /// An array with a maximum number of strings.
    case names(maxCount: Int)
  }

  package let name: String
  package let isRequired: Bool
  package let shape: Shape

  private init(name: String, isRequired: Bool, shape: Shape) {
    (self.name, self.isRequired, self.shape) = (name, isRequired, shape)
  }

  package static func required(_ name: String, _ shape: Shape) -> PayloadField {
    PayloadField(name: name, isRequired: true, shape: shape)
  }

  package static func optional(_ name: String, _ shape: Shape) -> PayloadField {
    PayloadField(name: name, isRequired: false, shape: shape)
  }

  /// Brings the field's value in a payload into its published form, and checks that. An optional field may be missing or
  /// null.
  /// - Throws: ``MessageError/invalidPayload(_:)``, which names the field.
  package func accept(_ payload: inout JSONObject) throws(MessageError) {
    guard let index = payload.index(of: name), case var value = payload.members[index].value, !value.isNull else {
      if isRequired { throw .invalidPayload("The field \"payload.\(name)\" is missing: it must be \(shape.phrase).") }
      return
    }
    if let normal = shape.normalized(value) {
      payload.setValue(normal, at: index)
      value = normal
    }
    guard shape.accepts(value) else {
      throw .invalidPayload("The field \"payload.\(name)\" is \(value.phrase), and must be \(shape.phrase).")
    }
  }

  /// The object with the published forms of these fields; nil if it stays unchanged.
  fileprivate static func normalized(_ object: JSONObject, _ fields: [PayloadField]) -> JSONObject? {
    var normal: JSONObject?
    for field in fields {
      guard let index = object.index(of: field.name),
        let value = field.shape.normalized(object.members[index].value)
      else { continue }
      if normal == nil { normal = object }
      normal?.setValue(value, at: index)
    }
    return normal
  }
}

extension String {
  /// Whether it consists of white space, or of nothing.
  fileprivate var isBlank: Bool {
    // A visible ASCII character is never white space, whatever surrounds it.
    !utf8.contains { (0x21...0x7E).contains($0) } && allSatisfy(\.isWhitespace)
  }
}

extension PayloadField.Shape {
  /// The shape in words, to follow "must be" in an error.
  package var phrase: String {
    switch self {
    case .text(let maxBytes), .line(let maxBytes): "a string of at most \(maxBytes) bytes"
    case .statement(let maxBytes), .name(let maxBytes): "a string of 1 to \(maxBytes) bytes, not only blanks"
    case .object(let maxBytes), .members(_, let maxBytes): "an object of at most \(maxBytes) bytes"
    case .bool: "true or false"
    case .number(let range), .milliseconds(let range):
      "a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
    case .index: "a whole number from 0"
    case .oneOf(let words): "one of \(words.joined(separator: ", "))"
    case .names(let maxCount): "a list of 1 to \(maxCount) names"
    }
  }

  func accepts(_ value: JSON) -> Bool {
    switch self {
    case .text(let maxBytes), .line(let maxBytes): value.stringValue.map { $0.utf8.count <= maxBytes } ?? false
    case .statement(let maxBytes), .name(let maxBytes):
      value.stringValue.map { $0.utf8.count <= maxBytes && !$0.isBlank } ?? false
    case .object(let maxBytes), .members(_, let maxBytes):
      value.objectValue != nil && value.isEncoded(within: maxBytes)
    case .bool: value.boolValue != nil
    case .number(let range), .milliseconds(let range): value.doubleValue.map(range.contains) ?? false
    case .index: value.intValue.map { $0 >= 0 } ?? false
    case .oneOf(let words): value.stringValue.map(words.contains) ?? false
    case .names(let maxCount):
      value.arrayValue.map { (1...maxCount).contains($0.count) && $0.allSatisfy { $0.stringValue != nil } } ?? false
    }
  }

  /// The published form of a value: texts without terminal control, times with one decimal. Nil if it stays unchanged.
  fileprivate func normalized(_ value: JSON) -> JSON? {
    switch self {
    case .text, .statement: value.stringValue.flatMap { PlainText.cleanedLines($0) }.map(JSON.string)
    case .line, .name: value.stringValue.flatMap { PlainText.cleanedLine($0) }.map(JSON.string)
    case .milliseconds(let range): Self.rounded(value, in: range)
    case .members(let fields, _):
      value.objectValue.flatMap { PayloadField.normalized($0, fields) }.map(JSON.object)
    case .object, .bool, .number, .index, .oneOf, .names: nil
    }
  }

  /// A time with one decimal; nil if it stays unchanged.
  private static func rounded(_ value: JSON, in range: ClosedRange<Double>) -> JSON? {
    guard let exact = value.doubleValue, range.contains(exact) else { return Optional.none }
    let rounded = JSON.double((exact * 10).rounded() / 10)
    guard rounded != value else { return Optional.none }
    return rounded
  }

  /// The shape as JSON Schema (draft 2020-12). A limit in bytes has no counterpart there and is in the description.
  var schema: JSONObject {
    switch self {
    case .text, .statement, .line, .name: ["type": "string", "description": .string(phrase)]
    case .object: ["type": "object", "description": .string(phrase)]
    case .members(let fields, _):
      [
        "type": "object", "description": .string(phrase),
        "properties": .object(
          fields.reduce(into: JSONObject()) { properties, field in
            properties[field.name] = .object(field.shape.schema)
          }),
      ]
    case .bool: ["type": "boolean"]
    case .number(let range), .milliseconds(let range):
      ["type": "number", "minimum": .double(range.lowerBound), "maximum": .double(range.upperBound)]
    case .index: ["type": "integer", "minimum": 0]
    case .oneOf(let words): ["enum": .array(words.map(JSON.string))]
    case .names(let maxCount):
      ["type": "array", "items": ["type": "string"], "minItems": 1, "maxItems": .int(maxCount)]
    }
  }
}
