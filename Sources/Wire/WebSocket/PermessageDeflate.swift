import Compression

/// The compression that was agreed upon for a connection's messages (RFC 7692 §7.1).
///
/// We never keep a context between the messages that we send, so that a frame is compressed once for every connection.
/// A client may keep its own.
package struct PermessageDeflate: Sendable, Equatable {
  /// The largest window that our messages may use, 9...15. A frame for everybody uses 15: those who asked for less get
  /// theirs uncompressed or compressed for them.
  package let serverWindowBits: Int
  /// Whether each of the client's messages stands for itself, so that no state is kept between them.
  package let clientResets: Bool
  private let namesServerWindow: Bool

  /// What a client of ours offers.
  package static let offer = "permessage-deflate; client_no_context_takeover; server_no_context_takeover"

  /// Picks the first offer that we can meet; nil for none.
  package init?(_ fields: HTTPFields) {
    for offer in fields.elements(of: "sec-websocket-extensions") {
      guard let accepted = Self(offer: offer) else { continue }
      self = accepted
      return
    }
    return nil
  }

  /// Nil for another extension and for an offer with an unknown, repeated or malformed parameter, which must be
  /// declined (RFC 7692 §7.1), and for a window of 8 bits, which zlib can't keep to.
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
        guard let value, let bits = Self.windowBits(value), bits >= 9 else { return nil }
        serverWindowBits = bits
      case "client_max_window_bits":
        // Any window fits in ours, so there is nothing to answer; but a value must be a legal one.
        if let value, Self.windowBits(value) == nil { return nil }
      default: return nil
      }
    }
    self.serverWindowBits = serverWindowBits ?? 15
    namesServerWindow = serverWindowBits != nil
    clientResets = seen.contains("client_no_context_takeover")
  }

  /// What to answer in Sec-WebSocket-Extensions.
  package var response: String {
    var text = "permessage-deflate; server_no_context_takeover"
    if clientResets { text += "; client_no_context_takeover" }
    if namesServerWindow { text += "; server_max_window_bits=\(serverWindowBits)" }
    return text
  }

  /// 8 to 15 without leading zeros (RFC 7692 §7.1.2.1).
  private static func windowBits(_ value: ArraySlice<UInt8>) -> Int? {
    guard value.first != UInt8(ascii: "0"), let bits = value.decimalValue, (8...15).contains(bits) else { return nil }
    return bits
  }

  private static func unquoted(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    value.count >= 2 && value.first == .quote && value.last == .quote ? value.dropFirst().dropLast() : value
  }
}

/// Compresses messages, each for itself (RFC 7692 §7.2.1).
package struct MessageDeflater: ~Copyable {
  private var deflater: Deflater

  /// - Parameter windowBits: At most what the connection agreed to: ``PermessageDeflate/serverWindowBits``.
  package init(windowBits: Int = 15, level: Int = 6) {
    deflater = Deflater(.raw, level: level, windowBits: windowBits)
  }

  /// The payload of a frame with `isCompressed` set.
  package mutating func compress(_ message: [UInt8]) -> [UInt8] {
    var payload: [UInt8] = []
    deflater.deflate(message, appendingTo: &payload, flush: .sync)
    deflater.reset()
    // The marker at the end of a flush goes without saying.
    payload.removeLast(4)
    return payload
  }
}

/// Inflates the messages of one peer, piece by piece (RFC 7692 §7.2.2). A class, because a
/// connection that never compressed anything should hold a reference and not its place.
final class MessageInflater {
  private var inflater = Inflater(.raw)

  /// Inflates the next piece of a message's payload and appends what comes out.
  /// - Parameter limit: The most bytes that the message may come to hold.
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

  /// Gives out what is left of the message, by the marker that its sender left out.
  /// - Throws: ``WireError/corruptDeflate`` also where the payload broke off inside a block.
  func finish(appendingTo message: inout [UInt8], limit: Int) throws(WireError) {
    let marker: [UInt8] = [0, 0, 0xFF, 0xFF]
    try marker.span.bytes.withUnsafeBytes { (bytes) throws(WireError) in
      try inflate(bytes, appendingTo: &message, limit: limit)
    }
    guard inflater.isBetweenBlocks else { throw .corruptDeflate }
  }
}
