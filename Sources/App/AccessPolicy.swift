import Domain
import Wire

/// Keeps other people's pages away from a server that trusts whoever can reach it.
///
/// A page of a foreign site can make a browser send requests here, and by rebinding a name it can even read the
/// answers. The Host header tells the second, the Origin header the first.
struct AccessPolicy: Sendable {
  /// Names under which this server is reached, with and without a port: loopback names, the bound address, the public
  /// URL.
  private let hosts: [[UInt8]]
  /// Origins besides our own that may connect and change things.
  private let allowedOrigins: Set<String>
  private let publicOrigin: String?

  /// - Parameters:
  ///   - host: the address that the server is bound to.
  ///   - publicURL: under which a reverse proxy offers it, such as `https://telltale.example`.
  init(host: String, publicURL: String?, allowedOrigins: [String]) {
    var hosts: Set<String> = ["localhost", "127.0.0.1", "[::1]", host.contains(":") ? "[\(host)]" : host]
    publicOrigin = publicURL.map { $0.trimmingSlash() }
    if let publicOrigin, let scheme = publicOrigin.firstRange(of: "://") {
      hosts.insert(Self.name(String(publicOrigin[scheme.upperBound...])))
    }
    self.hosts = hosts.map { Array($0.utf8) }
    self.allowedOrigins = Set(allowedOrigins.map { $0.lowercased().trimmingSlash() })
  }

  /// - Throws: 421 for a foreign Host, 403 for a foreign Origin where it matters.
  func check(_ head: RequestHead) throws(AppError) {
    // HTTP/1.0 may leave it out: then there is no name to be rebound, but an Origin is still judged.
    if !hosts.contains(where: head.isHost), let host = head.host {
      throw AppError(
        .misdirected, "This server is not known as \(host). Use its own address, or start it with --public-url.")
    }
    let isRead = head.method == .get || head.method == .head || head.method == .options
    let isStream = WebSocketHandshake.isRequested(by: head) || head.fields.acceptsByName("text/event-stream")
    guard !isRead || isStream else { return }
    guard head.fields.values(of: "origin").count <= 1 else {
      throw AppError(.forbidden, "A request has one Origin.")
    }
    if let origin = head.fields["origin"] {
      guard isAllowed(origin: origin, host: head.host) else {
        throw AppError(
          .forbidden, "Requests from \(origin) are not allowed here. Start the server with --allow-origin.")
      }
    } else if head.fields["sec-fetch-site"].map({ $0 != "same-origin" && $0 != "none" }) ?? false {
      throw AppError(.forbidden, "Requests from other sites are not allowed here.")
    }
  }

  /// The CORS header for an origin that was allowed by name; nil for all others, our own included.
  func corsOrigin(_ head: RequestHead?) -> String? {
    guard !allowedOrigins.isEmpty, let origin = head?.fields["origin"], origin.utf8.allSatisfy({ $0 < 0x80 }),
      allowedOrigins.contains(origin.lowercased())
    else { return nil }
    return origin
  }

  private func isAllowed(origin: String, host: String?) -> Bool {
    // Beyond ASCII a letter may become another one in lower case: U+212A, the Kelvin sign, a k.
    guard origin.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
    let origin = origin.lowercased()
    return host.map { origin == "http://\($0.lowercased())" } ?? false || origin == publicOrigin?.lowercased()
      || allowedOrigins.contains(origin)
  }

  /// The host without its port.
  private static func name(_ host: String) -> String {
    let lower = host.lowercased()
    if lower.hasPrefix("[") { return lower.firstIndex(of: "]").map { String(lower[...$0]) } ?? lower }
    return String(lower.prefix { $0 != ":" })
  }
}

extension String {
  fileprivate func trimmingSlash() -> String { hasSuffix("/") ? String(dropLast()) : self }
}
