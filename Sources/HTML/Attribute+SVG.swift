// Attributes of SVG shapes. Lengths are in user units, as defined by the `viewBox`.

extension Attribute {
  @inlinable public static func viewBox(_ value: String) -> Attribute {
    Attribute("viewBox", .text(value))
  }

  @inlinable public static func x(_ value: some AttributeConvertible) -> Attribute {
    Attribute("x", value.attributeValue)
  }

  @inlinable public static func y(_ value: some AttributeConvertible) -> Attribute {
    Attribute("y", value.attributeValue)
  }

  @inlinable public static func x1(_ value: some AttributeConvertible) -> Attribute {
    Attribute("x1", value.attributeValue)
  }

  @inlinable public static func y1(_ value: some AttributeConvertible) -> Attribute {
    Attribute("y1", value.attributeValue)
  }

  @inlinable public static func x2(_ value: some AttributeConvertible) -> Attribute {
    Attribute("x2", value.attributeValue)
  }

  @inlinable public static func y2(_ value: some AttributeConvertible) -> Attribute {
    Attribute("y2", value.attributeValue)
  }

  @inlinable public static func dx(_ value: some AttributeConvertible) -> Attribute {
    Attribute("dx", value.attributeValue)
  }

  @inlinable public static func dy(_ value: some AttributeConvertible) -> Attribute {
    Attribute("dy", value.attributeValue)
  }

  @inlinable public static func cx(_ value: some AttributeConvertible) -> Attribute {
    Attribute("cx", value.attributeValue)
  }

  @inlinable public static func cy(_ value: some AttributeConvertible) -> Attribute {
    Attribute("cy", value.attributeValue)
  }

  @inlinable public static func r(_ value: some AttributeConvertible) -> Attribute {
    Attribute("r", value.attributeValue)
  }

  @inlinable public static func rx(_ value: some AttributeConvertible) -> Attribute {
    Attribute("rx", value.attributeValue)
  }

  @inlinable public static func ry(_ value: some AttributeConvertible) -> Attribute {
    Attribute("ry", value.attributeValue)
  }

  @inlinable public static func d(_ value: some AttributeConvertible) -> Attribute {
    Attribute("d", value.attributeValue)
  }

  @inlinable public static func points(_ value: some AttributeConvertible) -> Attribute {
    Attribute("points", value.attributeValue)
  }

  @inlinable public static func transform(_ value: some AttributeConvertible) -> Attribute {
    Attribute("transform", value.attributeValue)
  }

  @inlinable public static func fill(_ value: some AttributeConvertible) -> Attribute {
    Attribute("fill", value.attributeValue)
  }

  @inlinable public static func stroke(_ value: some AttributeConvertible) -> Attribute {
    Attribute("stroke", value.attributeValue)
  }

  @inlinable public static func opacity(_ value: some AttributeConvertible) -> Attribute {
    Attribute("opacity", value.attributeValue)
  }

  @inlinable public static func offset(_ value: some AttributeConvertible) -> Attribute {
    Attribute("offset", value.attributeValue)
  }

  @inlinable public static func xmlns(_ value: some AttributeConvertible) -> Attribute {
    Attribute("xmlns", value.attributeValue)
  }

  @inlinable public static func preserveAspectRatio(_ value: some AttributeConvertible) -> Attribute {
    Attribute("preserveAspectRatio", value.attributeValue)
  }

  @inlinable public static func pathLength(_ value: some AttributeConvertible) -> Attribute {
    Attribute("pathLength", value.attributeValue)
  }

  @inlinable public static func fillRule(_ value: some AttributeConvertible) -> Attribute {
    Attribute("fill-rule", value.attributeValue)
  }

  @inlinable public static func strokeWidth(_ value: some AttributeConvertible) -> Attribute {
    Attribute("stroke-width", value.attributeValue)
  }

  @inlinable public static func strokeLinecap(_ value: some AttributeConvertible) -> Attribute {
    Attribute("stroke-linecap", value.attributeValue)
  }

  @inlinable public static func strokeLinejoin(_ value: some AttributeConvertible) -> Attribute {
    Attribute("stroke-linejoin", value.attributeValue)
  }

  @inlinable public static func strokeDasharray(_ value: some AttributeConvertible) -> Attribute {
    Attribute("stroke-dasharray", value.attributeValue)
  }

  @inlinable public static func strokeDashoffset(_ value: some AttributeConvertible) -> Attribute {
    Attribute("stroke-dashoffset", value.attributeValue)
  }

  @inlinable public static func textAnchor(_ value: some AttributeConvertible) -> Attribute {
    Attribute("text-anchor", value.attributeValue)
  }

  @inlinable public static func dominantBaseline(_ value: some AttributeConvertible) -> Attribute {
    Attribute("dominant-baseline", value.attributeValue)
  }

  @inlinable public static func vectorEffect(_ value: some AttributeConvertible) -> Attribute {
    Attribute("vector-effect", value.attributeValue)
  }

  @inlinable public static func clipPath(_ value: some AttributeConvertible) -> Attribute {
    Attribute("clip-path", value.attributeValue)
  }

  @inlinable public static func stopColor(_ value: some AttributeConvertible) -> Attribute {
    Attribute("stop-color", value.attributeValue)
  }

  @inlinable public static func focusable(_ value: some AttributeConvertible) -> Attribute {
    Attribute("focusable", value.attributeValue)
  }
}
