// Hot style: a message is written once for all who read it as SSE, and each piece of it is appended whole. Parameters are
// arrays and not generic, because a generic function is not specialised for a caller in another module.

/// Writes Server-Sent Events (HTML Living Standard §9.2.5) so that no value can end its own field.
package enum SSEWriter {
  /// Appends one event.
  /// - Parameters:
  ///   - event: Its type; the parts of a line break and NUL are left out.
  ///   - id: What the client hands back as Last-Event-ID, without line breaks and NUL in the same way.
  ///   - data: Each of its lines becomes a field of its own. A browser joins them with LF, also where CR or CR LF was.
  package static func append(event: String? = nil, id: String? = nil, data: [UInt8], to output: inout [UInt8]) {
    if let event { appendField("event: ", event, to: &output) }
    if let id { appendField("id: ", id, to: &output) }
    output.append(contentsOf: "data: ".utf8)
    var rest = data[...]
    while let end = rest.firstIndex(where: { $0 == .cr || $0 == .lf }) {
      output.append(contentsOf: rest[..<end])
      output.append(contentsOf: "\ndata: ".utf8)
      // CR LF is one line break.
      let isPair = rest[end] == .cr && rest[(end + 1)...].first == .lf
      rest = rest[(end + (isPair ? 2 : 1))...]
    }
    output.append(contentsOf: rest)
    output.append(contentsOf: "\n\n".utf8)
  }

  /// Appends a line that clients ignore: it keeps proxies from closing a quiet stream.
  package static func appendComment(_ text: String = "", to output: inout [UInt8]) {
    appendField(": ", text, to: &output)
    output.append(.lf)
  }

  /// Appends how long the client waits before it reconnects.
  package static func appendRetry(milliseconds: Int, to output: inout [UInt8]) {
    appendField("retry: ", "\(max(milliseconds, 0))", to: &output)
    output.append(.lf)
  }

  private static func appendField(_ name: StaticString, _ value: String, to output: inout [UInt8]) {
    output.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    output.append(contentsOf: value.utf8.lazy.filter { $0 != .cr && $0 != .lf && $0 != 0 })
    output.append(.lf)
  }
}
