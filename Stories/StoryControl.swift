/// A prop that can be changed on the story's page; its value stands in the address.
package struct StoryControl: Sendable {
  package enum Kind: Sendable {
    case text
    case number(ClosedRange<Double>)
    case choice([String])
  }

  /// Longer texts are cut; an address has no room for more.
  package static let longestText = 500

  package let name: String
  package let kind: Kind
  package let initial: String

  package static func text(_ name: String, _ initial: String) -> StoryControl {
    StoryControl(name: name, kind: .text, initial: initial)
  }

  package static func number(_ name: String, _ initial: Double, in range: ClosedRange<Double>) -> StoryControl {
    StoryControl(name: name, kind: .number(range), initial: digits(initial))
  }

  package static func choice(_ name: String, _ initial: String, of values: [String]) -> StoryControl {
    StoryControl(name: name, kind: .choice(values), initial: initial)
  }

  /// On or off: a box that is not ticked would send nothing, and be taken for one that was not asked.
  package static func flag(_ name: String, _ initial: Bool) -> StoryControl {
    .choice(name, initial ? "on" : "off", of: ["on", "off"])
  }

  /// What was asked, as far as the control allows it; else the initial value.
  package func value(_ asked: String?) -> String {
    guard let asked else { return initial }
    switch kind {
    case .text: return String(asked.prefix(Self.longestText))
    case .number(let range):
      guard let number = Double(asked), number.isFinite else { return initial }
      return digits(min(max(number, range.lowerBound), range.upperBound))
    case .choice(let values): return values.contains(asked) ? asked : initial
    }
  }
}

/// A finite number without the `.0` of a whole one.
private func digits(_ number: Double) -> String {
  let text = String(number)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// The values of a story's controls. Asking for one that the story did not declare is a mistake of the story.
package struct StoryProps: Sendable {
  private let values: [String: String]

  init(_ controls: [StoryControl], asked: [String: String]) {
    let pairs = controls.map { ($0.name, $0.value(asked[$0.name])) }
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
