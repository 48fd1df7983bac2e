/// A request method that we know (RFC 9110 §9): a server answers any other with 501. Methods are case-sensitive.
package enum HTTPMethod: String, Sendable, CaseIterable, CustomStringConvertible {
  // The most frequent first: they are looked for in this order.
  case get = "GET"
  case post = "POST"
  case head = "HEAD"
  case put = "PUT"
  case delete = "DELETE"
  case patch = "PATCH"
  case options = "OPTIONS"
  case trace = "TRACE"
  case connect = "CONNECT"

  // Kept, because `allCases` makes an array each time.
  private static let known = allCases

  package var description: String { rawValue }

  /// The method that these bytes spell.
  init?(known bytes: some Collection<UInt8>) {
    for method in Self.known where method.rawValue.utf8.elementsEqual(bytes) {
      self = method
      return
    }
    return nil
  }
}
