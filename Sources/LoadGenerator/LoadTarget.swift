import Net

/// Why a workload can't run.
package enum LoadError: Error, Equatable, Sendable, CustomStringConvertible {
  case badURL(String)
  case refused(url: String, reason: String)
  case notEnoughDescriptors(wanted: Int, limit: Int)
  case server(String)
  case peer(String)

  package var description: String {
    switch self {
    case .badURL(let text):
      "\"\(text)\" is not a supported URL. Use ws://HOST:PORT/PATH or http://HOST:PORT/PATH, such as http://127.0.0.1:8000."
    case .refused(let url, let reason): "\(url) refused the workload: \(reason)."
    case .notEnoughDescriptors(let wanted, let limit):
      "\(wanted) connections need more open files than the hard limit of \(limit). Raise the limit (ulimit -Hn), or pass fewer --connections."
    case .server(let reason): "The server under test did not start: \(reason)"
    case .peer(let reason): "The server to compare with can't be measured: \(reason)"
    }
  }
}

/// The server to load: its address, and the path to request.
package struct LoadTarget: Sendable, CustomStringConvertible {
  package let host: String
  package let port: Int
  /// The path with its query, as sent in a request.
  package let path: String
  let address: RemoteAddress

  /// - Parameters:
  ///   - url: `ws://` or `http://`. The default port is 80.
  ///   - defaultPath: Used if the URL has no path.
  /// - Throws: ``LoadError/badURL(_:)``, or ``NetError`` if the name can't be resolved.
  package init(url: String, defaultPath: String) throws {
    let scheme = ["ws://", "http://"].first(where: url.hasPrefix)
    guard let scheme else { throw LoadError.badURL(url) }
    let rest = url.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    let path = String(rest.dropFirst(authority.count))
    let portText = authority.hasSuffix("]") ? nil : authority.lastIndex(of: ":").map { authority[$0...].dropFirst() }
    guard let port = portText.map({ Int($0) }) ?? 80, (1...65_535).contains(port) else { throw LoadError.badURL(url) }
    let name = portText.map { authority.dropLast($0.count + 1) } ?? authority
    guard !name.isEmpty else { throw LoadError.badURL(url) }
    host = String(name.hasPrefix("[") ? name.dropFirst().dropLast() : name)
    self.port = port
    self.path = path.isEmpty || path == "/" ? defaultPath : path
    address = try RemoteAddress(host: host, port: port)
  }

  /// Whether connections can come from several addresses: all of 127.0.0.0/8 are this machine.
  var isIPv4Loopback: Bool { host == "localhost" || host.hasPrefix("127.") }

  private var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
  package var description: String { "\(authority)\(path)" }

  /// The path with an additional query item.
  func path(addingQuery item: String) -> String { path + (path.contains("?") ? "&" : "?") + item }

  /// Builds a request that keeps the connection alive.
  func request(_ method: String = "GET", path: String? = nil, json body: [UInt8]? = nil) -> [UInt8] {
    var head = "\(method) \(path ?? self.path) HTTP/1.1\r\nHost: \(authority)\r\n"
    if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
    return Array("\(head)\r\n".utf8) + (body ?? [])
  }

  /// Builds a WebSocket upgrade request. All clients send the key of RFC 6455 §1.3; a benchmark needs no random one.
  func upgrade(path: String? = nil) -> [UInt8] {
    Array(
      """
      GET \(path ?? self.path) HTTP/1.1\r
      Host: \(authority)\r
      Upgrade: websocket\r
      Connection: Upgrade\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      \r\n
      """.utf8)
  }

  /// The Sec-WebSocket-Accept that the response to ``upgrade(path:)`` must have.
  static let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
}
