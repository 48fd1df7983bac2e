/// Where stories are found. All parts are plain links, so the pages work without script.
enum StoryAddress {
  /// The story alone, with the props and the theme of the view.
  static func alone(_ story: Story, _ view: StoryView) -> String {
    "/stories/\(story.id)" + query(theme(view) + props(of: story, view))
  }

  /// The story among the others.
  static func inIndex(_ story: Story, _ view: StoryView, search: String = "") -> String {
    let parts =
      [("story", story.id)] + (search.isEmpty ? [] : [("q", search)]) + settings(view) + props(of: story, view)
    return "/stories" + query(parts)
  }

  /// The theme and the width, where they are not the usual ones.
  static func settings(_ view: StoryView) -> [(String, String)] {
    theme(view) + (view.width == .desktop ? [] : [("width", view.width.rawValue)])
  }

  private static func theme(_ view: StoryView) -> [(String, String)] {
    view.theme == .system ? [] : [("theme", view.theme.rawValue)]
  }

  /// What was asked of the story's controls, where it is not the initial value.
  private static func props(of story: Story, _ view: StoryView) -> [(String, String)] {
    story.controls.compactMap { control in
      let value = control.value(view.props[control.name])
      return value == control.initial ? nil : (control.name, value)
    }
  }

  private static func query(_ parts: [(String, String)]) -> String {
    parts.isEmpty ? "" : "?" + parts.map { "\(encoded($0))=\(encoded($1))" }.joined(separator: "&")
  }

  /// Everything but unreserved characters is written as %XX, RFC 3986 §2.3. The slash of a story's id may stay.
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
