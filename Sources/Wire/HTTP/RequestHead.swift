/// A validated request line with its header fields. Its framing is unambiguous.
///
/// Owns the bytes of the head; strings are created on demand. A class, so that passing it on costs one retain instead
/// of one for each stored property.
package final class RequestHead: Sendable {
  package enum BodyLength: Sendable, Equatable {
    case none
    /// The declared length, more than 0 bytes.
    case length(Int)
    case chunked
  }

  package let method: HTTPMethod
  package let version: HTTPVersion
  package let fields: HTTPFields
  package let bodyLength: BodyLength
  /// Whether the connection may stay open after the response. Always false for HTTP/1.0: RFC 9112 §9.3 makes it
  /// optional, and an old proxy might misinterpret it.
  package let keepAlive: Bool
  /// Whether the peer waits for `100 Continue` or a final status before it sends the body.
  package let expectsContinue: Bool
  /// Whether it has conditions (RFC 9110 §13.1).
  package let isConditional: Bool
  package let hasRange: Bool
  /// Whether Accept-Encoding has weights, so that the client may refuse an unencoded body.
  package let weighsCodings: Bool
  /// Whether the body has a content coding (RFC 9110 §8.4).
  package let isBodyCoded: Bool
  private let parts: RequestTarget
  /// The position of the host's name in the Host field, without the port.
  private let hostName: Range<Int>?

  init(
    method: HTTPMethod, version: HTTPVersion, fields: HTTPFields, target: RequestTarget, hostName: Range<Int>?,
    bodyLength: BodyLength, keepAlive: Bool, expectsContinue: Bool, isConditional: Bool, hasRange: Bool,
    weighsCodings: Bool, isBodyCoded: Bool
  ) {
    self.method = method
    self.version = version
    self.fields = fields
    self.bodyLength = bodyLength
    self.keepAlive = keepAlive
    self.expectsContinue = expectsContinue
    self.isConditional = isConditional
    self.hasRange = hasRange
    self.weighsCodings = weighsCodings
    self.isBodyCoded = isBodyCoded
    parts = target
    self.hostName = hostName
  }

  /// The target as the peer sent it. Don't log it: the query may contain a ticket.
  package var target: String { fields.text(in: parts.whole) }

  /// The percent-decoded path. It begins with a slash, or is `*` for `OPTIONS *`.
  ///
  /// No segment is `..` or contains a slash, a backslash or a control character.
  package var path: String {
    parts.decodedPath ?? (parts.path.isEmpty ? "/" : fields.text(in: parts.path))
  }

  /// The bytes of ``path``.
  package var pathBytes: ArraySlice<UInt8> {
    if let decoded = parts.decodedPath { return Array(decoded.utf8)[...] }
    return parts.path.isEmpty ? [.slash] : fields.bytes[parts.path]
  }

  /// The items of the query. Parsed on every access.
  package var query: Query {
    guard let range = parts.query else { return Query() }
    // Can't fail here: a head with an invalid query is refused.
    return Query(parsing: fields.bytes[range]) ?? Query()
  }

  /// The value of the Host field; nil only with HTTP/1.0.
  package var host: String? { fields["host"] }

  /// Whether the Host field names this host, ignoring case and port.
  package func isHost(_ name: [UInt8]) -> Bool { hostName.map { fields.bytes[$0].equalsIgnoringCase(name) } ?? false }
}
