import Domain
import JSONValues
import Processes
import Wire

/// The settings of a server. An option overrides an environment variable, which overrides a key of `telltale.json`, which
/// overrides the default.
package struct Configuration: Sendable {
  package var host = "127.0.0.1"
  package var port = 8000
  /// The origin of a reverse proxy in front of the server.
  package var publicURL: WebOrigin?
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
  package var allowedOrigins: [WebOrigin] = []
  package var logLevel = Log.Level.info
  package var logFormat: Log.Format
  /// Starts a sample job.
  package var demo = false
  /// Serves the browser's files from this folder instead of the binary, for development.
  package var webRoot: String?

  /// - Parameters:
  ///   - arguments: the arguments after the command.
  ///   - environment: a variable that is set but empty counts as not set.
  ///   - file: the content of `telltale.json`; nil if there is none.
  /// - Throws: ``UsageError``, which names the option, its value and a valid example.
  package init(
    arguments: [String], environment: [String: String] = [:], file: [UInt8]? = nil, isTerminal: Bool = false
  ) throws(UsageError) {
    logFormat = isTerminal ? .text : .json
    if let file { try apply(Self.settings(inFile: file)) }
    try apply(Self.settings(inEnvironment: environment))
    try apply(Self.settings(inArguments: arguments))
    guard heartbeatTimeout > heartbeatInterval else {
      throw UsageError(
        "--heartbeat-timeout \(heartbeatTimeout) must be longer than --heartbeat-interval \(heartbeatInterval), such as \(2 * heartbeatInterval), or every connection would be closed."
      )
    }
  }

  /// An option with a value, and the name under which it was set, for errors.
  private struct Setting {
    let option: Option
    let text: String
    let place: String
  }

  /// Applies the settings of one source. An option that may be repeated replaces what an earlier source set.
  private mutating func apply(_ settings: [Setting]) throws(UsageError) {
    var seen: Set<String> = []
    for setting in settings {
      if seen.insert(setting.option.name).inserted { setting.option.clear?(&self) }
      do throws(UsageError) {
        try setting.option.set(&self, setting.text)
      } catch {
        throw UsageError("\(setting.place) \(error)")
      }
    }
  }

  private static func settings(inEnvironment environment: [String: String]) -> [Setting] {
    options.compactMap { option in
      guard let text = environment[option.environmentName], !text.isEmpty else { return nil }
      return Setting(option: option, text: text, place: option.environmentName)
    }
  }

  private static func settings(inArguments arguments: [String]) throws(UsageError) -> [Setting] {
    var settings: [Setting] = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--") else {
        throw UsageError("\"\(argument)\" is not an option. Options begin with two dashes, such as --port 8000.")
      }
      let pieces = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(pieces[0])
      guard let option = options.first(where: { $0.name == name }) else {
        throw UsageError.unknown("--\(name)", among: options.map { "--\($0.name)" })
      }
      var text = pieces.count == 2 ? String(pieces[1]) : nil
      if let placeholder = option.placeholder, text == nil {
        // A value that starts with dashes has to follow an equals sign.
        guard let value = rest.popFirst(), !value.hasPrefix("--") else {
          throw UsageError("--\(name) needs a value: --\(name) \(placeholder).")
        }
        text = value
      }
      settings.append(Setting(option: option, text: text ?? "true", place: "--\(name)"))
    }
    return settings
  }

  private static func settings(inFile file: [UInt8]) throws(UsageError) -> [Setting] {
    let json: JSON
    do throws(JSONError) { json = try JSON(parsing: file) } catch {
      throw UsageError(error.description(of: "telltale.json"))
    }
    guard let object = json.objectValue else {
      throw UsageError("telltale.json must be a JSON object, such as {\"port\": 9000}.")
    }
    var settings: [Setting] = []
    for member in object.members {
      guard let option = options.first(where: { $0.fileKey == member.key }) else {
        throw UsageError.unknown(member.key, in: " in telltale.json", among: options.map(\.fileKey))
      }
      let place = "\(member.key) in telltale.json"
      guard member.value.arrayValue == nil || option.isRepeatable else {
        throw UsageError("\(place) must be a single value and not an array.")
      }
      for value in member.value.arrayValue ?? [member.value] {
        settings.append(Setting(option: option, text: try text(of: value, place: place), place: place))
      }
    }
    return settings
  }

  private static func text(of value: JSON, place: String) throws(UsageError) -> String {
    switch value {
    case .string(let text): return text
    case .int, .double, .bool: return String(decoding: value.encoded(), as: UTF8.self)
    case .null, .array, .object:
      throw UsageError(
        "\(place) must be a string, a number, true or false, not \(String(decoding: value.encoded(), as: UTF8.self)).")
    }
  }
}
