/// Any JSON value.
///
/// Numbers keep their spelling: `1` is an ``int(_:)``, `1.0` and `1e0` are a ``double(_:)``. These are not equal;
/// compare numbers by ``doubleValue`` if the spelling must not matter.
package enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int)
  /// JSON has no not-a-number and no infinity; ``JSONWriter`` writes them as `null`.
  case double(Double)
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

extension JSON {
  /// The kind of value as a sentence names it.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .int, .double: "a number"
    case .string(let text): text.isEmpty ? "an empty string" : "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The value as a sentence names it: the value itself if it is short, otherwise its kind.
  package var phrase: String {
    switch self {
    case .string(let text) where text.utf8.count > 100: "a string of \(text.utf8.count) bytes"
    case .string, .int, .double, .bool, .null: String(decoding: encoded(), as: UTF8.self)
    case .array, .object: kind
    }
  }

  package var isNull: Bool { self == .null }

  package var stringValue: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The integer, also if it is written as a double such as `1e3` or `50.0` (up to 2^53): JSON has one number type.
  package var intValue: Int? {
    switch self {
    case .int(let value): value
    case .double(let value): value.wholeNumber
    default: nil
    }
  }

  package var doubleValue: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  package var boolValue: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  package var arrayValue: [JSON]? {
    guard case .array(let value) = self else { return nil }
    return value
  }

  package var objectValue: JSONObject? {
    guard case .object(let value) = self else { return nil }
    return value
  }

  /// The member of an object; nil if the key is missing or the value is not an object.
  package subscript(key: String) -> JSON? {
    guard case .object(let object) = self else { return nil }
    return object[key]
  }
}

extension JSON: ExpressibleByNilLiteral {
  package init(nilLiteral: ()) { self = .null }
}

extension JSON: ExpressibleByBooleanLiteral {
  package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSON: ExpressibleByIntegerLiteral {
  package init(integerLiteral value: Int) { self = .int(value) }
}

extension JSON: ExpressibleByFloatLiteral {
  package init(floatLiteral value: Double) { self = .double(value) }
}

extension JSON: ExpressibleByStringInterpolation {
  package init(stringLiteral value: String) { self = .string(value) }
}

extension JSON: ExpressibleByArrayLiteral {
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
}

extension JSON: ExpressibleByDictionaryLiteral {
  /// The members in the order of the literal. A duplicate key traps.
  package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(uniqueMembers: elements)) }
}

extension Double {
  /// The exact integer; nil for fractions and beyond 2^53, from where on doubles can't represent every integer.
  var wholeNumber: Int? {
    guard magnitude <= 9_007_199_254_740_992 else { return nil }
    // Int(exactly:) calls trunc, so a program without Foundation would have to link libm.
    let whole = Int(self)
    return Double(whole) == self ? whole : nil
  }
}
