/// The status line and header fields of a response.
package struct ResponseHead: Sendable, Equatable {
  package var status: HTTPStatus
  package var fields: HTTPFields

  package init(_ status: HTTPStatus, fields: HTTPFields = [:]) {
    self.status = status
    self.fields = fields
  }

  /// The interim response to a request with `Expect: 100-continue` (RFC 9110 §10.1.1).
  package static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  /// Appends the head and the empty line after it.
  /// - Throws: ``WireError/invalidResponseField(name:)``, before anything is appended.
  package func write(to output: inout [UInt8]) throws(WireError) {
    try Self.append(status, fields: fields, to: &output)
    output.appendLineBreak()
  }

  // MARK: A head in pieces

  /// Appends the status line and fields. The caller appends more fields or the end of the head.
  /// - Throws: ``WireError/invalidResponseField(name:)``, before anything is appended, if a name is not a token or a
  ///   value contains a control byte such as CR, LF or NUL. Prevents header injection.
  package static func append(
    _ status: HTTPStatus, fields: HTTPFields, to output: inout [UInt8]
  ) throws(WireError) {
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
  /// - Throws: The same as ``append(_:fields:to:)``.
  package static func append(_ fields: HTTPFields, to output: inout [UInt8]) throws(WireError) {
    if let name = fields.unwritableName { throw .invalidResponseField(name: name) }
    output.append(contentsOf: fields.bytes)
  }

  /// Appends Content-Length, `Connection: close`, and the end of the head.
  /// - Parameter contentLength: Nil if the response has no body by definition.
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

  /// - Parameter number: Not negative.
  mutating func appendDecimal(_ number: Int) {
    if number >= 10 { appendDecimal(number / 10) }
    append(UInt8(ascii: "0") + UInt8(number % 10))
  }

  /// - Parameter digits: The minimum number of digits; shorter numbers are padded with zeros.
  mutating func appendDecimal(_ number: Int, digits: Int) {
    if digits > 1 { appendDecimal(number / 10, digits: digits - 1) }
    append(UInt8(ascii: "0") + UInt8(number % 10))
  }
}
