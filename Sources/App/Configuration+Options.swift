import Domain
import Wire

extension Configuration {
  /// One setting: its name on the command line, its help, and the reader of its value.
  package struct Option: Sendable {
    /// Without the dashes. The environment variable and the key in the file are derived from it.
    package let name: String
    /// The placeholder of the value in the help; nil for a switch.
    package let placeholder: String?
    package let help: String
    /// Forgets the values of an option that may be repeated; nil if it may not.
    let clear: (@Sendable (inout Configuration) -> Void)?
    /// Reads a value. The error continues a sentence that starts with the option's name.
    let set: @Sendable (inout Configuration, String) throws(UsageError) -> Void

    fileprivate init(
      _ name: String, placeholder: String?, help: String, clear: (@Sendable (inout Configuration) -> Void)? = nil,
      set: @escaping @Sendable (inout Configuration, String) throws(UsageError) -> Void
    ) {
      self.name = name
      self.placeholder = placeholder
      self.help = help
      self.clear = clear
      self.set = set
    }

    package var environmentName: String {
      "TELLTALE_" + name.uppercased().split(separator: "-").joined(separator: "_")
    }
    var fileKey: String { name.split(separator: "-").joined(separator: "_") }
    var isRepeatable: Bool { clear != nil }
  }

  package static let options: [Option] = [
    Option("host", placeholder: "ADDRESS", help: "loopback address to listen on: there are no accounts (127.0.0.1)") {
      configuration, text throws(UsageError) in
      configuration.host = try OptionValue.loopback(text)
    },
    Option("port", placeholder: "N", help: "port, 0 for any free one (8000)") {
      configuration, text throws(UsageError) in
      configuration.port = try OptionValue.number(text, in: 0...65_535, example: 8000)
    },
    Option(
      "public-url", placeholder: "URL", help: "URL of a reverse proxy in front of this server: https://telltale.example"
    ) { configuration, text throws(UsageError) in
      configuration.publicURL = try OptionValue.proxyURL(text)
    },
    Option("data", placeholder: "FOLDER", help: "folder for jobs, messages, uploads and pictures (./data)") {
      configuration, text throws(UsageError) in
      configuration.data = try OptionValue.folder(text, example: "./data")
    },
    Option("source-root", placeholder: "FOLDER", help: "folder from which sources are read (.)") {
      configuration, text throws(UsageError) in
      configuration.sourceRoot = try OptionValue.folder(text, example: "/srv/videos")
    },
    Option("jobs", placeholder: "N", help: "jobs that run at once (number of cores)") {
      configuration, text throws(UsageError) in
      configuration.jobs = try OptionValue.number(text, in: 1...256, example: 2)
    },
    Option("threads", placeholder: "N", help: "event loops (number of cores)") {
      configuration, text throws(UsageError) in
      configuration.threads = try OptionValue.number(text, in: 1...64, example: 2)
    },
    Option("max-connections", placeholder: "N", help: "maximum number of connections (20000)") {
      configuration, text throws(UsageError) in
      configuration.maxConnections = try OptionValue.number(text, in: 1...1_000_000, example: 20_000)
    },
    Option("max-connections-per-session", placeholder: "N", help: "realtime connections of one session (5)") {
      configuration, text throws(UsageError) in
      configuration.maxConnectionsPerSession = try OptionValue.number(text, in: 1...10_000, example: 5)
    },
    Option("heartbeat-interval", placeholder: "SECONDS", help: "time between two pings (30)") {
      configuration, text throws(UsageError) in
      configuration.heartbeatInterval = try OptionValue.number(text, in: 1...3600, example: 30)
    },
    Option("heartbeat-timeout", placeholder: "SECONDS", help: "silence after which a connection is closed (60)") {
      configuration, text throws(UsageError) in
      configuration.heartbeatTimeout = try OptionValue.number(text, in: 2...7200, example: 60)
    },
    Option(
      "retention", placeholder: "TIME", help: "how long finished jobs and unused uploads are kept: 30d, 12h, 90m (30d)"
    ) {
      configuration, text throws(UsageError) in
      configuration.retention = try OptionValue.duration(text)
    },
    Option("report-timeout", placeholder: "TIME", help: "silence after which an external job fails (24h)") {
      configuration, text throws(UsageError) in
      configuration.reportTimeout = try OptionValue.duration(text)
    },
    Option(
      "allow-origin", placeholder: "URL", help: "another origin whose pages may read and watch; may be repeated",
      clear: { $0.allowedOrigins = [] }
    ) { configuration, text throws(UsageError) in
      configuration.allowedOrigins += try OptionValue.origins(text)
    },
    Option("log-level", placeholder: "LEVEL", help: "debug, info, warning or error (info)") {
      configuration, text throws(UsageError) in
      configuration.logLevel = try OptionValue.word(text, among: Log.Level.allCases.map { ("\($0)", $0) })
    },
    Option("log-format", placeholder: "FORMAT", help: "text or json (text on a terminal)") {
      configuration, text throws(UsageError) in
      configuration.logFormat = try OptionValue.word(text, among: [("text", .text), ("json", .json)])
    },
    Option("web-root", placeholder: "FOLDER", help: "serve the browser's files from here, for development") {
      configuration, text throws(UsageError) in
      configuration.webRoot = try OptionValue.folder(text, example: "./web")
    },
    Option("demo", placeholder: nil, help: "start a sample job") { configuration, text throws(UsageError) in
      configuration.demo = try OptionValue.word(
        text, among: [("true", true), ("false", false), ("1", true), ("0", false)])
    },
  ]
}
