import Domain
import Wire

/// Protects a server that trusts every client from pages of other sites.
///
/// A foreign page can make a browser send requests here, which the Origin header shows. By DNS rebinding it can even read
/// the responses, which the Host header shows.
struct AccessPolicy: Sendable {
  /// The names of this server, without ports: loopback names, the bound address, the host of the public URL.
  private let hosts: [[UInt8]]
  /// Other origins that may connect and send requests that change something.
  private let allowedOrigins: Set<String>
  private let publicOrigin: String?

  /// - Parameters:
  ///   - host: the address that the server is bound to.
  ///   - publicURL: the URL of a reverse proxy in front of it, such as `https://telltale.example`.
  init(host: String, publicURL: String?, allowedOrigins: [String]) {
    var hosts: Set<String> = ["localhost", "127.0.0.1", "[::1]", host.contains(":") ? "[\(host)]" : host]
    publicOrigin = publicURL.map { $0.trimmingSlash() }
    if let publicOrigin, let scheme = publicOrigin.firstRange(of: "://") {
      hosts.insert(Self.name(String(publicOrigin[scheme.upperBound...])))
    }
    self.hosts = hosts.map { Array($0.utf8) }
    self.allowedOrigins = Set(allowedOrigins.map { $0.lowercased().trimmingSlash() })
  }

  /// - Throws: 421 for a foreign Host; 403 for a foreign Origin, if the request changes something or opens a stream.
  func check(_ head: RequestHead) throws(AppError) {
    // HTTP/1.0 may omit it. Then no name can be rebound, but the Origin is still checked.
    if !hosts.contains(where: head.isHost), let host = head.host {
      throw AppError(
        .misdirected, "This server is not known as \(host). Use its own address, or start it with --public-url.")
    }
    let isRead = head.method == .get || head.method == .head || head.method == .options
    let isStream = WebSocketHandshake.isRequested(by: head) || head.fields.acceptsByName("text/event-stream")
    guard !isRead || isStream else { return }
    guard head.fields.values(of: "origin").count <= 1 else {
      throw AppError(.forbidden, "The request has several Origin headers. Send one.")
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

  /// Whether any origin was allowed by name, so that answers depend on who asks.
  var allowsOrigins: Bool { !allowedOrigins.isEmpty }

  /// The CORS header for an origin that was allowed by name; nil for all others, including our own.
  func corsOrigin(_ head: RequestHead?) -> String? {
    guard !allowedOrigins.isEmpty, let origin = head?.fields["origin"], origin.utf8.allSatisfy({ $0 < 0x80 }),
      allowedOrigins.contains(origin.lowercased())
    else { return nil }
    return origin
  }

  private func isAllowed(origin: String, host: String?) -> Bool {
    // Lower-casing can turn other characters into ASCII letters: U+212A, the Kelvin sign, becomes k.
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
