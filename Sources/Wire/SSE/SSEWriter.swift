// Hot style: a message is encoded once for all SSE clients, and each of its lines is appended in one piece. Parameters
// are arrays, because a generic function is not specialised for a caller in another module.

/// Writes Server-Sent Events (HTML Living Standard §9.2.5). No value can inject a field or end an event.
package enum SSEWriter {
  /// Appends one event.
  /// - Parameters:
  ///   - event: The type. CR, LF and NUL are removed.
  ///   - id: The value that the client sends back as Last-Event-ID. CR, LF and NUL are removed.
  ///   - data: Each line becomes a field of its own. The browser joins them with LF, whatever the line break was.
  package static func append(event: String? = nil, id: String? = nil, data: [UInt8], to output: inout [UInt8]) {
    if let event { appendField("event: ", value: event, to: &output) }
    if let id { appendField("id: ", value: id, to: &output) }
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

  /// Appends a comment, which clients ignore. It keeps proxies from closing an idle stream.
  package static func appendComment(_ text: String = "", to output: inout [UInt8]) {
    appendField(": ", value: text, to: &output)
    output.append(.lf)
  }

  /// Appends the time that the client waits before it reconnects.
  package static func appendRetry(milliseconds: Int, to output: inout [UInt8]) {
    appendField("retry: ", value: "\(max(milliseconds, 0))", to: &output)
    output.append(.lf)
  }

  private static func appendField(_ name: StaticString, value: String, to output: inout [UInt8]) {
    output.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    output.append(contentsOf: value.utf8.lazy.filter { $0 != .cr && $0 != .lf && $0 != 0 })
    output.append(.lf)
  }
}
