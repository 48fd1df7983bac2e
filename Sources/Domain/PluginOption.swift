import JSONValues

/// An option that a plugin declares: a number, its range and its default. The API lists it, the form asks for it, and a
/// job with an invalid value is refused.
package struct PluginOption: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    case integer(ClosedRange<Int>, default: Int)
    case number(ClosedRange<Double>, default: Double)
  }

  package let name: String
  package let value: Value
  /// What the number means, with its unit, such as "minimum size of a reported object in pixels".
  package let description: String

  package init(_ name: String, _ value: Value, description: String) {
    self.name = name
    self.value = value
    self.description = description
  }

  /// The range in words, to follow "must be" in an error.
  package var phrase: String {
    switch value {
    case .integer(let range, _): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range, _): "a number from \(Self.short(range.lowerBound)) to \(Self.short(range.upperBound))"
    }
  }

  /// The default as text.
  package var standard: String {
    switch value {
    case .integer(_, let standard): "\(standard)"
    case .number(_, let standard): Self.short(standard)
    }
  }

  package func accepts(_ json: JSON) -> Bool {
    switch value {
    case .integer(let range, _): json.intValue.map(range.contains) ?? false
    case .number(let range, _): json.doubleValue.map(range.contains) ?? false
    }
  }

  /// An element of `options` in `GET /v1/plugins/{name}`.
  package var json: JSONObject {
    var json: JSONObject = ["name": .string(name), "description": .string(description)]
    switch value {
    case .integer(let range, let standard):
      json["type"] = "integer"
      json["minimum"] = .int(range.lowerBound)
      json["maximum"] = .int(range.upperBound)
      json["default"] = .int(standard)
    case .number(let range, let standard):
      json["type"] = "number"
      json["minimum"] = .double(range.lowerBound)
      json["maximum"] = .double(range.upperBound)
      json["default"] = .double(standard)
    }
    return json
  }

  /// 0.5 as `0.5`, 60.0 as `60`.
  private static func short(_ number: Double) -> String {
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension PluginMetadata {
  /// Checks a job's options for the plugin, if it declares its options.
  /// - Throws: ``AppError`` with the code `unprocessable`, which names the option, its value and a valid one.
  package func check(_ given: JSONObject) throws(AppError) {
    guard let options else { return }
    for member in given.members {
      let field = "options.\(name).\(member.key)"
      guard let option = options.first(where: { $0.name == member.key }) else {
        let names = options.map(\.name)
        let list = names.isEmpty ? "It has no options." : "Its options are \(names.joined(separator: ", "))."
        throw AppError(
          .unprocessable,
          "The plugin \"\(name)\" has no option \"\(member.key.prefix(100))\".\(Spelling.hint(for: member.key, among: names)) \(list)",
          field: field)
      }
      guard option.accepts(member.value) else {
        throw AppError(
          .unprocessable,
          "The option \"\(member.key)\" of the plugin \"\(name)\" must be \(option.phrase), such as \(option.standard), not \(member.value.phrase).",
          field: field)
      }
    }
  }
}
