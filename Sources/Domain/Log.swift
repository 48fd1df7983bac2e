import JSONValues

/// The server's log: text for a terminal, or one JSON object per line for programs.
///
/// Values never contain tokens, cookies, query strings or bodies. Every control character in them is escaped, so that an
/// event is always one line and can't control a terminal.
package struct Log: Sendable {
  package enum Level: Int, Sendable, Comparable, CaseIterable {
    case debug, info, warning, error
    package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    package init?(name: String) {
      guard let level = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
      self = level
    }
  }
  package enum Format: Sendable { case text, json }

  package var level: Level
  package var format: Format
  private let sink: @Sendable ([UInt8]) -> Void

  /// - Parameter sink: receives each line, including its line feed.
  package init(level: Level = .info, format: Format = .text, sink: @escaping @Sendable ([UInt8]) -> Void) {
    self.level = level
    self.format = format
    self.sink = sink
  }

  /// - Parameters:
  ///   - event: a fixed short text, such as `job finished`.
  ///   - values: details in order. Not evaluated if the level is not logged.
  package func callAsFunction(_ level: Level, _ event: String, values: @autoclosure () -> JSONObject = [:]) {
    guard level >= self.level else { return }
    sink(format.line(level, event, values: values()))
  }
}

extension Log.Format {
  /// An event as one line, including its line feed.
  package func line(_ level: Log.Level, _ event: String, values: JSONObject) -> [UInt8] {
    let time = Timestamp.now().description
    var line: [UInt8]
    switch self {
    case .json:
      var object: JSONObject = ["time": .string(time), "level": .string("\(level)"), "event": .string(event)]
      for member in values.members { object[member.key] = member.value }
      line = JSON.object(object).encoded()
    case .text:
      line = Array("\(time.dropFirst(11).prefix(12)) \(level) \(event)".utf8)
      for member in values.members { line += Array(" \(member.key)=".utf8) + member.value.encoded() }
    }
    line = Self.escapingInvisible(line)
    line.append(UInt8(ascii: "\n"))
    return line
  }

  /// Escapes what JSON permits but some terminals and viewers interpret: DEL, the control characters from U+0080 on, line
  /// and paragraph separators, and characters that change the direction of the text.
  private static func escapingInvisible(_ line: [UInt8]) -> [UInt8] {
    guard line.contains(where: { $0 >= 0x7F }) else { return line }
    var escaped: [UInt8] = []
    for scalar in String(decoding: line, as: UTF8.self).unicodeScalars {
      switch scalar.value {
      case 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069:
        let digits = String(scalar.value, radix: 16)
        escaped += Array("\\u\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)".utf8)
      default: escaped += Array(String(scalar).utf8)
      }
    }
    return escaped
  }
}
