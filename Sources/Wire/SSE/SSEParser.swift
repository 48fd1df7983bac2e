/// An event as a browser's EventSource dispatches it.
package struct SSEEvent: Sendable, Equatable {
  /// `message` unless the stream names another type.
  package var type: String
  package var data: String
  /// The id to resume from: the event's own, or the last one before it.
  package var lastEventID: String

  package init(type: String = "message", data: String, lastEventID: String = "") {
    self.type = type
    self.data = data
    self.lastEventID = lastEventID
  }
}

/// Parses an event stream (HTML Living Standard §9.2.6) incrementally.
package struct SSEParser: Sendable {
  private let maxEventBytes: Int
  private var line: [UInt8] = []
  private var previousWasReturn = false
  private var isFirstLine = true

  private var type = ""
  private var data: [UInt8] = []
  private var lastEventID = ""
  /// The reconnection time from the last valid `retry` field.
  package private(set) var retryMilliseconds: Int?

  /// - Parameter maxEventBytes: The limit of an event's data together with its current line.
  package init(maxEventBytes: Int = 1 << 20) {
    self.maxEventBytes = maxEventBytes
  }

  /// Consumes all of the bytes and returns the events that they complete.
  /// - Throws: ``WireError/eventTooLarge(limit:)``.
  package mutating func parse(_ bytes: [UInt8]) throws(WireError) -> [SSEEvent] {
    var events: [SSEEvent] = []
    for byte in bytes {
      let followsReturn = previousWasReturn
      previousWasReturn = byte == .cr
      if byte == .lf, followsReturn { continue }
      if byte == .cr || byte == .lf {
        if let event = endLine() { events.append(event) }
        continue
      }
      guard line.count + data.count < maxEventBytes else { throw .eventTooLarge(limit: maxEventBytes) }
      line.append(byte)
    }
    return events
  }

  private mutating func endLine() -> SSEEvent? {
    var content = line[...]
    if isFirstLine, content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
    isFirstLine = false
    defer { line.removeAll(keepingCapacity: true) }
    guard !content.isEmpty else { return dispatch() }

    let colon = content.firstIndex(of: .colon) ?? content.endIndex
    var value = content[colon...].dropFirst()
    if value.first == .space { value = value.dropFirst() }
    // A line that begins with a colon is a comment. Its empty name matches no field.
    switch String(decoding: content[..<colon], as: UTF8.self) {
    case "event": type = String(decoding: value, as: UTF8.self)
    case "data": data += value + [.lf]
    case "id" where !value.contains(0): lastEventID = String(decoding: value, as: UTF8.self)
    case "retry": retryMilliseconds = value.decimalValue ?? retryMilliseconds
    default: break
    }
    return nil
  }

  private mutating func dispatch() -> SSEEvent? {
    defer {
      type = ""
      data.removeAll(keepingCapacity: true)
    }
    guard !data.isEmpty else { return nil }
    return SSEEvent(
      type: type.isEmpty ? "message" : type, data: String(decoding: data.dropLast(), as: UTF8.self),
      lastEventID: lastEventID)
  }
}
