// Attributes of links, documents, text and media.

extension Attribute {
  // Addresses, checked by `URLPolicy`.

  @inlinable public static func href(_ address: String?) -> Attribute {
    Attribute("href", kind: .url, address.attributeValue)
  }

  @inlinable public static func src(_ address: String?) -> Attribute {
    Attribute("src", kind: .url, address.attributeValue)
  }

  @inlinable public static func action(_ address: String?) -> Attribute {
    Attribute("action", kind: .url, address.attributeValue)
  }

  @inlinable public static func formaction(_ address: String?) -> Attribute {
    Attribute("formaction", kind: .url, address.attributeValue)
  }

  @inlinable public static func poster(_ address: String?) -> Attribute {
    Attribute("poster", kind: .url, address.attributeValue)
  }

  @inlinable public static func cite(_ address: String?) -> Attribute {
    Attribute("cite", kind: .url, address.attributeValue)
  }

  // Documents and links.

  @inlinable public static func rel(_ value: some AttributeConvertible) -> Attribute {
    Attribute("rel", value.attributeValue)
  }

  @inlinable public static func target(_ value: some AttributeConvertible) -> Attribute {
    Attribute("target", value.attributeValue)
  }

  @inlinable public static func download(_ value: some AttributeConvertible) -> Attribute {
    Attribute("download", value.attributeValue)
  }

  @inlinable public static func media(_ value: some AttributeConvertible) -> Attribute {
    Attribute("media", value.attributeValue)
  }

  @inlinable public static func charset(_ value: some AttributeConvertible) -> Attribute {
    Attribute("charset", value.attributeValue)
  }

  @inlinable public static func content(_ value: some AttributeConvertible) -> Attribute {
    Attribute("content", value.attributeValue)
  }

  @inlinable public static func name(_ value: some AttributeConvertible) -> Attribute {
    Attribute("name", value.attributeValue)
  }

  @inlinable public static func hreflang(_ value: some AttributeConvertible) -> Attribute {
    Attribute("hreflang", value.attributeValue)
  }

  @inlinable public static func integrity(_ value: some AttributeConvertible) -> Attribute {
    Attribute("integrity", value.attributeValue)
  }

  @inlinable public static func crossorigin(_ value: some AttributeConvertible) -> Attribute {
    Attribute("crossorigin", value.attributeValue)
  }

  @inlinable public static func referrerpolicy(_ value: some AttributeConvertible) -> Attribute {
    Attribute("referrerpolicy", value.attributeValue)
  }

  @inlinable public static func `as`(_ value: some AttributeConvertible) -> Attribute {
    Attribute("as", value.attributeValue)
  }

  @inlinable public static func sizes(_ value: some AttributeConvertible) -> Attribute {
    Attribute("sizes", value.attributeValue)
  }

  @inlinable public static func color(_ value: some AttributeConvertible) -> Attribute {
    Attribute("color", value.attributeValue)
  }

  @inlinable public static func fetchpriority(_ value: some AttributeConvertible) -> Attribute {
    Attribute("fetchpriority", value.attributeValue)
  }

  @inlinable public static func httpEquiv(_ value: some AttributeConvertible) -> Attribute {
    Attribute("http-equiv", value.attributeValue)
  }

  @inlinable public static func async(_ isOn: Bool = true) -> Attribute {
    Attribute("async", isOn ? .present : .absent)
  }

  @inlinable public static func `defer`(_ isOn: Bool = true) -> Attribute {
    Attribute("defer", isOn ? .present : .absent)
  }

  // Text and media.

  @inlinable public static func datetime(_ value: some AttributeConvertible) -> Attribute {
    Attribute("datetime", value.attributeValue)
  }

  @inlinable public static func alt(_ value: some AttributeConvertible) -> Attribute {
    Attribute("alt", value.attributeValue)
  }

  @inlinable public static func width(_ value: some AttributeConvertible) -> Attribute {
    Attribute("width", value.attributeValue)
  }

  @inlinable public static func height(_ value: some AttributeConvertible) -> Attribute {
    Attribute("height", value.attributeValue)
  }

  @inlinable public static func loading(_ value: some AttributeConvertible) -> Attribute {
    Attribute("loading", value.attributeValue)
  }

  @inlinable public static func decoding(_ value: some AttributeConvertible) -> Attribute {
    Attribute("decoding", value.attributeValue)
  }

  @inlinable public static func preload(_ value: some AttributeConvertible) -> Attribute {
    Attribute("preload", value.attributeValue)
  }

  @inlinable public static func sandbox(_ value: some AttributeConvertible) -> Attribute {
    Attribute("sandbox", value.attributeValue)
  }

  @inlinable public static func allow(_ value: some AttributeConvertible) -> Attribute {
    Attribute("allow", value.attributeValue)
  }

  @inlinable public static func type(_ value: some AttributeConvertible) -> Attribute {
    Attribute("type", value.attributeValue)
  }

  @inlinable public static func autoplay(_ isOn: Bool = true) -> Attribute {
    Attribute("autoplay", isOn ? .present : .absent)
  }

  @inlinable public static func controls(_ isOn: Bool = true) -> Attribute {
    Attribute("controls", isOn ? .present : .absent)
  }

  @inlinable public static func loop(_ isOn: Bool = true) -> Attribute {
    Attribute("loop", isOn ? .present : .absent)
  }

  @inlinable public static func muted(_ isOn: Bool = true) -> Attribute {
    Attribute("muted", isOn ? .present : .absent)
  }
}
