/// A request line and its header fields, checked as a whole: whoever holds one can rely on its framing.
///
/// It owns the bytes of the head once; texts are made when asked for. A class, so that handing it on costs one count and
/// not one for each of its parts.
package final class RequestHead: Sendable {
  package enum BodyLength: Sendable, Equatable {
    case none
    /// More than 0 bytes, as declared.
    case length(Int)
    case chunked
  }

  package let method: HTTPMethod
  package let version: HTTPVersion
  package let fields: HTTPFields
  package let bodyLength: BodyLength
  /// Whether the peer wants the connection to stay. HTTP/1.0 never gets it: RFC 9112 §9.3 leaves that to us, and a
  /// proxy of that age might misunderstand it.
  package let keepAlive: Bool
  /// The peer waits for `100 Continue`, or for a refusal, before it sends the body.
  package let expectsContinue: Bool
  private let parts: RequestTarget
  /// Where the Host field names the host, without the port.
  private let hostName: Range<Int>?

  init(
    method: HTTPMethod, version: HTTPVersion, fields: HTTPFields, target: RequestTarget, hostName: Range<Int>?,
    bodyLength: BodyLength, keepAlive: Bool, expectsContinue: Bool
  ) {
    self.method = method
    self.version = version
    self.fields = fields
    self.bodyLength = bodyLength
    self.keepAlive = keepAlive
    self.expectsContinue = expectsContinue
    parts = target
    self.hostName = hostName
  }

  /// The target as it was sent. Not for logs: the query may hold a ticket.
  package var target: String { fields.text(parts.whole) }

  /// The path, percent-decoded once; it begins with a slash, or is `*` for `OPTIONS *`.
  ///
  /// No segment is `..`, and none holds a slash, a backslash or a control character.
  package var path: String {
    parts.decodedPath ?? (parts.path.isEmpty ? "/" : fields.text(parts.path))
  }

  /// The bytes of ``path``.
  package var pathBytes: ArraySlice<UInt8> {
    if let decoded = parts.decodedPath { return Array(decoded.utf8)[...] }
    return parts.path.isEmpty ? [.slash] : fields.bytes[parts.path]
  }

  /// The items of the query, parsed at every call.
  package var query: Query {
    guard let range = parts.query else { return Query() }
    // A query with an invalid escape was refused with the head.
    return Query(parsing: fields.bytes[range]) ?? Query()
  }

  /// Host and port as the peer named them; nil only with HTTP/1.0.
  package var host: String? { fields["host"] }

  /// Whether the peer named this host, on whatever port.
  package func isHost(_ name: [UInt8]) -> Bool { hostName.map { fields.bytes[$0].equalsIgnoringCase(name) } ?? false }
}
