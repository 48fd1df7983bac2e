/// Any JSON value.
///
/// Numbers keep what was written: `1` is an ``int(_:)``, `1.0` and `1e0` are a ``double(_:)``. Two values are equal
/// when they are the same case, so compare numbers through ``doubleValue`` where the spelling must not matter.
package enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int)
  /// Not-a-number and infinity can't be written as JSON: ``JSONWriter`` writes `null` for them.
  case double(Double)
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

extension JSON {
  package var isNull: Bool { self == .null }

  package var stringValue: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The whole number, also of a double such as `1e3` or `50.0` up to 2^53: JSON has one kind of number.
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

  /// The member of an object. Nil for a missing key and for anything that is no object.
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
  /// The members in the order written. A key written twice is a mistake in our code and traps.
  package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(uniqueMembers: elements)) }
}

extension Double {
  /// The integer that it is, nil for fractions and beyond 2^53, where a double stops telling integers apart.
  var wholeNumber: Int? {
    guard magnitude <= 9_007_199_254_740_992 else { return nil }
    // Int(exactly:) calls trunc, for which a program without Foundation would have to link the C mathematics library.
    let whole = Int(self)
    return Double(whole) == self ? whole : nil
  }
}
