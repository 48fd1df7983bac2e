/// Which addresses a page may fetch or follow.
///
/// Allowed are relative addresses, `http`, `https`, `mailto`, and images of the three formats that the server checks
/// as `data:image/png`, `jpeg` or `webp`. Everything else, `javascript:` above all, is replaced.
enum URLPolicy {
  /// Stands in for an address that is not allowed: it leads nowhere and fetches nothing.
  static let refused: StaticString = "about:invalid"

  /// Reads the scheme as browsers do (WHATWG URL §4.4): blanks and controls before it do not count, nor do tabs and
  /// line breaks anywhere. A colon before the first `/`, `?` or `#` after anything else than an allowed scheme is
  /// refused, also where a browser would take it for a relative address.
  static func allows(_ address: String) -> Bool {
    var scheme: [UInt8] = []
    let bytes = address.utf8
    var position = bytes.startIndex
    while position < bytes.endIndex {
      let byte = bytes[position]
      position = bytes.index(after: position)
      switch byte {
      case 0x09, 0x0A, 0x0D: continue
      case 0x00...0x20 where scheme.isEmpty: continue
      case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): return true
      case UInt8(ascii: ":"): return allows(scheme: scheme, rest: bytes[position...])
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): scheme.append(byte | 0x20)
      default: scheme.append(byte)
      }
    }
    return true
  }

  private static func allows(scheme: [UInt8], rest: Substring.UTF8View) -> Bool {
    switch String(decoding: scheme, as: UTF8.self) {
    case "http", "https", "mailto": true
    case "data": isImage(rest)
    default: false
    }
  }

  private static func isImage(_ rest: Substring.UTF8View) -> Bool {
    // The longest prefix is `image/jpeg;`.
    let start = String(decoding: rest.prefix(11), as: UTF8.self).lowercased()
    return ["image/png", "image/jpeg", "image/webp"].contains { start.hasPrefix($0 + ";") || start.hasPrefix($0 + ",") }
  }
}

extension HTMLWriter {
  /// Appends an address as the inside of an attribute value, or `about:invalid` where it is not allowed.
  public mutating func write(url address: String) {
    if URLPolicy.allows(address) {
      write(attribute: address)
    } else {
      write(markup: URLPolicy.refused)
    }
  }
}
