import Domain

/// An invalid command line. The process prints the description and exits with 64 (EX_USAGE).
package struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }

  /// An unknown word, with the most similar known word if there is one.
  /// - Parameter place: where the word is, starting with a space; empty if that is obvious.
  package static func unknown(_ word: String, in place: String = "", among known: [String]) -> UsageError {
    let hint = Spelling.nearest(to: word, among: known).map { " Did you mean \($0)?" } ?? ""
    return UsageError("\(word)\(place) is unknown.\(hint)")
  }
}
