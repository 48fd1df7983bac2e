import App

/// The parsed options of a `bench` command.
struct BenchOptions {
  struct Option: Sendable {
    let name: String
    /// The placeholder for its value in the help; nil for a switch.
    let placeholder: String?
    /// The value if the option is not given.
    let defaultValue: String?
    let help: String

    init(_ name: String, placeholder: String? = nil, default defaultValue: String? = nil, help: String) {
      self.name = name
      self.placeholder = placeholder
      self.defaultValue = defaultValue
      self.help = help
    }
  }

  private var values: [String: String] = [:]

  /// - Throws: ``UsageError``, which suggests the closest option for a misspelt one.
  init(_ arguments: [String], accepting options: [Option]) throws(UsageError) {
    for option in options { values[option.name] = option.defaultValue }
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      let pieces = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let option = options.first(where: { "--\($0.name)" == pieces[0] }) else {
        throw UsageError.unknown(String(pieces[0]), among: options.map { "--\($0.name)" })
      }
      if option.placeholder == nil {
        guard pieces.count == 1 else { throw UsageError("--\(option.name) takes no value.") }
        values[option.name] = ""
      } else if pieces.count == 2 {
        values[option.name] = String(pieces[1])
      } else if let value = rest.popFirst(), !value.hasPrefix("--") {
        values[option.name] = value
      } else {
        throw UsageError("--\(option.name) needs a value: --\(option.name) \(option.placeholder ?? "").")
      }
    }
  }

  func text(_ name: String) -> String? { values[name] }

  func isSet(_ name: String) -> Bool { values[name] != nil }

  /// - Throws: ``UsageError`` if the value is not a whole number in the range.
  func count(_ name: String, in range: ClosedRange<Int> = 1...1_000_000) throws(UsageError) -> Int {
    let text = values[name] ?? ""
    guard let value = Int(text), range.contains(value) else {
      throw UsageError(
        "--\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\".")
    }
    return value
  }

  /// - Throws: ``UsageError`` if the value is not a number in the range.
  func number(_ name: String, in range: ClosedRange<Double>) throws(UsageError) -> Double {
    let text = values[name] ?? ""
    guard let value = Double(text), range.contains(value) else {
      throw UsageError("--\(name) must be a number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\".")
    }
    return value
  }

  /// - Throws: ``UsageError`` if the value is not a positive number of seconds up to an hour.
  func seconds(_ name: String) throws(UsageError) -> Double {
    let text = values[name] ?? ""
    guard let value = Double(text), value > 0, value <= 3_600 else {
      throw UsageError("--\(name) must be a number of seconds up to 3600, not \"\(text)\".")
    }
    return value
  }
}
