/// Decides which URLs a page may fetch or follow.
///
/// Allows relative URLs, `http`, `https`, `mailto`, and images in the three formats that the server validates, as
/// `data:image/png`, `jpeg` or `webp`. All others, most importantly `javascript:`, are replaced.
enum URLPolicy {
  /// Replaces a forbidden URL. Fetches and opens nothing.
  static let refused: StaticString = "about:invalid"

  /// Parses the scheme like a browser (WHATWG URL §4.4): ignores leading blanks and control characters, and tabs and
  /// line breaks anywhere. Any other scheme before the first `/`, `?` or `#` is refused, even if it is invalid and a
  /// browser would treat the URL as relative.
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
  /// Appends a URL inside an attribute value, or `about:invalid` if ``URLPolicy`` forbids it.
  public mutating func write(url address: String) {
    if URLPolicy.allows(address) {
      write(attribute: address)
    } else {
      write(markup: URLPolicy.refused)
    }
  }
}
