/// A status line and header fields, to be written.
package struct ResponseHead: Sendable, Equatable {
  package var status: HTTPStatus
  package var fields: HTTPFields

  package init(_ status: HTTPStatus, fields: HTTPFields = [:]) {
    self.status = status
    self.fields = fields
  }

  /// What to send a client that expects it, before the response itself (RFC 9110 §10.1.1).
  package static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  /// Appends the head and the blank line behind it.
  /// - Throws: ``WireError/invalidResponseField(name:)``, before anything is appended.
  package func write(to output: inout [UInt8]) throws(WireError) {
    try Self.append(status, fields, to: &output)
    output.appendLineBreak()
  }

  // MARK: A head in pieces

  /// Appends the status line and fields; more fields, or the end of the head, must follow.
  /// - Throws: ``WireError/invalidResponseField(name:)`` for a name that is no token and for a value with CR, LF, NUL or
  ///   another control byte, before anything is appended: a value from outside never becomes a header of its own.
  package static func append(_ status: HTTPStatus, _ fields: HTTPFields, to output: inout [UInt8]) throws(WireError) {
    if let name = fields.unwritableName { throw .invalidResponseField(name: name) }
    if status == .ok {
      output.append(contentsOf: "HTTP/1.1 200 OK\r\n".utf8)
    } else {
      output.append(contentsOf: "HTTP/1.1 ".utf8)
      output.appendDecimal(status.rawValue)
      output.append(.space)
      output.append(contentsOf: status.reason.utf8)
      output.appendLineBreak()
    }
    output.append(contentsOf: fields.bytes)
  }

  /// Appends more fields.
  /// - Throws: as ``append(_:_:to:)``.
  package static func append(_ fields: HTTPFields, to output: inout [UInt8]) throws(WireError) {
    if let name = fields.unwritableName { throw .invalidResponseField(name: name) }
    output.append(contentsOf: fields.bytes)
  }

  /// Appends the body's length, where there may be one, what becomes of the connection, and the end of the head.
  package static func appendEnd(contentLength: Int?, closes: Bool, to output: inout [UInt8]) {
    if let contentLength {
      output.append(contentsOf: "content-length: ".utf8)
      output.appendDecimal(contentLength)
      output.appendLineBreak()
    }
    if closes { output.append(contentsOf: "connection: close\r\n".utf8) }
    output.appendLineBreak()
  }
}

extension [UInt8] {
  fileprivate mutating func appendLineBreak() {
    append(.cr)
    append(.lf)
  }

  /// Appends a number that is not negative.
  mutating func appendDecimal(_ number: Int) {
    if number >= 10 { appendDecimal(number / 10) }
    append(UInt8(ascii: "0") + UInt8(number % 10))
  }

  /// - Parameter digits: Zeros are put before the number up to this length.
  mutating func appendDecimal(_ number: Int, digits: Int) {
    if digits > 1 { appendDecimal(number / 10, digits: digits - 1) }
    append(UInt8(ascii: "0") + UInt8(number % 10))
  }
}
