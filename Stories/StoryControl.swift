/// A prop that the user can change on the story's page. Its value is in the query string.
package struct StoryControl: Sendable {
  package enum Kind: Sendable {
    case text
    case number(ClosedRange<Double>)
    case choice([String])
  }

  /// Longer texts are truncated, because they are part of a URL.
  package static let maxTextLength = 500

  package let name: String
  package let kind: Kind
  package let initial: String

  package static func text(_ name: String, initial: String) -> StoryControl {
    StoryControl(name: name, kind: .text, initial: initial)
  }

  package static func number(_ name: String, initial: Double, in range: ClosedRange<Double>) -> StoryControl {
    StoryControl(name: name, kind: .number(range), initial: digits(initial))
  }

  package static func choice(_ name: String, initial: String, of values: [String]) -> StoryControl {
    StoryControl(name: name, kind: .choice(values), initial: initial)
  }

  /// A choice of on and off. Not a checkbox: an unticked one submits nothing, which means "use the initial value" here.
  package static func flag(_ name: String, isOn: Bool) -> StoryControl {
    .choice(name, initial: isOn ? "on" : "off", of: ["on", "off"])
  }

  /// Converts a requested value to one that the control allows: clamps a number, truncates a text, and falls back to the
  /// initial value.
  package func value(for requested: String?) -> String {
    guard let requested else { return initial }
    switch kind {
    case .text: return String(requested.prefix(Self.maxTextLength))
    case .number(let range):
      guard let number = Double(requested), number.isFinite else { return initial }
      return digits(min(max(number, range.lowerBound), range.upperBound))
    case .choice(let values): return values.contains(requested) ? requested : initial
    }
  }
}

/// Formats a finite number, without `.0` if it is whole.
private func digits(_ number: Double) -> String {
  let text = String(number)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// The values of a story's controls. Reading a control that the story doesn't declare is a programming error.
package struct StoryProps: Sendable {
  private let values: [String: String]

  init(controls: [StoryControl], requested: [String: String]) {
    let pairs = controls.map { ($0.name, $0.value(for: requested[$0.name])) }
    values = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  func text(_ name: String) -> String {
    guard let value = values[name] else { preconditionFailure("the story has no control named \(name)") }
    return value
  }

  func number(_ name: String) -> Double {
    Double(text(name)) ?? 0
  }

  func flag(_ name: String) -> Bool {
    text(name) == "on"
  }
}
