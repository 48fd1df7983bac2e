/// A hostile request and the response that the server must give.
package struct HostileRow: Sendable, CustomStringConvertible {
  package let description: String
  let bytes: [UInt8]
  /// The expected statuses: one, or 100 followed by the final one.
  let statuses: [Int]
  /// Whether the server must close the connection after the response, and ignore the bytes that follow the request.
  let closes: Bool
  /// Header fields that the last response must have, by lower-case name.
  let fields: [String: String]
  /// A substring that the last response's body must contain.
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

  /// A request that the server refuses before it closes the connection.
  package static func refused(_ status: Int, _ description: String, _ text: String) -> HostileRow {
    HostileRow(description, text, status, closes: true)
  }

  /// How the client sends the request.
  package enum Way: Sendable, CaseIterable {
    case whole, byteByByte, withAnotherBehind
  }

  /// Sends each request of a table to a server, while another client, the bystander, uses the server normally.
  /// - Parameters:
  ///   - behind: A valid request, answered with 200. Sent after each hostile request if the connection stays open, and by
  ///     the bystander.
  ///   - openConnections: Returns the number of connections that the server has open.
  /// - Returns: A description of each problem; empty if there are none.
  package static func problems(
    of table: [HostileRow], port: Int, _ way: Way, behind: String, openConnections: () -> Int
  ) throws -> [String] {
    var problems: [String] = []
    do {
      let bystander = try ProbeClient(port: port)
      func serveBystander() throws {
        try bystander.send(behind)
        let status = try bystander.answer().status
        if status != 200 { problems.append("the bystander got status \(status)") }
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
    if !eventually({ openConnections() == 0 }) { problems.append("\(openConnections()) connections are still open") }
    return problems
  }

  /// The number of responses to the requests of a table, not counting the bystander's.
  package static func answerCount(of table: [HostileRow]) -> Int {
    table.reduce(0) { $0 + ($1.closes ? 1 : 2) }
  }

  private func problems(port: Int, _ way: Way, behind: String, meanwhile: () throws -> Void) throws -> [String] {
    // Shorter than the interval between an event stream's comments, so that an unexpected stream fails the test quickly.
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
      if answer.status != status { problems.append("status \(answer.status), not \(status): \(answer.text)") }
      guard isLast else { continue }
      for (name, value) in fields where answer.fields[name] != value {
        problems.append("\(name) is \(answer.fields[name] ?? "missing"), not \(value)")
      }
      if !words.isEmpty, !answer.text.contains(words) { problems.append("no \"\(words)\" in: \(answer.text)") }
      if closes != (answer.fields["connection"] == "close") {
        problems.append("connection: \(answer.fields["connection"] ?? "missing")")
      }
    }
    if closes {
      let more = try client.readToEnd()
      if !more.isEmpty { problems.append("unexpected bytes follow: \(String(decoding: more, as: UTF8.self))") }
    } else {
      if way != .withAnotherBehind { try client.send(behind) }
      let next = try client.answer()
      if next.status != 200 { problems.append("the next request got status \(next.status): \(next.text)") }
    }
    return problems
  }
}

extension HostileRow {
  package var byteCount: Int { bytes.count }

  /// The bytes that follow the head.
  package var body: [UInt8] {
    let end = Array("\r\n\r\n".utf8)
    let start = bytes.indices.first { bytes[$0...].starts(with: end) }
    return start.map { Array(bytes[($0 + end.count)...]) } ?? []
  }
}
