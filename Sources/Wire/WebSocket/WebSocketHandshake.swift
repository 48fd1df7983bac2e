import Hashing

/// A client's request to speak WebSocket, checked (RFC 6455 §4.2.1).
package struct WebSocketHandshake: Sendable, Equatable {
  /// The only subprotocol that is spoken; clients may leave it out.
  package static let subprotocol = "telltale.v1"

  /// The Sec-WebSocket-Accept of the answer.
  package let accept: String
  /// What to answer in Sec-WebSocket-Protocol: ours if the client offered it.
  package let subprotocol: String?
  /// The compression that the client offered and we can meet. Set it to nil to decline.
  package var deflate: PermessageDeflate?

  /// - Throws: ``WireError/unsupportedWebSocketVersion`` (426 with `Sec-WebSocket-Version: 13`), or
  ///   ``WireError/malformedHandshake`` (400). Origin and Host are the caller's to judge.
  package init(_ head: RequestHead) throws(WireError) {
    guard head.method == .get, head.version == .http11, head.fields.lists("websocket", in: "upgrade"),
      head.fields.lists("upgrade", in: "connection")
    else { throw .malformedHandshake }
    // What follows the head is frames, and can't be a body too.
    guard head.bodyLength == .none else { throw .malformedHandshake }
    guard head.fields.values(of: "sec-websocket-version") == ["13"] else { throw .unsupportedWebSocketVersion }

    let keys = head.fields.values(of: "sec-websocket-key")
    guard keys.count == 1, Base64.decode(Array(keys[0].utf8))?.count == 16 else { throw .malformedHandshake }
    accept = Self.accept(for: keys[0])
    let offered = head.fields.elements(of: "sec-websocket-protocol")
    subprotocol = offered.contains { $0.elementsEqual(Self.subprotocol.utf8) } ? Self.subprotocol : nil
    deflate = PermessageDeflate(head.fields)
  }

  /// Whether the request asks for a WebSocket at all, well-formed or not.
  package static func isWanted(_ head: RequestHead) -> Bool {
    head.fields.lists("websocket", in: "upgrade")
  }

  /// The answer that switches the connection to frames.
  package var response: ResponseHead {
    var response = ResponseHead(
      .switchingProtocols, fields: ["upgrade": "websocket", "connection": "Upgrade", "sec-websocket-accept": accept])
    response.fields["sec-websocket-protocol"] = subprotocol
    response.fields["sec-websocket-extensions"] = deflate?.response
    return response
  }

  /// What a server must answer to a key (RFC 6455 §4.2.2 item 5.4); a client compares it.
  package static func accept(for key: String) -> String {
    let digest = SHA1.hash(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
    return String(decoding: Base64.encode(digest), as: UTF8.self)
  }
}
