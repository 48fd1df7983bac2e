// Hot style: a message of 250 bytes is unmasked, validated and copied once. The parser buffers bytes only while a frame
// or a message is incomplete.

/// The next thing in a WebSocket peer's byte stream.
package enum WebSocketEvent: Sendable, Equatable {
  /// A complete message of valid UTF-8.
  case text([UInt8])
  case binary([UInt8])
  /// Answer with a pong that contains the same bytes.
  case ping([UInt8])
  case pong([UInt8])
  /// Answer with the same code and close the connection. Bytes after the close frame are ignored.
  case close(CloseCode?, reason: String)
}

/// The limits of a message.
package struct WebSocketLimits: Sendable {
  /// The size after inflation. A larger message is refused with 1009 before its payload is buffered.
  package var maxMessageBytes: Int
  /// The size of the headers of a message's fragments together, 6 to 14 bytes each. Bounds a message of empty fragments,
  /// which would never reach ``maxMessageBytes``. The number of fragments has no other limit.
  package var maxHeaderBytes: Int

  package init(maxMessageBytes: Int = 65_536, maxHeaderBytes: Int = 65_536) {
    self.maxMessageBytes = maxMessageBytes
    self.maxHeaderBytes = maxHeaderBytes
  }
}

/// Parses the frames of one peer (RFC 6455 §5) incrementally and joins fragments into messages.
package struct WebSocketParser: ~Copyable {
  /// The sender of the frames. A client masks its frames, a server does not (RFC 6455 §5.1).
  package enum Peer: Sendable {
    case client, server
  }

  private enum State {
    case header
    case payload(Frame)
    case closed
    case failed(WireError)
  }

  /// A frame whose header is complete.
  private struct Frame {
    var opcode: WebSocketOpcode
    var isFinal: Bool
    var isCompressed: Bool
    var headerBytes: Int
    var remaining: Int
    var mask: WebSocketMask?
  }

  /// A message that may still be incomplete. A class, so that a parser between two messages needs no memory for one.
  private final class Message {
    let isText: Bool
    let isCompressed: Bool
    /// Of the fragments so far.
    var headerBytes = 0
    /// Before inflation.
    var payloadBytes = 0
    var bytes: [UInt8] = []
    var utf8 = UTF8Validator()

    init(isText: Bool, isCompressed: Bool) {
      self.isText = isText
      self.isCompressed = isCompressed
    }

    /// Validates the text from `start` on.
    func validateText(from start: Int) throws(WireError) {
      guard isText else { return }
      var isValid = true
      bytes.withUnsafeBytes { isValid = utf8.accept(UnsafeRawBufferPointer(rebasing: $0[start...])) }
      guard isValid else { throw .invalidUTF8 }
    }
  }

  private let peer: Peer
  private let limits: WebSocketLimits
  private let deflate: PermessageDeflate?
  /// Created for the first compressed message. Kept between messages only if the client keeps its context.
  private var inflater: MessageInflater?
  private var state = State.header
  private var partialHeader: [UInt8] = []
  private var message: Message?
  private var control: [UInt8] = []

  /// - Parameter deflate: The negotiated compression. If it is nil, a compressed frame is refused.
  package init(
    from peer: Peer = .client, limits: WebSocketLimits = WebSocketLimits(), deflate: PermessageDeflate? = nil
  ) {
    self.peer = peer
    self.limits = limits
    self.deflate = deflate
  }

  /// Parses up to the next event, and unmasks the bytes in place.
  ///
  /// Drop the consumed bytes and call again with the rest until the event is nil; by then all bytes are consumed.
  /// - Throws: The peer's error. Close the connection with its code.
  package mutating func parse(
    _ bytes: UnsafeMutableRawBufferPointer
  ) throws(WireError) -> (consumed: Int, event: WebSocketEvent?) {
    do throws(WireError) {
      return try next(bytes)
    } catch {
      state = .failed(error)
      message = nil
      inflater = nil
      throw error
    }
  }

  private mutating func next(
    _ bytes: UnsafeMutableRawBufferPointer
  ) throws(WireError) -> (consumed: Int, event: WebSocketEvent?) {
    var index = 0
    while true {
      let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[index...])
      switch state {
      case .header:
        let (consumed, frame) = try parseHeader(UnsafeRawBufferPointer(rest))
        index += consumed
        guard let frame else { return (index, nil) }
        if isWholeMessage(frame, in: bytes.count - index) {
          let payload = UnsafeMutableRawBufferPointer(rebasing: bytes[index..<(index + frame.remaining)])
          return (index + frame.remaining, try wholeMessage(payload, of: frame))
        }
        state = .payload(frame)
      case .payload(var frame):
        let count = min(frame.remaining, rest.count)
        frame.remaining -= count
        let piece = UnsafeMutableRawBufferPointer(rebasing: rest[..<count])
        frame.mask?.apply(to: piece)
        try appendPayload(UnsafeRawBufferPointer(piece), of: frame)
        index += count
        guard frame.remaining == 0 else {
          state = .payload(frame)
          return (index, nil)
        }
        state = .header
        if let event = try finish(frame) { return (index, event) }
      case .closed: return (bytes.count, nil)
      case .failed(let error): throw error
      }
    }
  }

  // MARK: Header

  /// - Returns: A nil frame if the header is still incomplete; its bytes are buffered.
  private mutating func parseHeader(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WireError) -> (consumed: Int, frame: Frame?) {
    if partialHeader.isEmpty {
      let found = try header(at: bytes)
      if let found { return (found.bytes, found.frame) }
      partialHeader.append(contentsOf: bytes)
      return (bytes.count, nil)
    }
    // A header has at most 14 bytes, so parsing it again for each byte is cheap.
    for (index, byte) in bytes.enumerated() {
      partialHeader.append(byte)
      let found = try partialHeader.span.bytes.withUnsafeBytes { (buffer) throws(WireError) in try header(at: buffer) }
      if let found {
        partialHeader.removeAll(keepingCapacity: true)
        return (index + 1, found.frame)
      }
    }
    return (bytes.count, nil)
  }

  /// The header at the start of the bytes; nil if it is incomplete. Each check runs as soon as its byte is there.
  private func header(at bytes: UnsafeRawBufferPointer) throws(WireError) -> (bytes: Int, frame: Frame)? {
    guard let first = bytes.first else { return nil }
    let opcode = WebSocketOpcode(rawValue: first & 0x0F)
    let isFinal = first & 0x80 != 0
    let isCompressed = first & 0x40 != 0
    // RFC 7692 §6: only the first frame of a message may set the bit, never a continuation or a control frame.
    let mayBeCompressed = deflate != nil && (opcode == .text || opcode == .binary)
    guard first & 0x30 == 0, !isCompressed || mayBeCompressed else { throw .reservedBits }
    guard opcode.isKnown else { throw .reservedOpcode(opcode.rawValue) }
    guard !opcode.isControl || isFinal else { throw .fragmentedControlFrame }
    try checkOrder(of: opcode)

    guard bytes.count >= 2 else { return nil }
    let isMasked = bytes[1] & 0x80 != 0
    if isMasked != (peer == .client) { throw isMasked ? .maskedFrame : .unmaskedFrame }
    let shortLength = Int(bytes[1] & 0x7F)
    guard !opcode.isControl || shortLength <= 125 else { throw .controlFrameTooLong }

    let lengthBytes = shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0
    guard bytes.count >= 2 + lengthBytes else { return nil }
    let length = try payloadLength(short: shortLength, header: bytes)
    try checkSize(of: opcode, length: length, isCompressed: isCompressed)

    let headerBytes = 2 + lengthBytes + (isMasked ? 4 : 0)
    var frame = Frame(
      opcode: opcode, isFinal: isFinal, isCompressed: isCompressed, headerBytes: headerBytes, remaining: length)
    guard isMasked else { return (headerBytes, frame) }
    guard bytes.count >= headerBytes else { return nil }
    frame.mask = WebSocketMask(
      key: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 2 + lengthBytes, as: UInt32.self)))
    return (headerBytes, frame)
  }

  /// RFC 6455 §5.2: the length must have its shortest form, and the highest bit must be 0.
  private func payloadLength(short: Int, header bytes: UnsafeRawBufferPointer) throws(WireError) -> Int {
    switch short {
    case 126:
      let length = Int(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
      guard length > 125 else { throw .malformedFrameLength }
      return length
    case 127:
      let length = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
      guard length > 0xFFFF, let length = Int(exactly: length) else { throw .malformedFrameLength }
      return length
    default: return short
    }
  }

  /// RFC 6455 §5.4: a continuation needs a message to continue, and only control frames may come in between.
  private func checkOrder(of opcode: WebSocketOpcode) throws(WireError) {
    guard !opcode.isControl else { return }
    if opcode == .continuation {
      guard message != nil else { throw .unexpectedContinuation }
    } else if message != nil {
      throw .unfinishedMessage
    }
  }

  private func checkSize(of opcode: WebSocketOpcode, length: Int, isCompressed: Bool) throws(WireError) {
    guard !opcode.isControl else { return }
    var most = limits.maxMessageBytes
    // Incompressible data grows: zlib adds 5 bytes for at least every 4 KB, and a few for the flush.
    if isCompressed || message?.isCompressed == true { most += most / 512 + 64 }
    guard length <= most - (message?.payloadBytes ?? 0) else {
      throw .messageTooLarge(limit: limits.maxMessageBytes)
    }
  }

  // MARK: Payload

  /// Whether a frame is an uncompressed message by itself, and all of it has arrived. Most are, and need no state between
  /// two calls.
  private func isWholeMessage(_ frame: Frame, in byteCount: Int) -> Bool {
    frame.remaining <= byteCount && frame.isFinal && !frame.isCompressed
      && (frame.opcode == .text || frame.opcode == .binary)
  }

  /// Unmasks and checks the payload of a frame that is a message by itself.
  private func wholeMessage(
    _ payload: UnsafeMutableRawBufferPointer, of frame: Frame
  ) throws(WireError) -> WebSocketEvent {
    var mask = frame.mask
    mask?.apply(to: payload)
    guard frame.opcode == .text else { return .binary(Array(payload)) }
    var utf8 = UTF8Validator()
    guard utf8.accept(UnsafeRawBufferPointer(payload)), utf8.isComplete else { throw .invalidUTF8 }
    return .text(Array(payload))
  }

  /// Appends an unmasked piece of a frame's payload to its message.
  private mutating func appendPayload(_ piece: UnsafeRawBufferPointer, of frame: Frame) throws(WireError) {
    if frame.opcode.isControl {
      control.append(contentsOf: piece)
      return
    }
    let message = self.message ?? Message(isText: frame.opcode == .text, isCompressed: frame.isCompressed)
    message.payloadBytes += piece.count
    if message.isCompressed {
      try inflate(piece, into: message)
    } else {
      if message.isText, !message.utf8.accept(piece) { throw .invalidUTF8 }
      message.bytes.append(contentsOf: piece)
    }
    self.message = message
  }

  private mutating func inflate(_ piece: UnsafeRawBufferPointer, into message: Message) throws(WireError) {
    let inflater = self.inflater ?? MessageInflater()
    self.inflater = inflater
    let start = message.bytes.count
    try inflater.inflate(piece, appendingTo: &message.bytes, limit: limits.maxMessageBytes)
    try message.validateText(from: start)
  }

  private mutating func finish(_ frame: Frame) throws(WireError) -> WebSocketEvent? {
    guard frame.opcode.isControl else { return try finishFragment(frame) }
    let payload = control
    control = []
    switch frame.opcode {
    case .ping: return .ping(payload)
    case .pong: return .pong(payload)
    default:
      let event = try closeEvent(payload: payload)
      state = .closed
      return event
    }
  }

  private mutating func finishFragment(_ frame: Frame) throws(WireError) -> WebSocketEvent? {
    guard frame.isFinal else {
      message?.headerBytes += frame.headerBytes
      guard message?.headerBytes ?? 0 <= limits.maxHeaderBytes else {
        throw .fragmentsTooSmall(limit: limits.maxHeaderBytes)
      }
      return nil
    }
    guard let message else { return nil }
    self.message = nil
    if message.isCompressed, let inflater {
      let start = message.bytes.count
      try inflater.finish(appendingTo: &message.bytes, limit: limits.maxMessageBytes)
      try message.validateText(from: start)
      if deflate?.clientResets == true { self.inflater = nil }
    }
    guard message.utf8.isComplete else { throw .invalidUTF8 }
    return message.isText ? .text(message.bytes) : .binary(message.bytes)
  }

  /// RFC 6455 §5.5.1: the payload is empty, or a valid code and a reason in UTF-8.
  private func closeEvent(payload: [UInt8]) throws(WireError) -> WebSocketEvent {
    guard !payload.isEmpty else { return .close(nil, reason: "") }
    guard payload.count >= 2 else { throw .malformedClose }
    let code = CloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
    guard code.isSendable else { throw .malformedClose }
    guard let reason = String(validating: payload.dropFirst(2), as: UTF8.self) else { throw .invalidUTF8 }
    return .close(code, reason: reason)
  }
}
