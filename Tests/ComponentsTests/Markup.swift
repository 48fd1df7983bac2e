import HTML

/// Rendered markup, with queries for the parts that a test checks.
struct Markup {
  let text: String

  init(_ html: some HTML) { text = html.renderString() }

  private init(text: String) { self.text = text }

  func contains(_ part: String) -> Bool { text.contains(part) }

  func count(of part: String) -> Int { text.split(separator: part, omittingEmptySubsequences: false).count - 1 }

  /// The text between the first `start` and the next `end`.
  func between(_ start: String, and end: String) -> String? {
    guard let from = text.range(of: start)?.upperBound, let to = text.range(of: end, after: from) else { return nil }
    return String(text[from..<to])
  }

  /// The text of the first element with this `data-slot`, and whether the element is hidden.
  func slot(_ name: String) -> (text: String, isHidden: Bool)? {
    guard let mark = text.range(of: "data-slot=\"\(name)\"")?.upperBound,
      let tagEnd = text[mark...].firstIndex(of: ">"), let end = text[tagEnd...].firstIndex(of: "<")
    else { return nil }
    return (String(text[text.index(after: tagEnd)..<end]), text[mark..<tagEnd].contains(" hidden"))
  }

  /// The markup without its templates, which repeat every slot.
  var withoutTemplates: Markup {
    var rest = text[...]
    var kept = ""
    while let start = String(rest).range(of: "<template ") {
      let text = String(rest)
      kept += text[..<start.lowerBound]
      guard let end = text.range(of: "</template>", after: start.upperBound) else { break }
      rest = text[text.index(end, offsetBy: "</template>".count)...]
    }
    return Markup(text: kept + rest)
  }
}

extension String {
  fileprivate func range(of part: String) -> Range<String.Index>? { firstRange(of: part) }

  fileprivate func range(of part: String, after index: String.Index) -> String.Index? {
    self[index...].firstRange(of: part)?.lowerBound
  }
}
