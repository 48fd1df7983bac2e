import Domain
import JSONValues
import Processes

/// The settings of a server. An option overrides an environment variable, which overrides a key of `telltale.json`, which
/// overrides the default.
package struct Configuration: Sendable {
  package var host = "127.0.0.1"
  package var port = 8000
  /// The URL of a reverse proxy in front of the server.
  package var publicURL: String?
  package var data = "./data"
  package var sourceRoot = "."
  package var jobs = OwnProcess.coreCount
  package var threads = OwnProcess.coreCount
  package var maxConnections = 20_000
  package var maxConnectionsPerSession = 5
  /// Seconds between pings, and seconds of silence after which a connection is closed.
  package var heartbeatInterval = 30
  package var heartbeatTimeout = 60
  /// How long finished jobs and their messages are kept, in milliseconds.
  package var retention: Int64 = 30 * 86_400_000
  /// Milliseconds without a report after which an external job counts as abandoned.
  package var reportTimeout: Int64 = 86_400_000
  package var allowedOrigins: [String] = []
  package var logLevel = Log.Level.info
  package var logFormat: Log.Format
  /// Starts a sample job.
  package var demo = false
  /// Serves the browser's files from this folder instead of the binary, for development.
  package var webRoot: String?

  /// One setting: its name on the command line, its help, and the parser of its value.
  package struct Option: Sendable {
    /// Without the dashes. The environment variable and the key in the file are derived from it.
    package let name: String
    /// The placeholder of the value in the help; nil for a switch.
    package let placeholder: String?
    package let help: String
    let set: @Sendable (inout Configuration, String) throws(UsageError) -> Void

    package var environmentName: String {
      "TELLTALE_" + name.uppercased().split(separator: "-").joined(separator: "_")
    }
    var fileKey: String { name.split(separator: "-").joined(separator: "_") }

    /// - Parameter place: the name under which it was set, for errors.
    fileprivate func apply(
      _ text: String, to configuration: inout Configuration, as place: String
    ) throws(UsageError) {
      do throws(UsageError) { try set(&configuration, text) } catch { throw UsageError("\(place) \(error)") }
    }
  }

  package static let options: [Option] = [
    Option(
      name: "host", placeholder: "ADDRESS", help: "loopback address to listen on: there are no accounts (127.0.0.1)"
    ) { $0.host = $1 },
    Option(name: "port", placeholder: "N", help: "port, 0 for any free one (8000)") {
      configuration, text throws(UsageError) in
      configuration.port = try number(text, in: 0...65_535)
    },
    Option(name: "public-url", placeholder: "URL", help: "URL of a reverse proxy in front of this server") {
      $0.publicURL = $1
    },
    Option(name: "data", placeholder: "FOLDER", help: "folder for jobs, messages, uploads and pictures (./data)") {
      $0.data = $1
    },
    Option(name: "source-root", placeholder: "FOLDER", help: "folder from which sources are read (.)") {
      $0.sourceRoot = $1
    },
    Option(name: "jobs", placeholder: "N", help: "jobs that run at once (number of cores)") {
      configuration, text throws(UsageError) in
      configuration.jobs = try number(text, in: 1...256)
    },
    Option(name: "threads", placeholder: "N", help: "event loops (number of cores)") {
      configuration, text throws(UsageError) in
      configuration.threads = try number(text, in: 1...64)
    },
    Option(name: "max-connections", placeholder: "N", help: "maximum number of connections (20000)") {
      configuration, text throws(UsageError) in
      configuration.maxConnections = try number(text, in: 1...1_000_000)
    },
    Option(name: "max-connections-per-session", placeholder: "N", help: "realtime connections of one session (5)") {
      configuration, text throws(UsageError) in
      configuration.maxConnectionsPerSession = try number(text, in: 1...10_000)
    },
    Option(name: "heartbeat-interval", placeholder: "SECONDS", help: "time between two pings (30)") {
      configuration, text throws(UsageError) in
      configuration.heartbeatInterval = try number(text, in: 1...3600)
    },
    Option(name: "heartbeat-timeout", placeholder: "SECONDS", help: "silence after which a connection is closed (60)") {
      configuration, text throws(UsageError) in
      configuration.heartbeatTimeout = try number(text, in: 1...7200)
    },
    Option(
      name: "retention", placeholder: "TIME",
      help: "how long finished jobs and unused uploads are kept: 30d, 12h, 90m (30d)"
    ) {
      configuration, text throws(UsageError) in
      configuration.retention = try duration(text)
    },
    Option(
      name: "report-timeout", placeholder: "TIME", help: "silence after which an external job fails (24h)"
    ) { configuration, text throws(UsageError) in
      configuration.reportTimeout = try duration(text)
    },
    Option(name: "allow-origin", placeholder: "URL", help: "another origin that may use this server; may be repeated") {
      $0.allowedOrigins.append($1)
    },
    Option(name: "log-level", placeholder: "LEVEL", help: "debug, info, warning or error (info)") {
      configuration, text throws(UsageError) in
      guard let level = Log.Level(name: text) else {
        throw UsageError("must be debug, info, warning or error, not \"\(text)\".")
      }
      configuration.logLevel = level
    },
    Option(name: "log-format", placeholder: "FORMAT", help: "text or json (text on a terminal)") {
      configuration, text throws(UsageError) in
      switch text {
      case "text": configuration.logFormat = .text
      case "json": configuration.logFormat = .json
      default: throw UsageError("must be text or json, not \"\(text)\".")
      }
    },
    Option(name: "web-root", placeholder: "FOLDER", help: "serve the browser's files from here, for development") {
      $0.webRoot = $1
    },
    Option(name: "demo", placeholder: nil, help: "start a sample job") { configuration, text throws(UsageError) in
      switch text {
      case "", "1", "true": configuration.demo = true
      case "0", "false": configuration.demo = false
      default: throw UsageError("must be true or false, not \"\(text)\".")
      }
    },
  ]

  /// - Parameters:
  ///   - arguments: the arguments after the command.
  ///   - file: the content of `telltale.json`; nil if there is none.
  /// - Throws: ``UsageError``, which names the problem and the probable intention.
  package init(
    arguments: [String], environment: [String: String] = [:], file: [UInt8]? = nil, isTerminal: Bool = false
  ) throws(UsageError) {
    logFormat = isTerminal ? .text : .json
    if let file { try apply(file: file) }
    for option in Self.options {
      if let text = environment[option.environmentName] {
        try option.apply(text, to: &self, as: option.environmentName)
      }
    }
    try apply(arguments: arguments)
    guard ["127.0.0.1", "::1", "localhost"].contains(host) || host.hasPrefix("127.") else {
      throw UsageError(
        "--host \(host) is not a loopback address. There are no accounts yet, so every client may do everything. Keep 127.0.0.1. To give others access, run a reverse proxy on this machine that asks for a password, and pass its URL as --public-url."
      )
    }
    guard heartbeatTimeout > heartbeatInterval else {
      throw UsageError(
        "--heartbeat-timeout must be longer than --heartbeat-interval, or every connection would be closed.")
    }
  }

  private mutating func apply(arguments: [String]) throws(UsageError) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--") else {
        throw UsageError("\"\(argument)\" is not an option. See telltale serve --help.")
      }
      let pieces = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(pieces[0])
      guard let option = Self.options.first(where: { $0.name == name }) else {
        throw UsageError.unknown("--\(name)", among: Self.options.map { "--\($0.name)" })
      }
      let inline = pieces.count == 2 ? String(pieces[1]) : nil
      if option.placeholder == nil {
        try option.apply(inline ?? "", to: &self, as: "--\(name)")
      } else if let value = inline ?? rest.popFirst() {
        try option.apply(value, to: &self, as: "--\(name)")
      } else {
        throw UsageError("--\(name) needs a value: --\(name) \(option.placeholder ?? "").")
      }
    }
  }

  private mutating func apply(file: [UInt8]) throws(UsageError) {
    let object: JSONObject
    do {
      guard let parsed = try JSON(parsing: file).objectValue else {
        throw UsageError("telltale.json must be a JSON object.")
      }
      object = parsed
    } catch let error as UsageError {
      throw error
    } catch {
      throw UsageError("telltale.json is not valid JSON: \(error)")
    }
    for member in object.members {
      guard let option = Self.options.first(where: { $0.fileKey == member.key }) else {
        throw UsageError.unknown(member.key, in: " in telltale.json", among: Self.options.map(\.fileKey))
      }
      for value in member.value.arrayValue ?? [member.value] {
        try option.apply(
          value.stringValue ?? String(decoding: value.encoded(), as: UTF8.self), to: &self,
          as: "\(member.key) in telltale.json")
      }
    }
  }

  /// - Returns: Milliseconds.
  private static func duration(_ text: String) throws(UsageError) -> Int64 {
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

  private static func number(_ text: String, in range: ClosedRange<Int>) throws(UsageError) -> Int {
    guard let value = Int(text), range.contains(value) else {
      throw UsageError(
        "must be a whole number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\".")
    }
    return value
  }
}

/// An invalid command line. The process prints the description and exits with 64 (EX_USAGE).
package struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }

  /// An unknown word, with the most similar known word if there is one.
  /// - Parameter place: where the word is, starting with a space; empty if that is obvious.
  package static func unknown(_ word: String, in place: String = "", among known: [String]) -> UsageError {
    let nearest = known.map { ($0, distance(word, $0)) }.min { $0.1 < $1.1 }
    let hint = nearest.flatMap { $0.1 <= max(2, $0.0.count / 3) ? " Did you mean \($0.0)?" : nil } ?? ""
    return UsageError("\(word)\(place) is unknown.\(hint)")
  }

  /// The Levenshtein distance of two words.
  private static func distance(_ one: String, _ other: String) -> Int {
    let (one, other) = (Array(one.utf8), Array(other.utf8))
    var row = Array(0...other.count)
    for (i, letter) in one.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, otherLetter) in other.enumerated() {
        let replaced = diagonal + (letter == otherLetter ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[other.count]
  }
}
