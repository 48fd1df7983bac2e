import App

/// The options of one `bench` command: what it takes, and what was given.
struct BenchOptions {
  struct Option: Sendable {
    let name: String
    /// What stands behind it in the help; nil for a switch.
    let placeholder: String?
    /// Taken where it is not given; nil for none.
    let standard: String?
    let help: String

    init(_ name: String, _ placeholder: String?, _ standard: String? = nil, _ help: String) {
      self.name = name
      self.placeholder = placeholder
      self.standard = standard
      self.help = help
    }
  }

  private var values: [String: String] = [:]

  /// - Throws: ``UsageError`` that names the nearest option.
  init(_ arguments: [String], _ options: [Option]) throws(UsageError) {
    for option in options { values[option.name] = option.standard }
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      let pieces = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let option = options.first(where: { "--\($0.name)" == pieces[0] }) else {
        throw UsageError.unknown(String(pieces[0]), among: options.map { "--\($0.name)" })
      }
      if option.placeholder == nil {
        guard pieces.count == 1 else { throw UsageError("--\(option.name) takes no value.") }
        values[option.name] = ""
      } else if let value = pieces.count == 2 ? String(pieces[1]) : rest.popFirst() {
        values[option.name] = value
      } else {
        throw UsageError("--\(option.name) needs a value: --\(option.name) \(option.placeholder ?? "").")
      }
    }
  }

  func text(_ name: String) -> String? { values[name] }

  func isSet(_ name: String) -> Bool { values[name] != nil }

  /// - Throws: ``UsageError`` where it is no whole number in the range.
  func count(_ name: String, _ range: ClosedRange<Int> = 1...1_000_000) throws(UsageError) -> Int {
    let text = values[name] ?? ""
    guard let value = Int(text), range.contains(value) else {
      throw UsageError(
        "--\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\".")
    }
    return value
  }

  /// - Throws: ``UsageError`` where it is no number in the range.
  func number(_ name: String, _ range: ClosedRange<Double>) throws(UsageError) -> Double {
    let text = values[name] ?? ""
    guard let value = Double(text), range.contains(value) else {
      throw UsageError("--\(name) must be a number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\".")
    }
    return value
  }

  /// - Throws: ``UsageError`` where it is no number of seconds up to an hour.
  func seconds(_ name: String) throws(UsageError) -> Double {
    let text = values[name] ?? ""
    guard let value = Double(text), value > 0, value <= 3_600 else {
      throw UsageError("--\(name) must be a number of seconds up to 3600, not \"\(text)\".")
    }
    return value
  }
}
