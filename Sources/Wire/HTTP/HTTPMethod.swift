/// A known request method (RFC 9110 §9). Any other is answered with 501. Methods are case-sensitive.
package enum HTTPMethod: String, Sendable, CaseIterable, CustomStringConvertible {
  // Most frequent first, because parsing compares in this order.
  case get = "GET"
  case post = "POST"
  case head = "HEAD"
  case put = "PUT"
  case delete = "DELETE"
  case patch = "PATCH"
  case options = "OPTIONS"
  case trace = "TRACE"
  case connect = "CONNECT"

  // Stored, because `allCases` allocates an array on every call.
  private static let known = allCases

  /// Whether it only reads (RFC 9110 §9.2.1).
  package var isSafe: Bool { self == .get || self == .head || self == .options || self == .trace }

  package var description: String { rawValue }

  /// The method with this name; nil if it is unknown.
  init?(known bytes: some Collection<UInt8>) {
    for method in Self.known where method.rawValue.utf8.elementsEqual(bytes) {
      self = method
      return
    }
    return nil
  }
}
