/// A path on this server, with its query: a page, an API call, a file for the browser or a story.
///
/// Each path is declared once, as a ``Pattern``. A route matches a pattern and an address fills one in, so a link and its
/// route can't disagree. An address starts at the root of the server; a site below a base path puts the base in front.
package struct Address: Hashable, Sendable, CustomStringConvertible {
  /// As it is written in a link: percent-encoded, from its first slash.
  package let description: String

  /// Fills a pattern in.
  /// - Parameters:
  ///   - values: the values of the pattern's variables, in their order, not encoded.
  ///   - query: the names and values of the query, not encoded.
  /// - Precondition: there is one value for each variable.
  package init(_ pattern: Pattern, _ values: [String] = [], query: [(String, String)] = []) {
    self.init(pattern: pattern.rawValue, values, query: query)
  }

  /// Fills in a pattern that a feature declares for its route.
  package init(pattern: String, _ values: [String] = [], query: [(String, String)] = []) {
    var rest = values[...]
    let pieces = Pattern.pieces(of: pattern).map { piece in
      Pattern.isVariable(piece) ? Self.encoded(rest.removeFirst()) : String(piece)
    }
    let path = pieces.joined(separator: "/")
    precondition(rest.isEmpty, "\(pattern) has fewer variables than there are values.")
    let items = query.map { name, value in
      "\(Self.encoded(name, keepsSlashes: true))=\(Self.encoded(value, keepsSlashes: true))"
    }
    description = items.isEmpty ? path : "\(path)?\(items.joined(separator: "&"))"
  }

  /// Percent-encodes everything but unreserved characters (RFC 3986 §2.3) and, in a query, slashes (§3.4).
  private static func encoded(_ text: String, keepsSlashes: Bool = false) -> String {
    text.utf8.reduce(into: "") { result, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: "/") where keepsSlashes:
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
  }
}

extension Address {
  /// The paths of the product. A name in braces is a variable, which matches one piece of a path.
  package enum Pattern: String, CaseIterable, Sendable {
    // Pages
    case dashboard = "/"
    case jobForm = "/jobs"
    case jobPage = "/jobs/{id}"
    case cancelForm = "/jobs/{id}/cancel"
    case retryForm = "/jobs/{id}/retry"
    case deleteForm = "/jobs/{id}/delete"
    case stories = "/stories"
    case story = "/stories/{component}/{story}"
    // API
    case jobs = "/v1/jobs"
    case job = "/v1/jobs/{id}"
    case extendedJob = "/v1/jobs/{id}/extended"
    case jobMessages = "/v1/jobs/{id}/messages"
    case frame = "/v1/jobs/{id}/frames/{picture}"
    case jobCancellation = "/v1/jobs/{id}/cancel"
    case jobRetry = "/v1/jobs/{id}/retry"
    case uploads = "/v1/uploads"
    case upload = "/v1/uploads/{name}"
    case plugins = "/v1/plugins"
    case plugin = "/v1/plugins/{name}"
    case devices = "/v1/devices"
    case messageSchema = "/v1/schema/messages.json"
    // Streams
    case realtime = "/v1/realtime"
    case engineStream = "/ws/engines"
    case eventStream = "/ws/events"
    // Monitoring
    case liveness = "/livez"
    case readiness = "/readyz"
    case health = "/health"
    case metrics = "/metrics"
    // Files for the browser
    case asset = "/assets/{hash}/{folder}/{name}"
    case nestedAsset = "/assets/{hash}/{folder}/{inner}/{name}"
    case favicon = "/favicon.ico"

    /// The names in braces.
    package var variables: [String] {
      Self.pieces(of: rawValue).filter(Self.isVariable).map { String($0.dropFirst().dropLast()) }
    }

    fileprivate static func pieces(of pattern: String) -> [Substring] {
      pattern.split(separator: "/", omittingEmptySubsequences: false)
    }

    fileprivate static func isVariable(_ piece: Substring) -> Bool { piece.hasPrefix("{") }
  }

  // MARK: Pages

  package static let dashboard = Address(.dashboard)

  /// The jobs that a filter lets through.
  /// - Parameter cursor: the position to continue from; nil for the newest jobs.
  package static func dashboard(status: String?, query: String, cursor: String? = nil) -> Address {
    let items = [("cursor", cursor), ("status", status), ("q", query.isEmpty ? nil : query)]
    return Address(.dashboard, query: items.compactMap { name, value in value.map { (name, $0) } })
  }

  package static let jobForm = Address(.jobForm)
  package static func jobPage(_ id: String) -> Address { Address(.jobPage, [id]) }
  package static func cancelForm(_ job: Job) -> Address { form(.cancelForm, job) }
  package static func retryForm(_ job: Job) -> Address { form(.retryForm, job) }
  package static func deleteForm(_ job: Job) -> Address { form(.deleteForm, job) }

  /// The target of a form that acts on a job. It contains the time of creation, because a page that was left open may
  /// show a job of another data folder with the same id.
  private static func form(_ pattern: Pattern, _ job: Job) -> Address {
    Address(pattern, [job.id], query: [("created_at", job.createdAt.description)])
  }

  /// The catalogue of stories.
  package static func stories(query: [(String, String)] = []) -> Address { Address(.stories, query: query) }

  /// One story on a page of its own.
  /// - Parameter id: `COMPONENT/STORY`.
  package static func story(_ id: String, query: [(String, String)] = []) -> Address {
    Address(.story, id.split(separator: "/").map(String.init), query: query)
  }

  // MARK: API

  package static let jobs = Address(.jobs)
  package static func job(_ id: String) -> Address { Address(.job, [id]) }
  package static func extendedJob(_ id: String) -> Address { Address(.extendedJob, [id]) }
  package static func jobMessages(_ id: String) -> Address { Address(.jobMessages, [id]) }

  /// The picture of a frame. It may change, because another data folder has the same numbers.
  package static func frame(_ frame: Int, ofJob job: String) -> Address { Address(.frame, [job, "\(frame).png"]) }

  /// The picture of a frame with this content, which never changes.
  /// - Parameter version: changes with the content.
  package static func frame(_ frame: Int, ofJob job: String, version: String) -> Address {
    Address(.frame, [job, "\(frame).png"], query: [("v", version)])
  }

  /// The frame whose picture has this file name; nil if no picture has it.
  package static func frame(ofPicture name: String) -> Int? {
    guard name.hasSuffix(".png"), let frame = Int(name.dropLast(4)), frame >= 0, "\(frame).png" == name else {
      return nil
    }
    return frame
  }

  /// Whether a URL is one of a job's pictures.
  package static func isPicture(_ url: String, ofJob job: String) -> Bool {
    let first = frame(0, ofJob: job).description
    return url.hasPrefix(first.dropLast("0.png".count))
  }

  package static let realtime = Address(.realtime)
  package static let metrics = Address(.metrics)

  /// Whether a path is one of the API, whose errors are JSON for every client.
  package static func isAPI(_ path: String) -> Bool { path.hasPrefix("/v1/") }

  // MARK: Files for the browser

  /// - Parameters:
  ///   - path: `FOLDER/NAME` or `FOLDER/INNER/NAME`.
  ///   - hash: of all files.
  package static func asset(_ path: String, hash: String) -> Address {
    let pieces = path.split(separator: "/").map(String.init)
    return Address(pieces.count == 2 ? .asset : .nestedAsset, [hash] + pieces)
  }
}
