/// A query, and whether it finds a job with these texts. The server's store and the browser's list are both held to the
/// table: the browser reads it as `Tests/fixtures/search.json`.
package struct SearchCase: Sendable {
  package let query: String
  package let name: String
  package let source: String
  package let id: String
  package let isFound: Bool

  package init(
    _ query: String, name: String = "walk", source: String = "upload:walk.y4m", id: String = "41", isFound: Bool
  ) {
    self.query = query
    self.name = name
    self.source = source
    self.id = id
    self.isFound = isFound
  }

  package static let all: [SearchCase] =
    // Where it looks, and how much of the query counts.
    [
      SearchCase("", isFound: true), SearchCase("   ", isFound: true), SearchCase("walk", isFound: true),
      SearchCase("alk", isFound: true), SearchCase("wlk", isFound: false), SearchCase("run", isFound: false),
      SearchCase("cam7", name: "Gate", source: "cameras/cam7/0412.y4m", isFound: true),
      SearchCase("cam7/04", name: "Gate", source: "cameras/cam7/0412.y4m", isFound: true),
      SearchCase("4711", id: "4711", isFound: true), SearchCase("47111", id: "4711", isFound: false),
      SearchCase("  walk\t", isFound: true), SearchCase("\u{A0}walk\u{2003}", isFound: true),
      SearchCase("\u{85}walk", isFound: true), SearchCase("\u{FEFF}walk", isFound: false),
      SearchCase("two words", name: "The two words", isFound: true),
      SearchCase("two  words", name: "The two words", isFound: false),
      SearchCase("%", isFound: false), SearchCase("_", isFound: false), SearchCase("*", isFound: false),
      SearchCase("50%", name: "At 50% speed", isFound: true), SearchCase("'; --", name: "a '; -- b", isFound: true),
    ]
    // Case.
    + [
      SearchCase("WALK", isFound: true), SearchCase("walk", name: "WALK", isFound: true),
      SearchCase("ärger", name: "ÄRGER", isFound: true), SearchCase("straße", name: "STRASSE 5", isFound: true),
      SearchCase("STRASSE", name: "Straße 5", isFound: true), SearchCase("οδος", name: "ΟΔΟΣ", isFound: true),
      SearchCase("ΟΔΟΣ 5", name: "οδος 5", isFound: true), SearchCase("οδοσ", name: "οδος", isFound: true),
      SearchCase("izmir", name: "IZMIR", isFound: true), SearchCase("i\u{307}zmir", name: "İzmir", isFound: true),
      SearchCase("дом", name: "ДОМ", isFound: true), SearchCase("ﬁlm", name: "FILM", isFound: true),
      SearchCase("ᾳ", name: "ΑΙ", isFound: true), SearchCase("𐐨", name: "𐐀", isFound: true),
    ]
    // Unicode forms: a Mac's file names are decomposed.
    + [
      SearchCase("café", name: "cafe\u{301}.y4m", isFound: true),
      SearchCase("cafe\u{301}", name: "café.y4m", isFound: true),
      SearchCase("CAFÉ", source: "upload:cafe\u{301}.y4m", isFound: true),
      SearchCase("cafe", name: "café.y4m", isFound: false), SearchCase("cafe", name: "cafe\u{301}.y4m", isFound: false),
      SearchCase("\u{1EAD}", name: "a\u{302}\u{323}", isFound: true),
      SearchCase("a\u{323}\u{302}", name: "\u{1EAD}", isFound: true),
      SearchCase("한글", name: "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}", isFound: true),
      SearchCase("がぎ", name: "か\u{3099}き\u{3099}", isFound: true),
      SearchCase("\u{212B}", name: "Å", isFound: true), SearchCase("å", name: "\u{212B}", isFound: true),
      SearchCase("👩‍🚀", name: "a 👩‍🚀 b", isFound: true), SearchCase("ｃａｍ", name: "cam", isFound: false),
    ]
}
