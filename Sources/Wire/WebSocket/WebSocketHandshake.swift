import Hashing

/// A client's opening handshake, validated (RFC 6455 §4.2.1).
package struct WebSocketHandshake: Sendable, Equatable {
  /// The only supported subprotocol. Clients may omit it.
  package static let subprotocol = "telltale.v1"

  /// The value of Sec-WebSocket-Accept in the response.
  package let accept: String
  /// The value of Sec-WebSocket-Protocol in the response; nil if the client did not offer ours.
  package let subprotocol: String?
  /// The first supported compression that the client offered. Set it to nil to decline.
  package var deflate: PermessageDeflate?

  /// Does not check Origin and Host; that is up to the caller.
  /// - Throws: ``WireError/unsupportedWebSocketVersion`` (answer with 426 and `Sec-WebSocket-Version: 13`), or
  ///   ``WireError/malformedHandshake`` (400).
  package init(_ head: RequestHead) throws(WireError) {
    guard head.method == .get, head.version == .http11, head.fields.lists("websocket", in: "upgrade"),
      head.fields.lists("upgrade", in: "connection")
    else { throw .malformedHandshake }
    // The bytes after the head are frames, so there can't be a body.
    guard head.bodyLength == .none else { throw .malformedHandshake }
    guard head.fields.values(of: "sec-websocket-version") == ["13"] else { throw .unsupportedWebSocketVersion }

    let keys = head.fields.values(of: "sec-websocket-key")
    guard keys.count == 1, Base64.decode(Array(keys[0].utf8))?.count == 16 else { throw .malformedHandshake }
    accept = Self.accept(for: keys[0])
    let offered = head.fields.elements(of: "sec-websocket-protocol")
    subprotocol = offered.contains { $0.elementsEqual(Self.subprotocol.utf8) } ? Self.subprotocol : nil
    deflate = PermessageDeflate(head.fields)
  }

  /// Whether the request is a WebSocket upgrade, valid or not.
  package static func isRequested(by head: RequestHead) -> Bool {
    head.fields.lists("websocket", in: "upgrade")
  }

  /// The 101 response, after which the connection carries frames.
  package var response: ResponseHead {
    var response = ResponseHead(
      .switchingProtocols, fields: ["upgrade": "websocket", "connection": "Upgrade", "sec-websocket-accept": accept])
    response.fields["sec-websocket-protocol"] = subprotocol
    response.fields["sec-websocket-extensions"] = deflate?.response
    return response
  }

  /// The Sec-WebSocket-Accept value for a client's key (RFC 6455 §4.2.2 item 5.4). Clients verify it.
  package static func accept(for key: String) -> String {
    let digest = SHA1.hash(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
    return String(decoding: Base64.encode(digest), as: UTF8.self)
  }
}
