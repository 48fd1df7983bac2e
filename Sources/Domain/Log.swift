import JSONValues

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The server's log on standard error: text for a terminal, a JSON object a line for machines.
///
/// Values never hold tokens, cookies, query strings or bodies; every control character in them is escaped, so that one
/// event is one line whatever a client sent.
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

  package init(
    level: Level = .info, format: Format = .text, sink: @escaping @Sendable ([UInt8]) -> Void = Log.toStandardError
  ) {
    self.level = level
    self.format = format
    self.sink = sink
  }

  /// - Parameters:
  ///   - event: a fixed word or two, such as `job finished`.
  ///   - values: what belongs to it, in order.
  package func callAsFunction(_ level: Level, _ event: String, _ values: JSONObject = [:]) {
    guard level >= self.level else { return }
    let time = Timestamp.now().description
    var line: [UInt8]
    switch format {
    case .json:
      var object: JSONObject = ["time": .string(time), "level": .string("\(level)"), "event": .string(event)]
      for member in values.members { object[member.key] = member.value }
      line = JSON.object(object).encoded()
    case .text:
      line = Array("\(time.dropFirst(11).prefix(12)) \(level) \(event)".utf8)
      for member in values.members { line += Array(" \(member.key)=".utf8) + member.value.encoded() }
    }
    line.append(UInt8(ascii: "\n"))
    sink(line)
  }

  /// One `write` a line, so that lines of several threads don't mix.
  package static let toStandardError: @Sendable ([UInt8]) -> Void = { line in
    _ = line.withUnsafeBytes { unsafe in write(STDERR_FILENO, unsafe.baseAddress, unsafe.count) }
  }
}
