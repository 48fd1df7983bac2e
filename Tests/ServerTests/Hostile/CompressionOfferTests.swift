import TestSupport
import Testing
import Wire

/// The negotiation of compression (RFC 7692 §7.1) over a socket, and its use.
struct CompressionOfferTests {
  private static let ours = "permessage-deflate; server_no_context_takeover"

  /// Opens a WebSocket with an offer.
  private func open(_ server: EchoServer, offer: String) throws -> (client: ProbeClient, agreed: String?) {
    let client = try ProbeClient(port: server.port)
    let answer = try client.request(
      "GET", "/stream",
      headers: [
        "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Extensions": offer,
      ])
    #expect(answer.status == 101)
    return (client, answer.fields["sec-websocket-extensions"])
  }

  private static let legal: [(offer: String, answer: String)] =
    [
      ("permessage-deflate", ""),
      ("permessage-deflate; server_no_context_takeover", ""),
      ("permessage-deflate; client_no_context_takeover", "; client_no_context_takeover"),
      ("permessage-deflate;client_no_context_takeover ;\tserver_no_context_takeover", "; client_no_context_takeover"),
      ("permessage-deflate; client_max_window_bits", ""),
      ("PERMESSAGE-DEFLATE", ""),
      // The first acceptable offer in the client's order.
      (
        "permessage-deflate; server_max_window_bits=8, permessage-deflate; server_max_window_bits=9",
        "; server_max_window_bits=9"
      ),
      ("permessage-deflate; server_max_window_bits=10, permessage-deflate", "; server_max_window_bits=10"),
      ("permessage-deflate, permessage-deflate; server_max_window_bits=10", ""),
      ("permessage-bzip2, permessage-deflate; unknown, x-webkit-deflate-frame, permessage-deflate", ""),
      ("foo; bar=\"permessage-deflate, ; x\", permessage-deflate", ""),
    ]
    + (9...15).flatMap { bits in
      [
        ("permessage-deflate; server_max_window_bits=\(bits)", "; server_max_window_bits=\(bits)"),
        ("permessage-deflate; server_max_window_bits=\"\(bits)\"", "; server_max_window_bits=\(bits)"),
      ]
    }
    + (8...15).flatMap { bits in
      [
        ("permessage-deflate; client_max_window_bits=\(bits)", ""),
        ("permessage-deflate; client_max_window_bits=\"\(bits)\"", ""),
      ]
    }

  @Test(arguments: legal)
  func `a legal offer is accepted, and compressed messages arrive`(offer: String, answer: String) throws {
    let server = try EchoServer()
    let (client, agreed) = try open(server, offer: offer)
    #expect(agreed == Self.ours + answer)
    // zlib's smallest window satisfies every offer. Each message is compressed independently, which a client may always do.
    var deflater = MessageDeflater(windowBits: 9)
    for text in ["", "short", String(repeating: "a longer one, ", count: 500)] {
      try client.send(WebSocketRow.frame(.text, deflater.compress(Array(text.utf8)), isCompressed: true))
      #expect(try client.nextEvent() == .text(Array(text.utf8)))
      try client.sendText("plain")
      #expect(try client.nextEvent() == .text(Array("plain".utf8)))
    }
  }

  @Test func `a message may refer to the one before it, unless the client has offered no context takeover`() throws {
    let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
    let again: [UInt8] = [0xF2, 0x00, 0x11, 0x00, 0x00]
    let server = try EchoServer()
    for (offer, isKept) in [("permessage-deflate", true), ("permessage-deflate; client_no_context_takeover", false)] {
      let client = try open(server, offer: offer).client
      for payload in [hello, again] { try client.send(WebSocketRow.frame(.text, payload, isCompressed: true)) }
      #expect(try client.nextEvent() == .text(Array("Hello".utf8)))
      let second = try client.nextEvent()
      if isKept {
        #expect(second == .text(Array("Hello".utf8)))
      } else {
        guard case .close(.invalidPayload, _) = second else {
          Issue.record("expected a close with 1007, got \(second)")
          return
        }
      }
    }
  }

  @Test(
    arguments: [
      "", ";", ",", "permessage-deflat", "permessage-deflate2", "permessage-deflate; unknown",
      "permessage-deflate; unknown=1", "permessage-deflate;", "permessage-deflate; ;client_max_window_bits",
      "permessage-deflate=1", "permessage-deflate; Server_No_Context_Takeover=1",
      // A parameter with a forbidden value, without a required one, or twice.
      "permessage-deflate; server_no_context_takeover=true", "permessage-deflate; server_no_context_takeover=",
      "permessage-deflate; client_no_context_takeover=\"\"", "permessage-deflate; server_max_window_bits",
      "permessage-deflate; server_max_window_bits=", "permessage-deflate; client_max_window_bits=",
      "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
      "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
      "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
      "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
      // zlib uses 9 bits if asked for 8, so 8 can't be promised.
      "permessage-deflate; server_max_window_bits=8", "permessage-deflate; server_max_window_bits=\"8\"",
    ]
      + ["7", "16", "0", "08", "09", "+9", "-9", "9.0", "0x9", "1e1", "\"9", "9\"", "' 9'", "999999999999999999999"]
      .flatMap {
        ["permessage-deflate; server_max_window_bits=\($0)", "permessage-deflate; client_max_window_bits=\($0)"]
      })
  func `an unacceptable offer is declined, and the connection opens without compression`(offer: String) throws {
    let server = try EchoServer()
    let (client, agreed) = try open(server, offer: offer)
    #expect(agreed == nil)
    try client.sendText("plain")
    #expect(try client.nextEvent() == .text(Array("plain".utf8)))
    try client.send(WebSocketRow.frame(.text, [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], isCompressed: true))
    let event = try client.nextEvent()
    guard case .close(.protocolError, _) = event else {
      Issue.record("expected a close with 1002, got \(event)")
      return
    }
  }
}
