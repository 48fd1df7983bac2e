// Global attributes, HTML standard §3.2.6 and WAI-ARIA.

extension Attribute {
  @inlinable public static func `class`(_ name: String) -> Attribute {
    Attribute("class", .text(name))
  }

  /// Several class names, separated by blanks: a component's root class and its variants. `nil` names are skipped.
  public static func `class`(_ first: String?, _ second: String?, _ more: String?...) -> Attribute {
    let names = ([first, second] + more).compactMap(\.self)
    return Attribute("class", names.isEmpty ? .absent : .text(names.joined(separator: " ")))
  }

  /// `data-name="value"`: a hook or a state for scripts and style sheets.
  @inlinable public static func data(_ name: StaticString, _ value: some AttributeConvertible) -> Attribute {
    Attribute(name, kind: .data, value.attributeValue)
  }

  /// `data-name` alone.
  @inlinable public static func data(_ name: StaticString) -> Attribute {
    Attribute(name, kind: .data, .present)
  }

  /// `aria-name="value"`: information for assistive technology.
  @inlinable public static func aria(_ name: StaticString, _ value: some AttributeConvertible) -> Attribute {
    Attribute(name, kind: .aria, value.attributeValue)
  }

  /// A custom property that passes data to the style sheet: `.property("--value", 0.42)`. All properties of an element
  /// are written in one `style` attribute, at the position of the first.
  ///
  /// A text value may contain letters, digits, blanks and `#%.,_-`. Any other value is omitted, because it could end
  /// the property and begin another one.
  ///
  /// - Parameter name: The name with its two dashes.
  public static func property(_ name: StaticString, _ value: some AttributeConvertible) -> Attribute {
    precondition(name.description.hasPrefix("--"), "Only custom properties are allowed, whose names begin with --.")
    let value = value.attributeValue
    if case .text(let text) = value, !text.utf8.allSatisfy(\.isSafeInProperty) {
      return Attribute(name, kind: .property, .absent)
    }
    return Attribute(name, kind: .property, value)
  }

  @inlinable public static func id(_ value: some AttributeConvertible) -> Attribute {
    Attribute("id", value.attributeValue)
  }

  @inlinable public static func role(_ value: some AttributeConvertible) -> Attribute {
    Attribute("role", value.attributeValue)
  }

  @inlinable public static func title(_ value: some AttributeConvertible) -> Attribute {
    Attribute("title", value.attributeValue)
  }

  @inlinable public static func lang(_ value: some AttributeConvertible) -> Attribute {
    Attribute("lang", value.attributeValue)
  }

  @inlinable public static func dir(_ value: some AttributeConvertible) -> Attribute {
    Attribute("dir", value.attributeValue)
  }

  @inlinable public static func tabindex(_ value: some AttributeConvertible) -> Attribute {
    Attribute("tabindex", value.attributeValue)
  }

  @inlinable public static func part(_ value: some AttributeConvertible) -> Attribute {
    Attribute("part", value.attributeValue)
  }

  @inlinable public static func slot(_ value: some AttributeConvertible) -> Attribute {
    Attribute("slot", value.attributeValue)
  }

  @inlinable public static func translate(_ value: some AttributeConvertible) -> Attribute {
    Attribute("translate", value.attributeValue)
  }

  @inlinable public static func draggable(_ value: some AttributeConvertible) -> Attribute {
    Attribute("draggable", value.attributeValue)
  }

  @inlinable public static func spellcheck(_ value: some AttributeConvertible) -> Attribute {
    Attribute("spellcheck", value.attributeValue)
  }

  @inlinable public static func popover(_ value: some AttributeConvertible) -> Attribute {
    Attribute("popover", value.attributeValue)
  }

  @inlinable public static func accesskey(_ value: some AttributeConvertible) -> Attribute {
    Attribute("accesskey", value.attributeValue)
  }

  @inlinable public static func inputmode(_ value: some AttributeConvertible) -> Attribute {
    Attribute("inputmode", value.attributeValue)
  }

  @inlinable public static func enterkeyhint(_ value: some AttributeConvertible) -> Attribute {
    Attribute("enterkeyhint", value.attributeValue)
  }

  @inlinable public static func hidden(_ isOn: Bool = true) -> Attribute {
    Attribute("hidden", isOn ? .present : .absent)
  }

  @inlinable public static func autofocus(_ isOn: Bool = true) -> Attribute {
    Attribute("autofocus", isOn ? .present : .absent)
  }

  @inlinable public static func inert(_ isOn: Bool = true) -> Attribute {
    Attribute("inert", isOn ? .present : .absent)
  }
}

extension UInt8 {
  fileprivate var isSafeInProperty: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: " #%.,_-".utf8.contains(self)
    }
  }
}
