/// The URLs of stories. All of a page's state is in its URL, so the pages work without script.
enum StoryAddress {
  /// The URL of the story on its own, with the view's props and theme.
  static func standalone(_ story: Story, view: StoryView) -> String {
    "/stories/\(story.id)" + query(theme(view) + props(of: story, in: view))
  }

  /// The URL of the story in the catalogue.
  static func inIndex(_ story: Story, view: StoryView, search: String = "") -> String {
    let parts =
      [("story", story.id)] + (search.isEmpty ? [] : [("q", search)]) + settings(view) + props(of: story, in: view)
    return "/stories" + query(parts)
  }

  /// The theme and the width, each omitted if it has its default value.
  static func settings(_ view: StoryView) -> [(String, String)] {
    theme(view) + (view.width == .desktop ? [] : [("width", view.width.rawValue)])
  }

  private static func theme(_ view: StoryView) -> [(String, String)] {
    view.theme == .system ? [] : [("theme", view.theme.rawValue)]
  }

  /// The values of the story's controls that differ from their initial values.
  private static func props(of story: Story, in view: StoryView) -> [(String, String)] {
    story.controls.compactMap { control in
      let value = control.value(for: view.props[control.name])
      return value == control.initial ? nil : (control.name, value)
    }
  }

  private static func query(_ parts: [(String, String)]) -> String {
    parts.isEmpty ? "" : "?" + parts.map { "\(encoded($0))=\(encoded($1))" }.joined(separator: "&")
  }

  /// Percent-encodes everything but unreserved characters, RFC 3986 §2.3, and slashes, which a query may contain (§3.4).
  private static func encoded(_ text: String) -> String {
    text.utf8.reduce(into: "") { result, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"), UInt8(ascii: "/"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
  }
}
