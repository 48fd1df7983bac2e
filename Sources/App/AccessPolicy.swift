import Domain
import Wire

/// Protects a server that trusts every client from pages of other sites.
///
/// A foreign page can make a browser send requests here, which the Origin header shows. By DNS rebinding it can even read
/// the responses, which the Host header shows.
struct AccessPolicy: Sendable {
  /// The names of this server, without ports: loopback names, the bound address, the host of the public URL.
  private let hosts: Set<WebHost>
  /// The same names as browsers spell them, the likeliest first. Most requests match these bytes, so their Host is never
  /// parsed.
  private let hostNames: [[UInt8]]
  /// Other origins that may connect and send requests that change something.
  private let allowedOrigins: Set<WebOrigin>
  private let publicOrigin: WebOrigin?

  /// - Parameters:
  ///   - host: the address that the server is bound to.
  ///   - publicURL: the origin of a reverse proxy in front of it, such as `https://telltale.example`.
  init(host: String, publicURL: WebOrigin?, allowedOrigins: [WebOrigin]) {
    let names = ["localhost", "127.0.0.1", "[::1]", host.contains(":") ? "[\(host)]" : host]
    let known = [publicURL?.host].compactMap { $0 } + names.compactMap { WebHost($0) }
    hosts = Set(known)
    hostNames = known.map { Array($0.description.utf8) }
    publicOrigin = publicURL
    self.allowedOrigins = Set(allowedOrigins)
  }

  /// - Throws: 421 for a foreign Host; 403 for a foreign Origin, if the request changes something or opens a stream.
  func check(_ head: RequestHead) throws(AppError) {
    // HTTP/1.0 may omit it. Then no name can be rebound, but the Origin is still checked.
    if !hostNames.contains(where: head.isHost), let host = head.host, !isOwn(hostField: host) {
      throw AppError(.misdirected, misdirection(to: host))
    }
    let isRead = head.method == .get || head.method == .head || head.method == .options
    let isStream = WebSocketHandshake.isRequested(by: head) || head.fields.acceptsByName("text/event-stream")
    guard !isRead || isStream else { return }
    guard head.fields.values(of: "origin").count <= 1 else {
      throw AppError(.forbidden, "The request has several Origin headers. Send one.")
    }
    if let text = head.fields["origin"] {
      guard let origin = try? WebOrigin(text), isAllowed(origin, hostField: head.host) else {
        throw AppError(.forbidden, refusal(ofOrigin: text))
      }
    } else if head.fields["sec-fetch-site"].map({ $0 != "same-origin" && $0 != "none" }) ?? false {
      throw AppError(
        .forbidden, "Requests from other sites are not allowed here. Open the page at this server's own address.")
    }
  }

  /// Whether any origin was allowed by name, so that responses depend on the request's origin.
  var allowsOrigins: Bool { !allowedOrigins.isEmpty }

  /// The CORS header for an origin that was allowed by name; nil for all others, including our own.
  func corsOrigin(_ head: RequestHead?) -> String? {
    guard !allowedOrigins.isEmpty, let text = head?.fields["origin"], let origin = try? WebOrigin(text),
      allowedOrigins.contains(origin)
    else { return nil }
    return text
  }

  /// Whether the Host field names this server in an unusual spelling.
  private func isOwn(hostField: String) -> Bool {
    WebOrigin(scheme: "http", hostField: hostField).map { hosts.contains($0.host) } ?? false
  }

  private func isAllowed(_ origin: WebOrigin, hostField: String?) -> Bool {
    if origin == publicOrigin || allowedOrigins.contains(origin) { return true }
    guard let own = hostField.flatMap({ WebOrigin(scheme: "http", hostField: $0) }) else { return false }
    // Behind a proxy that passes Host on, plain HTTP is another origin than the public URL.
    return own == origin && (own.host != publicOrigin?.host || own.host.isLoopback)
  }

  // MARK: Error messages

  private func misdirection(to host: String) -> String {
    "This server is not known as \(host)\(knownPublicURL). Open it at the address that it printed when it started. If a "
      + "proxy in front of it passes that name on, start the server with --public-url https://\(host)."
  }

  /// Names the likely cause first: behind a proxy, this server's pages have the proxy's origin.
  private func refusal(ofOrigin text: String) -> String {
    guard let origin = try? WebOrigin(text) else {
      return
        "Requests from the origin \"\(text.prefix(200))\" are not allowed here. Open the page at this server's own "
        + "address: pages in files and sandboxed frames have no origin that could be allowed."
    }
    return
      "Requests from \(origin) are not allowed here\(knownPublicURL). If you opened this server at that address, a "
      + "proxy in front of it terminates TLS or rewrites the Host header: start the server with --public-url \(origin). "
      + "If it is another site whose pages may read and watch here, start the server with --allow-origin \(origin)."
  }

  /// The public URL in parentheses, after a space; empty if none is set.
  private var knownPublicURL: String { publicOrigin.map { " (its --public-url is \($0))" } ?? "" }
}
