import TestSupport

/// Invalid requests for a WebSocket.
enum HandshakeRows {
  private static func row(
    _ status: Int, _ description: String, method: String = "GET", version: String = "1.1",
    upgrade: String = "Upgrade: websocket\r\n", connection: String = "Connection: Upgrade\r\n",
    key: String = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    socketVersion: String = "Sec-WebSocket-Version: 13\r\n", extra: String = "", closes: Bool = false
  ) -> HostileRow {
    var fields: [String: String] = [:]
    if status == 426 { fields = ["sec-websocket-version": "13", "upgrade": "websocket"] }
    return HostileRow(
      description,
      "\(method) /stream HTTP/\(version)\r\nHost: x\r\n\(upgrade)\(connection)\(key)\(socketVersion)\(extra)\r\n",
      status, closes: closes, fields: fields)
  }

  static let all: [HostileRow] = [
    row(400, "POST", method: "POST"), row(400, "PUT", method: "PUT"), row(400, "HEAD", method: "HEAD"),
    row(400, "DELETE", method: "DELETE"),
    row(400, "HTTP/1.0", version: "1.0", closes: true),
    row(400, "no Upgrade", upgrade: ""), row(400, "Upgrade to something else", upgrade: "Upgrade: h2c\r\n"),
    row(400, "Upgrade to websockets", upgrade: "Upgrade: websockets\r\n"),
    row(400, "Upgrade with a Kelvin sign", upgrade: "Upgrade: websoc\u{212A}et\r\n"),
    row(400, "no Connection", connection: ""),
    row(400, "Connection: keep-alive", connection: "Connection: keep-alive\r\n"),
    row(400, "Connection: upgraded", connection: "Connection: upgraded\r\n"),
    row(400, "no key", key: ""), row(400, "an empty key", key: "Sec-WebSocket-Key:\r\n"),
    row(400, "a key of 15 bytes", key: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n"),
    row(400, "a key of 18 bytes", key: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZTEyMw==\r\n"),
    row(400, "a key without padding", key: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n"),
    row(400, "a key that is no base64", key: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!!==\r\n"),
    row(400, "two keys", extra: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
    row(426, "no version", socketVersion: ""), row(426, "version 8", socketVersion: "Sec-WebSocket-Version: 8\r\n"),
    row(426, "version 14", socketVersion: "Sec-WebSocket-Version: 14\r\n"),
    row(426, "version 013", socketVersion: "Sec-WebSocket-Version: 013\r\n"),
    row(426, "a list of versions", socketVersion: "Sec-WebSocket-Version: 13, 8\r\n"),
    row(426, "two versions", extra: "Sec-WebSocket-Version: 8\r\n"),
  ]
}
