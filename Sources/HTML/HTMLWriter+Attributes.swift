extension HTMLWriter {
  /// Appends a start tag.
  public mutating func write(startTag name: StaticString, _ attributes: [Attribute]) {
    reserve(name.utf8CodeUnitCount &+ 2)
    put(UInt8(ascii: "<"))
    put(name)
    var hasStyle = false
    for attribute in attributes {
      if case .absent = attribute.value { continue }
      if attribute.kind != .property {
        write(attribute)
      } else if !hasStyle {
        hasStyle = true
        write(styleOf: attributes)
      }
    }
    write(UInt8(ascii: ">"))
  }

  /// Appends an end tag.
  public mutating func write(endTag name: StaticString) {
    reserve(name.utf8CodeUnitCount &+ 3)
    put("</")
    put(name)
    put(UInt8(ascii: ">"))
  }

  private mutating func write(_ attribute: Attribute) {
    // A blank, `data-` or `aria-`, the name, `="`.
    reserve(attribute.name.utf8CodeUnitCount &+ 8)
    put(UInt8(ascii: " "))
    switch attribute.kind {
    case .data: put("data-")
    case .aria: put("aria-")
    case .plain, .url, .property: break
    }
    put(attribute.name)
    if case .present = attribute.value { return }
    put("=\"")
    switch attribute.value {
    case .text(let text) where attribute.kind == .url: write(url: text)
    case .text(let text): write(attribute: text)
    case .integer(let integer): write(integer)
    case .number(let number): write(number)
    case .absent, .present: break
    }
    write(UInt8(ascii: "\""))
  }

  /// Appends the custom properties among `attributes` as a single `style` attribute.
  private mutating func write(styleOf attributes: [Attribute]) {
    write(markup: " style=\"")
    var isFirst = true
    for property in attributes where property.kind == .property {
      if case .absent = property.value { continue }
      if !isFirst { write(markup: "; ") }
      isFirst = false
      write(markup: property.name)
      write(markup: ": ")
      switch property.value {
      case .text(let text): write(attribute: text)
      case .integer(let integer): write(integer)
      case .number(let number): write(number)
      case .absent, .present: break
      }
    }
    write(UInt8(ascii: "\""))
  }

  /// Appends a finite number: `1`, `0.42`.
  private mutating func write(_ number: Double) {
    // Not Int(exactly:), which needs trunc from libm. Up to 2^53 the conversion is exact.
    if number.magnitude < 0x1p53, Double(Int(number)) == number {
      write(Int(number))
    } else {
      write(attribute: number.description)
    }
  }
}
