import Compression

/// The negotiated message compression of a connection (RFC 7692 §7.1).
///
/// We never keep a compression context between our own messages, so that one compressed frame serves all connections.
/// A client may keep its context.
package struct PermessageDeflate: Sendable, Equatable {
  /// The largest window that our messages may use, 9...15. Shared frames use 15; a client that negotiated a smaller
  /// window gets its messages uncompressed, or compressed separately.
  package let serverWindowBits: Int
  /// Whether the client resets its context after each message, so that we keep no inflater in between.
  package let clientResets: Bool
  private let namesServerWindow: Bool

  /// The offer that our own clients send.
  package static let offer = "permessage-deflate; client_no_context_takeover; server_no_context_takeover"

  /// Accepts the first offer that we support; nil if there is none.
  package init?(_ fields: HTTPFields) {
    for offer in fields.elements(of: "sec-websocket-extensions") {
      guard let accepted = Self(offer: offer) else { continue }
      self = accepted
      return
    }
    return nil
  }

  /// Nil if the offer must be declined: another extension, an unknown, repeated or malformed parameter
  /// (RFC 7692 §7.1), or a window of 8 bits, which zlib does not support.
  private init?(offer: ArraySlice<UInt8>) {
    var parts = FieldParameters(offer)
    // A parameter must follow a semicolon (RFC 6455 §9.1).
    guard offer.last != .semicolon, let name = parts.next(), name.equalsIgnoringCase("permessage-deflate") else {
      return nil
    }
    var seen: Set<String> = []
    var serverWindowBits: Int?
    while let part = parts.next() {
      let pieces = part.split(separator: .equals, maxSplits: 1, omittingEmptySubsequences: false)
      let value = pieces.count > 1 ? Self.unquoted(pieces[1].trimmingBlanks) : nil
      let parameter = String(decoding: pieces[0].trimmingBlanks, as: UTF8.self)
      guard seen.insert(parameter).inserted else { return nil }
      switch parameter {
      case "server_no_context_takeover", "client_no_context_takeover":
        guard value == nil else { return nil }
      case "server_max_window_bits":
        guard let value, let bits = Self.windowBits(from: value), bits >= 9 else { return nil }
        serverWindowBits = bits
      case "client_max_window_bits":
        // Our inflater handles any window, so we don't answer it. Its value must still be valid.
        if let value, Self.windowBits(from: value) == nil { return nil }
      default: return nil
      }
    }
    self.serverWindowBits = serverWindowBits ?? 15
    namesServerWindow = serverWindowBits != nil
    clientResets = seen.contains("client_no_context_takeover")
  }

  /// The value of Sec-WebSocket-Extensions in the response.
  package var response: String {
    var text = "permessage-deflate; server_no_context_takeover"
    if clientResets { text += "; client_no_context_takeover" }
    if namesServerWindow { text += "; server_max_window_bits=\(serverWindowBits)" }
    return text
  }

  /// 8 to 15 without leading zeros (RFC 7692 §7.1.2.1).
  private static func windowBits(from value: ArraySlice<UInt8>) -> Int? {
    guard value.first != UInt8(ascii: "0"), let bits = value.decimalValue, (8...15).contains(bits) else { return nil }
    return bits
  }

  private static func unquoted(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    value.count >= 2 && value.first == .quote && value.last == .quote ? value.dropFirst().dropLast() : value
  }
}

/// Compresses messages independently of one another (RFC 7692 §7.2.1).
package struct MessageDeflater: ~Copyable {
  private var deflater: Deflater

  /// - Parameter windowBits: At most the negotiated ``PermessageDeflate/serverWindowBits``.
  package init(windowBits: Int = 15, level: Int = 6) {
    deflater = Deflater(.raw, level: level, windowBits: windowBits)
  }

  /// The payload of a frame that sets `isCompressed`.
  package mutating func compress(_ message: [UInt8]) -> [UInt8] {
    var payload: [UInt8] = []
    deflater.deflate(message, appendingTo: &payload, flush: .sync)
    deflater.reset()
    // RFC 7692 §7.2.1: the 00 00 FF FF at the end of the flush is not sent.
    payload.removeLast(4)
    return payload
  }
}

/// Inflates the messages of one peer, piece by piece (RFC 7692 §7.2.2). A class, so that a connection without
/// compressed messages stores only a nil reference.
final class MessageInflater {
  private var inflater = Inflater(.raw)

  /// Inflates the next piece of a message's payload and appends the output.
  /// - Parameter limit: The maximum size of the whole message.
  func inflate(_ piece: UnsafeRawBufferPointer, appendingTo message: inout [UInt8], limit: Int) throws(WireError) {
    var rest = piece
    while !rest.isEmpty {
      do throws(CompressionError) {
        let step = try inflater.inflate(rest, appendingTo: &message, limit: limit - message.count)
        // A final block ends zlib's stream, but not the message (RFC 7692 §7.2.3.4).
        if step.isFinished { inflater.restart() }
        rest = UnsafeRawBufferPointer(rebasing: rest[step.consumed...])
      } catch {
        if case .outputTooLarge = error { throw .messageTooLarge(limit: limit) }
        throw .corruptDeflate
      }
    }
  }

  /// Appends the rest of the message, by inflating the 00 00 FF FF that its sender removed.
  /// - Throws: ``WireError/corruptDeflate``, also if the payload ends inside a block.
  func finish(appendingTo message: inout [UInt8], limit: Int) throws(WireError) {
    let marker: [UInt8] = [0, 0, 0xFF, 0xFF]
    try marker.span.bytes.withUnsafeBytes { (bytes) throws(WireError) in
      try inflate(bytes, appendingTo: &message, limit: limit)
    }
    guard inflater.isBetweenBlocks else { throw .corruptDeflate }
  }
}
