/// One attribute of an element, written in the order of the call and always in double quotes.
///
/// The names are literals of the program, so only values can be hostile; the renderer escapes each by its kind. Most
/// are made by the static members in `Attribute+….swift`.
public struct Attribute: Sendable {
  /// How the value is checked and how the name is completed.
  @usableFromInline enum Kind: Sendable {
    case plain
    /// `data-` stands before the name.
    case data
    /// `aria-` stands before the name.
    case aria
    /// The value is an address: ``HTMLWriter/write(url:)``.
    case url
    /// A custom property; all those of an element make one `style` attribute.
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

  /// An attribute that has no member of its own.
  ///
  /// Addresses (`href`, `src`, …) are checked as everywhere. Event handlers, `style` and `srcdoc` are code: naming one
  /// is a mistake of the program and stops it.
  public static func custom(_ name: StaticString, _ value: some AttributeConvertible) -> Attribute {
    let text = name.description.lowercased()
    precondition(
      !text.hasPrefix("on") && text != "style" && text != "srcdoc",
      "\(text) would be run as code; use a hook for the script (data-…) or .property")
    return Attribute(name, kind: urlNames.contains(text) ? .url : .plain, value.attributeValue)
  }

  /// The attributes that browsers fetch or follow.
  private static let urlNames: Set<String> = [
    "action", "background", "cite", "data", "formaction", "href", "icon", "longdesc", "manifest", "ping", "poster",
    "profile", "src", "usemap", "xlink:href",
  ]

  /// The attribute if `condition` holds; otherwise none is written.
  public static func when(_ condition: Bool, _ attribute: Attribute) -> Attribute {
    condition ? attribute : Attribute(attribute.name, kind: attribute.kind, .absent)
  }
}

/// What stands behind the name of an attribute.
public enum AttributeValue: Sendable {
  /// The attribute is not written at all.
  case absent
  /// The name alone: a boolean attribute that is on.
  case present
  case text(String)
  case integer(Int)
  /// Written with as few digits as tell it apart; a number that is not finite is left out, with its attribute.
  case number(Double)
}

/// A value that an attribute can carry. `nil` leaves the attribute out.
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

/// `true` or `false` in words, as `aria-…` and `data-…` want it; boolean attributes are members of ``Attribute``.
extension Bool: AttributeConvertible {
  @inlinable public var attributeValue: AttributeValue { .text(self ? "true" : "false") }
}

extension Optional: AttributeConvertible where Wrapped: AttributeConvertible {
  @inlinable public var attributeValue: AttributeValue { self?.attributeValue ?? .absent }
}
