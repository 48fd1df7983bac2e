import Wire

/// Readers of option values. Each error continues a sentence that starts with the option's name, and contains the value
/// and a valid example.
enum OptionValue {
  static func number(_ text: String, in range: ClosedRange<Int>, example: Int) throws(UsageError) -> Int {
    // Int("+5") is 5. A sign in front of a count is more likely a typo.
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text), range.contains(value) else {
      throw UsageError(
        "must be a whole number from \(range.lowerBound) to \(range.upperBound), such as \(example), not \"\(text)\".")
    }
    return value
  }

  /// - Returns: Milliseconds.
  static func duration(_ text: String) throws(UsageError) -> Int64 {
    let units: [UInt8: Int64] = [
      UInt8(ascii: "m"): 60_000, UInt8(ascii: "h"): 3_600_000, UInt8(ascii: "d"): 86_400_000,
    ]
    let digits = text.utf8.dropLast()
    guard let unit = text.utf8.last.flatMap({ units[$0] }), (1...5).contains(digits.count),
      digits.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(String(decoding: digits, as: UTF8.self)),
      count > 0
    else {
      throw UsageError("must be a number of days, hours or minutes such as 30d, 12h or 90m, not \"\(text)\".")
    }
    return count * unit
  }

  static func folder(_ text: String, example: String) throws(UsageError) -> String {
    guard !text.isEmpty else { throw UsageError("must be a folder, such as \(example), and not empty.") }
    return text
  }

  static func word<Value>(_ text: String, among values: [(String, Value)]) throws(UsageError) -> Value {
    guard let found = values.first(where: { $0.0 == text }) else {
      let words = values.map(\.0)
      let list = "\(words.dropLast().joined(separator: ", ")) or \(words.last ?? "")"
      throw UsageError("must be \(list), not \"\(text)\".")
    }
    return found.1
  }

  /// A loopback address. An IPv6 address may be in brackets, as in a URL.
  static func loopback(_ text: String) throws(UsageError) -> String {
    guard let host = WebHost(text) ?? WebHost("[\(text)]") else {
      throw UsageError("must be a loopback address, such as 127.0.0.1, not \"\(text)\".")
    }
    guard host.isLoopback else {
      throw UsageError(
        "must be a loopback address, such as 127.0.0.1, not \"\(text)\": there are no accounts yet, so every client may do everything. To give others access, run a reverse proxy on this machine that asks for a password, and pass its URL as --public-url, such as https://telltale.example."
      )
    }
    let written = host.description
    return written.hasPrefix("[") ? String(written.dropFirst().dropLast()) : written
  }

  /// The URL of a proxy that forwards every path.
  static func proxyURL(_ text: String) throws(UsageError) -> WebOrigin {
    let rule = "must be the URL at which browsers reach the proxy, without a path, such as https://telltale.example."
    switch parsed(text) {
    case .success(let origin):
      guard origin.scheme == "http" || origin.scheme == "https" else {
        throw UsageError("\(rule) \"\(text)\" has another scheme than http and https.")
      }
      return origin
    case .failure(.noScheme):
      throw UsageError("\(rule) \"\(text)\" \(OriginError.noScheme).\(suggestion(text))")
    case .failure(.more(let rest)):
      throw UsageError(
        "\(rule) \"\(text)\" \(OriginError.more(rest)): the pages have to be at the root of their host. Let the proxy pass on a host name of its own instead of a path."
      )
    case .failure(let error): throw UsageError("\(rule) \"\(text)\" \(error).")
    }
  }

  /// Origins, separated by commas or spaces: an environment variable can't be repeated.
  static func origins(_ text: String) throws(UsageError) -> [WebOrigin] {
    let words = text.split { $0 == "," || $0 == " " }.map(String.init)
    guard !words.isEmpty else { throw UsageError("must be an origin, such as https://grafana.example, and not empty.") }
    var origins: [WebOrigin] = []
    for word in words { origins.append(try origin(word)) }
    return origins
  }

  private static func origin(_ text: String) throws(UsageError) -> WebOrigin {
    let rule = "must be the origin of a page: scheme, host and port, such as https://grafana.example."
    switch (text, parsed(text)) {
    case ("*", _): throw UsageError("\(rule) \"*\" would let every site use this server. Name each origin.")
    case ("null", _):
      throw UsageError("\(rule) \"null\" is the origin of every file and sandboxed frame, so it can't be allowed.")
    case (_, .success(let origin)):
      guard origin.scheme != "ws", origin.scheme != "wss" else {
        throw UsageError("\(rule) \"\(text)\" is the address of a WebSocket. Pages come from http or https.")
      }
      return origin
    case (_, .failure(.noScheme)):
      throw UsageError("\(rule) \"\(text)\" \(OriginError.noScheme).\(suggestion(text))")
    case (_, .failure(let error)): throw UsageError("\(rule) \"\(text)\" \(error).")
    }
  }

  private static func parsed(_ text: String) -> Result<WebOrigin, OriginError> {
    Result { () throws(OriginError) in try WebOrigin(trimmingSlash(text)) }
  }

  /// Suggests the same text with a scheme; empty if that is not an origin.
  private static func suggestion(_ text: String) -> String {
    guard let origin = try? WebOrigin("https://\(trimmingSlash(text))") else { return "" }
    return " Did you mean \(origin)?"
  }

  private static func trimmingSlash(_ text: String) -> String { text.hasSuffix("/") ? String(text.dropLast()) : text }
}
