/// A request method (RFC 9110 §9). Methods are case-sensitive.
package struct HTTPMethod: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package var rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }

  package static let get = HTTPMethod(rawValue: "GET")
  package static let head = HTTPMethod(rawValue: "HEAD")
  package static let post = HTTPMethod(rawValue: "POST")
  package static let put = HTTPMethod(rawValue: "PUT")
  package static let patch = HTTPMethod(rawValue: "PATCH")
  package static let delete = HTTPMethod(rawValue: "DELETE")
  package static let options = HTTPMethod(rawValue: "OPTIONS")
  package static let trace = HTTPMethod(rawValue: "TRACE")
  package static let connect = HTTPMethod(rawValue: "CONNECT")

  /// The most frequent first.
  private static let known: [HTTPMethod] = [.get, .post, .head, .put, .delete, .patch, .options, .trace, .connect]

  package var description: String { rawValue }

  /// The method that these bytes spell, or nil where we don't know it: a server answers those with 501.
  init?(known bytes: some Collection<UInt8>) {
    for method in Self.known where method.rawValue.utf8.elementsEqual(bytes) {
      self = method
      return
    }
    return nil
  }
}
