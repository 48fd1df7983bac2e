import Domain
import Wire

/// How a message is framed for a connection.
package enum Framing: Int, Sendable, CaseIterable {
  case webSocket, sse

  /// Appends a message for one connection alone: it has no position, no topic.
  package func append(_ message: RealtimeMessage, to output: inout [UInt8]) {
    append(type: message.type, id: nil, json: message.encoded, to: &output)
  }

  fileprivate func append(type: MessageType, id: StreamPosition?, json: [UInt8], to output: inout [UInt8]) {
    switch self {
    case .webSocket: WebSocketFrame.append(.text, json, to: &output)
    case .sse: SSEWriter.append(event: type.rawValue, id: id?.description, data: json, to: &output)
    }
  }
}

extension PublishedMessage {
  func append(to output: inout [UInt8], _ framing: Framing) {
    framing.append(type: type, id: position, json: json, to: &output)
  }
}
