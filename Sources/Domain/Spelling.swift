/// Suggestions for misspelt words.
package enum Spelling {
  /// The known word that was probably meant; nil if none is similar.
  package static func nearest(to word: String, among known: [String]) -> String? {
    // A name has a few dozen bytes; the distance of a longer text would only cost time.
    guard word.utf8.count <= 64 else { return nil }
    let nearest = known.map { (word: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
    return nearest.flatMap { $0.distance <= max(2, $0.word.count / 3) ? $0.word : nil }
  }

  /// ` Did you mean "progress"?`, to follow a sentence; empty if no known word is similar.
  package static func hint(for word: String, among known: [String]) -> String {
    nearest(to: word, among: known).map { " Did you mean \"\($0)\"?" } ?? ""
  }

  /// The Levenshtein distance of two words.
  private static func distance(_ one: String, _ other: String) -> Int {
    let (one, other) = (Array(one.utf8), Array(other.utf8))
    var row = Array(0...other.count)
    for (i, letter) in one.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, otherLetter) in other.enumerated() {
        let replaced = diagonal + (letter == otherLetter ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[other.count]
  }
}
