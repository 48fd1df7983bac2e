/// The origin of a page: scheme, host and port, compared as the URL standard does
/// (https://url.spec.whatwg.org/#origin). See ``WebHost`` for the comparison of hosts.
package struct WebOrigin: Hashable, Sendable {
  /// In lower case.
  package let scheme: String
  package let host: WebHost
  /// Nil for the default port of the scheme.
  package let port: Int?

  /// Reads `scheme://host` or `scheme://host:port`, the form of an Origin field.
  package init(_ text: some StringProtocol) throws(OriginError) {
    let bytes = Array(text.utf8)
    guard let end = Self.endOfScheme(bytes) else { throw .noScheme }
    let rest = bytes[(end + 3)...]
    let authority = rest.prefix { !Self.delimiters.contains($0) }
    guard !authority.contains(UInt8(ascii: "@")) else { throw .userName }
    guard authority.endIndex == bytes.endIndex else {
      throw .more(String(decoding: bytes[authority.endIndex...], as: UTF8.self))
    }
    try self.init(scheme: String(decoding: bytes[..<end].map(\.lowercased), as: UTF8.self), authority: authority)
  }

  /// The origin of a page that was loaded from `scheme` and the value of a Host field.
  package init?(scheme: String, hostField: String) {
    do throws(OriginError) {
      try self.init(scheme: scheme, authority: Array(hostField.utf8)[...])
    } catch {
      return nil
    }
  }

  private init(scheme: String, authority: ArraySlice<UInt8>) throws(OriginError) {
    let bracket = authority.lastIndex(of: UInt8(ascii: "]"))
    let colon = authority[(bracket ?? authority.startIndex)...].firstIndex(of: .colon)
    let name = authority[..<(colon ?? authority.endIndex)]
    guard !name.isEmpty else { throw .noHost }
    guard let host = WebHost(bytes: name) else { throw .badHost(String(decoding: name, as: UTF8.self)) }
    self.scheme = scheme
    self.host = host
    guard let colon, case let digits = authority[(colon + 1)...], !digits.isEmpty else {
      port = nil
      return
    }
    guard let number = digits.decimalValue, number <= 65_535 else {
      throw .badPort(String(decoding: digits, as: UTF8.self))
    }
    port = number == Self.defaultPorts[scheme] ? nil : number
  }

  private static let defaultPorts = ["http": 80, "https": 443]

  /// The bytes that end the authority of a URL.
  private static let delimiters: Set<UInt8> = [.slash, .backslash, UInt8(ascii: "?"), UInt8(ascii: "#")]

  /// The index of the colon in `://`, if a valid scheme (RFC 3986 §3.1) is in front of it.
  private static func endOfScheme(_ bytes: [UInt8]) -> Int? {
    guard let colon = bytes.firstIndex(of: .colon), bytes[colon...].starts(with: "://".utf8),
      bytes.first?.isLetter == true
    else { return nil }
    let others = "+-.".utf8
    guard bytes[..<colon].allSatisfy({ $0.isLetter || $0.isDigit || others.contains($0) }) else { return nil }
    return colon
  }
}

extension WebOrigin: CustomStringConvertible {
  /// As browsers write it in an Origin field.
  package var description: String { "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")" }
}

/// Why a text is not an origin. The description continues a sentence that names the text.
package enum OriginError: Error, Equatable, Sendable, CustomStringConvertible {
  case noScheme
  case noHost
  case userName
  case badHost(String)
  case badPort(String)
  /// A path, a query or a fragment follows.
  case more(String)

  package var description: String {
    switch self {
    case .noScheme: "has no scheme such as https://"
    case .noHost: "names no host"
    case .userName: "has a user name"
    case .badHost(let host) where !host.utf8.allSatisfy { $0 < 0x80 }:
      "has the host \(host), which has to be written in ASCII (xn--…)"
    case .badHost(let host): "has the host \(host), which is neither a name nor an address"
    case .badPort(let port): "has the port \(port), which is not a number up to 65535"
    case .more(let rest): "has \"\(rest)\" after the host"
    }
  }
}
