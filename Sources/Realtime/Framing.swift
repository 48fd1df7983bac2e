import Domain
import Wire

/// The protocol that carries a connection's messages.
package enum Transport: String, Sendable, CaseIterable {
  case webSocket = "websocket"
  case sse
}

/// How a message is framed for a connection.
package enum Framing: Int, Sendable, CaseIterable {
  case webSocket
  /// With permessage-deflate agreed on and our window not limited: large messages are compressed.
  case deflatedWebSocket
  /// For HTTP/1.0: the stream ends with the connection.
  case sse
  /// For HTTP/1.1: each message is a chunk of its own, so that it stays whole if others are dropped, replayed or cut off
  /// by a full socket.
  case chunkedSSE

  package var transport: Transport {
    switch self {
    case .webSocket, .deflatedWebSocket: .webSocket
    case .sse, .chunkedSSE: .sse
    }
  }

  /// Appends a message for a single connection. It has no topic.
  /// - Parameter position: the position to resume from once the client has the message; nil leaves it unchanged. Only
  ///   an event can carry it.
  package func append(
    _ message: RealtimeMessage, resumingAfter position: StreamPosition? = nil, to output: inout [UInt8]
  ) {
    append(type: message.type, id: position, json: message.encoded, to: &output)
  }

  fileprivate func append(type: MessageType, id: StreamPosition?, json: [UInt8], to output: inout [UInt8]) {
    switch self {
    case .webSocket, .deflatedWebSocket: WebSocketFrame.append(.text, payload: json, to: &output)
    case .sse: SSEWriter.append(event: type.rawValue, id: id?.description, data: json, to: &output)
    case .chunkedSSE:
      ChunkWriter.append(to: &output) {
        SSEWriter.append(event: type.rawValue, id: id?.description, data: json, to: &$0)
      }
    }
  }
}

/// Frames published messages for the connections of one loop.
final class Framer {
  /// Made for the first message that is worth compressing: it holds 256 KB.
  private var deflater: MessageDeflater?

  /// Smaller messages gain little, and inflating them costs the client more than it saves on the wire.
  static let minDeflatedBytes = 1024

  func append(_ message: PublishedMessage, _ framing: Framing, to output: inout [UInt8]) {
    if framing == .deflatedWebSocket, message.json.count >= Self.minDeflatedBytes {
      let deflated = message.deflated { json in
        // Level 1: the message, and every client that shares it, waits for this.
        if deflater == nil { deflater = MessageDeflater(level: 1) }
        return deflater!.compress(json)  // made above
      }
      if deflated.count < message.json.count {
        return WebSocketFrame.append(.text, payload: deflated, isCompressed: true, to: &output)
      }
    }
    framing.append(type: message.type, id: message.position, json: message.json, to: &output)
  }
}
