// Attributes of lists, tables, forms and disclosure elements.

extension Attribute {
  // Lists and tables.

  @inlinable public static func start(_ value: some AttributeConvertible) -> Attribute {
    Attribute("start", value.attributeValue)
  }

  @inlinable public static func colspan(_ value: some AttributeConvertible) -> Attribute {
    Attribute("colspan", value.attributeValue)
  }

  @inlinable public static func rowspan(_ value: some AttributeConvertible) -> Attribute {
    Attribute("rowspan", value.attributeValue)
  }

  @inlinable public static func scope(_ value: some AttributeConvertible) -> Attribute {
    Attribute("scope", value.attributeValue)
  }

  @inlinable public static func headers(_ value: some AttributeConvertible) -> Attribute {
    Attribute("headers", value.attributeValue)
  }

  @inlinable public static func span(_ value: some AttributeConvertible) -> Attribute {
    Attribute("span", value.attributeValue)
  }

  @inlinable public static func reversed(_ isOn: Bool = true) -> Attribute {
    Attribute("reversed", isOn ? .present : .absent)
  }

  // Forms and disclosure elements.

  @inlinable public static func value(_ value: some AttributeConvertible) -> Attribute {
    Attribute("value", value.attributeValue)
  }

  @inlinable public static func method(_ value: some AttributeConvertible) -> Attribute {
    Attribute("method", value.attributeValue)
  }

  @inlinable public static func enctype(_ value: some AttributeConvertible) -> Attribute {
    Attribute("enctype", value.attributeValue)
  }

  @inlinable public static func placeholder(_ value: some AttributeConvertible) -> Attribute {
    Attribute("placeholder", value.attributeValue)
  }

  @inlinable public static func `for`(_ value: some AttributeConvertible) -> Attribute {
    Attribute("for", value.attributeValue)
  }

  @inlinable public static func form(_ value: some AttributeConvertible) -> Attribute {
    Attribute("form", value.attributeValue)
  }

  @inlinable public static func list(_ value: some AttributeConvertible) -> Attribute {
    Attribute("list", value.attributeValue)
  }

  @inlinable public static func min(_ value: some AttributeConvertible) -> Attribute {
    Attribute("min", value.attributeValue)
  }

  @inlinable public static func max(_ value: some AttributeConvertible) -> Attribute {
    Attribute("max", value.attributeValue)
  }

  @inlinable public static func step(_ value: some AttributeConvertible) -> Attribute {
    Attribute("step", value.attributeValue)
  }

  @inlinable public static func minlength(_ value: some AttributeConvertible) -> Attribute {
    Attribute("minlength", value.attributeValue)
  }

  @inlinable public static func maxlength(_ value: some AttributeConvertible) -> Attribute {
    Attribute("maxlength", value.attributeValue)
  }

  @inlinable public static func low(_ value: some AttributeConvertible) -> Attribute {
    Attribute("low", value.attributeValue)
  }

  @inlinable public static func high(_ value: some AttributeConvertible) -> Attribute {
    Attribute("high", value.attributeValue)
  }

  @inlinable public static func optimum(_ value: some AttributeConvertible) -> Attribute {
    Attribute("optimum", value.attributeValue)
  }

  @inlinable public static func pattern(_ value: some AttributeConvertible) -> Attribute {
    Attribute("pattern", value.attributeValue)
  }

  @inlinable public static func rows(_ value: some AttributeConvertible) -> Attribute {
    Attribute("rows", value.attributeValue)
  }

  @inlinable public static func cols(_ value: some AttributeConvertible) -> Attribute {
    Attribute("cols", value.attributeValue)
  }

  @inlinable public static func size(_ value: some AttributeConvertible) -> Attribute {
    Attribute("size", value.attributeValue)
  }

  @inlinable public static func wrap(_ value: some AttributeConvertible) -> Attribute {
    Attribute("wrap", value.attributeValue)
  }

  @inlinable public static func accept(_ value: some AttributeConvertible) -> Attribute {
    Attribute("accept", value.attributeValue)
  }

  @inlinable public static func autocomplete(_ value: some AttributeConvertible) -> Attribute {
    Attribute("autocomplete", value.attributeValue)
  }

  @inlinable public static func label(_ value: some AttributeConvertible) -> Attribute {
    Attribute("label", value.attributeValue)
  }

  @inlinable public static func command(_ value: some AttributeConvertible) -> Attribute {
    Attribute("command", value.attributeValue)
  }

  @inlinable public static func popovertarget(_ value: some AttributeConvertible) -> Attribute {
    Attribute("popovertarget", value.attributeValue)
  }

  @inlinable public static func closedby(_ value: some AttributeConvertible) -> Attribute {
    Attribute("closedby", value.attributeValue)
  }

  @inlinable public static func commandFor(_ value: some AttributeConvertible) -> Attribute {
    Attribute("commandfor", value.attributeValue)
  }

  @inlinable public static func checked(_ isOn: Bool = true) -> Attribute {
    Attribute("checked", isOn ? .present : .absent)
  }

  @inlinable public static func disabled(_ isOn: Bool = true) -> Attribute {
    Attribute("disabled", isOn ? .present : .absent)
  }

  @inlinable public static func required(_ isOn: Bool = true) -> Attribute {
    Attribute("required", isOn ? .present : .absent)
  }

  @inlinable public static func readonly(_ isOn: Bool = true) -> Attribute {
    Attribute("readonly", isOn ? .present : .absent)
  }

  @inlinable public static func multiple(_ isOn: Bool = true) -> Attribute {
    Attribute("multiple", isOn ? .present : .absent)
  }

  @inlinable public static func selected(_ isOn: Bool = true) -> Attribute {
    Attribute("selected", isOn ? .present : .absent)
  }

  @inlinable public static func open(_ isOn: Bool = true) -> Attribute {
    Attribute("open", isOn ? .present : .absent)
  }

  @inlinable public static func novalidate(_ isOn: Bool = true) -> Attribute {
    Attribute("novalidate", isOn ? .present : .absent)
  }

  @inlinable public static func formnovalidate(_ isOn: Bool = true) -> Attribute {
    Attribute("formnovalidate", isOn ? .present : .absent)
  }
}
