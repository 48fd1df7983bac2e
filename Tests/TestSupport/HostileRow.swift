/// A request that somebody might send, and what must become of it.
package struct HostileRow: Sendable, CustomStringConvertible {
  package let description: String
  let bytes: [UInt8]
  /// The statuses of its answers: one, or 100 and one.
  let statuses: [Int]
  /// Whether the connection ends with the answer, and what stands behind the request is never looked at.
  let closes: Bool
  /// Fields that the last answer must have, by lower-case name.
  let fields: [String: String]
  /// What the last answer's body must contain.
  let words: String

  package init(
    _ description: String, _ bytes: [UInt8], _ statuses: Int..., closes: Bool = false, fields: [String: String] = [:],
    words: String = ""
  ) {
    self.description = description
    self.bytes = bytes
    self.statuses = statuses
    self.closes = closes
    self.fields = fields
    self.words = words
  }

  package init(
    _ description: String, _ text: String, _ statuses: Int..., closes: Bool = false, fields: [String: String] = [:],
    words: String = ""
  ) {
    self.description = description
    self.bytes = Array(text.utf8)
    self.statuses = statuses
    self.closes = closes
    self.fields = fields
    self.words = words
  }

  /// A row that is refused, after which the connection ends.
  package static func refused(_ status: Int, _ description: String, _ text: String) -> HostileRow {
    HostileRow(description, text, status, closes: true)
  }

  /// How the bytes of a row travel.
  package enum Way: Sendable, CaseIterable {
    case whole, byteByByte, withAnotherBehind
  }

  /// Sends a table of rows to a server, one after the other, while somebody else uses it too.
  /// - Parameters:
  ///   - behind: a request that is answered with 200 wherever the connection goes on. The bystander sends it too.
  ///   - openConnections: how many the server has open.
  /// - Returns: what was wrong, by row; empty where nothing was.
  package static func problems(
    of table: [HostileRow], port: Int, _ way: Way, behind: String, openConnections: () -> Int
  ) throws -> [String] {
    var problems: [String] = []
    do {
      let bystander = try ProbeClient(port: port)
      func serveBystander() throws {
        try bystander.send(behind)
        let status = try bystander.answer().status
        if status != 200 { problems.append("the bystander was answered \(status)") }
      }
      for row in table {
        do {
          let wrong = try row.problems(port: port, way, behind: behind, meanwhile: serveBystander)
          problems += wrong.map { "\(row): \($0)" }
        } catch {
          problems.append("\(row): \(error)")
        }
        if !eventually({ openConnections() == 1 }) { problems.append("\(row): the connection is still open") }
      }
    }
    if !eventually({ openConnections() == 0 }) { problems.append("\(openConnections()) connections are left") }
    return problems
  }

  /// How many requests of a table are answered, the bystander's not among them.
  package static func answerCount(of table: [HostileRow]) -> Int {
    table.reduce(0) { $0 + ($1.closes ? 1 : 2) }
  }

  private func problems(port: Int, _ way: Way, behind: String, meanwhile: () throws -> Void) throws -> [String] {
    // Less than an event stream's time between two comments: one that should not be there must not keep the test.
    let client = try ProbeClient(port: port, seconds: 8)
    switch way {
    case .whole: try client.send(bytes)
    case .byteByByte: client.sendByteByByte(bytes)
    case .withAnotherBehind: try client.send(bytes + Array(behind.utf8))
    }
    try meanwhile()
    var problems: [String] = []
    for (index, status) in statuses.enumerated() {
      let isLast = index == statuses.count - 1
      let answer = try client.answer(hasBody: !bytes.starts(with: Array("HEAD ".utf8)))
      if answer.status != status { problems.append("answered \(answer.status), not \(status): \(answer.text)") }
      guard isLast else { continue }
      for (name, value) in fields where answer.fields[name] != value {
        problems.append("\(name) is \(answer.fields[name] ?? "missing"), not \(value)")
      }
      if !words.isEmpty, !answer.text.contains(words) { problems.append("not said: \(words), but: \(answer.text)") }
      if closes != (answer.fields["connection"] == "close") {
        problems.append("connection: \(answer.fields["connection"] ?? "missing")")
      }
    }
    if closes {
      let more = try client.readToEnd()
      if !more.isEmpty { problems.append("something followed: \(String(decoding: more, as: UTF8.self))") }
    } else {
      if way != .withAnotherBehind { try client.send(behind) }
      let next = try client.answer()
      if next.status != 200 { problems.append("the request behind it was answered \(next.status): \(next.text)") }
    }
    return problems
  }
}

extension HostileRow {
  package var byteCount: Int { bytes.count }

  /// What stands behind the head.
  package var body: [UInt8] {
    let end = Array("\r\n\r\n".utf8)
    let start = bytes.indices.first { bytes[$0...].starts(with: end) }
    return start.map { Array(bytes[($0 + end.count)...]) } ?? []
  }
}
