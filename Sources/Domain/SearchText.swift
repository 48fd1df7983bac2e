/// The rule of every search: case doesn't matter, and neither does the Unicode form in which a text is written.
///
/// A Mac writes the names of files in decomposed form, in which `é` is an `e` and an accent. People type the composed form.
/// `web/js/search-text.js` has the same rule for a search as the user types; `Tests/fixtures/search.json` holds both to it.
package enum SearchText {
  /// The text in the form in which searches compare: upper-cased and then lower-cased, so that `ß` is `ss` and every sigma
  /// is the same, and composed (Unicode Standard Annex 15, form NFC).
  ///
  /// Each scalar is mapped alone. Mappings of whole strings depend on context and language.
  package static func folded(_ text: String) -> String {
    guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text.lowercased() }
    var folded = ""
    folded.reserveCapacity(text.utf8.count)
    for scalar in text.composed.unicodeScalars {
      for upper in scalar.properties.uppercaseMapping.unicodeScalars { folded += upper.properties.lowercaseMapping }
    }
    return folded.composed
  }

  /// A query in the same form, without the blanks around it. If nothing is left, it finds everything.
  package static func folded(query: String) -> String {
    let scalars = query.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return folded(String(scalars[first...last]))
  }
}

extension String {
  /// The canonically equivalent text in composed form (NFC). Swift treats both forms as equal; SQLite, JavaScript and
  /// other programs don't.
  package var composed: String {
    utf8.allSatisfy { $0 < 0x80 } ? self : String(decoding: _nfcCodeUnits, as: UTF8.self)
  }
}

extension SearchText {
  /// The text that a search in the list of jobs covers.
  package static func ofJob(name: String, source: String, id: String) -> String {
    folded("\(name)\n\(source)\n\(id)")
  }
}

extension Job {
  package var searchText: String { SearchText.ofJob(name: name, source: source, id: id) }
}
