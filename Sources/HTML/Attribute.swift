/// An attribute of an element. Attributes are written in the order of the call, with values in double quotes.
///
/// Names are string literals in the program, so only values can be hostile; the renderer escapes each by its kind. Most
/// attributes are created by the static members in `Attribute+….swift`.
public struct Attribute: Sendable {
  /// Determines how the value is checked and how the name is prefixed.
  @usableFromInline enum Kind: Sendable {
    case plain
    /// The name is prefixed with `data-`.
    case data
    /// The name is prefixed with `aria-`.
    case aria
    /// The value is a URL: see ``HTMLWriter/write(url:)``.
    case url
    /// A custom property. All properties of an element share one `style` attribute.
    case property
  }

  @usableFromInline let name: StaticString
  @usableFromInline let kind: Kind
  @usableFromInline let value: AttributeValue

  @inlinable init(_ name: StaticString, kind: Kind = .plain, _ value: AttributeValue) {
    self.name = name
    self.kind = kind
    self.value = value
  }

  /// An attribute that has no static member.
  ///
  /// URLs (`href`, `src`, …) are checked like those of the static members.
  ///
  /// - Precondition: The name is not `style`, `srcdoc` or an event handler, whose values the browser would run as code.
  public static func custom(_ name: StaticString, _ value: some AttributeConvertible) -> Attribute {
    let text = name.description.lowercased()
    precondition(
      !text.hasPrefix("on") && text != "style" && text != "srcdoc",
      "\(text) would be run as code. Use a data attribute as a hook for scripts, or .property.")
    return Attribute(name, kind: urlNames.contains(text) ? .url : .plain, value.attributeValue)
  }

  /// The attributes whose URLs browsers fetch or follow.
  private static let urlNames: Set<String> = [
    "action", "background", "cite", "data", "formaction", "href", "icon", "longdesc", "manifest", "ping", "poster",
    "profile", "src", "usemap", "xlink:href",
  ]

  /// The attribute if `condition` is true; otherwise nothing is written.
  public static func when(_ condition: Bool, _ attribute: Attribute) -> Attribute {
    condition ? attribute : Attribute(attribute.name, kind: attribute.kind, .absent)
  }
}

/// The value of an attribute.
public enum AttributeValue: Sendable {
  /// The attribute is omitted.
  case absent
  /// The name without a value: a boolean attribute that is on.
  case present
  case text(String)
  case integer(Int)
  /// A finite number, written with the fewest digits that identify it.
  case number(Double)
}

/// A type that can be the value of an attribute. `nil` omits the attribute.
public protocol AttributeConvertible {
  var attributeValue: AttributeValue { get }
}

extension String: AttributeConvertible {
  @inlinable public var attributeValue: AttributeValue { .text(self) }
}

extension Int: AttributeConvertible {
  @inlinable public var attributeValue: AttributeValue { .integer(self) }
}

extension Double: AttributeConvertible {
  @inlinable public var attributeValue: AttributeValue { isFinite ? .number(self) : .absent }
}

/// The words `true` and `false`, for `aria-…` and `data-…`. Boolean attributes are static members of ``Attribute``.
extension Bool: AttributeConvertible {
  @inlinable public var attributeValue: AttributeValue { .text(self ? "true" : "false") }
}

extension Optional: AttributeConvertible where Wrapped: AttributeConvertible {
  @inlinable public var attributeValue: AttributeValue { self?.attributeValue ?? .absent }
}
