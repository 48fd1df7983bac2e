// Hot style: a message of 250 bytes is unmasked, checked and copied once. A connection keeps bytes only while a frame
// or message is incomplete.

/// What a WebSocket peer sent next.
package enum WebSocketEvent: Sendable, Equatable {
  /// A whole message, valid UTF-8.
  case text([UInt8])
  case binary([UInt8])
  /// Answer with a pong of the same bytes.
  case ping([UInt8])
  case pong([UInt8])
  /// Answer with the same code and close. Nothing behind it is parsed.
  case close(CloseCode?, reason: String)
}

/// How much a peer may send in one message.
package struct WebSocketLimits: Sendable {
  /// After inflation. Beyond it: 1009, before the payload is kept.
  package var maxMessageBytes: Int
  package var maxFragments: Int

  package init(maxMessageBytes: Int = 65_536, maxFragments: Int = 64) {
    self.maxMessageBytes = maxMessageBytes
    self.maxFragments = maxFragments
  }
}

/// Parses the frames of one peer (RFC 6455 §5), in whatever pieces they arrive, and joins fragments to messages.
package struct WebSocketParser: ~Copyable {
  /// Whose frames are read: a client's are masked, a server's are not (RFC 6455 §5.1).
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
    var remaining: Int
    var mask: WebSocketMask?
  }

  /// A message of which some frames may still be missing.
  private struct Message {
    var isText: Bool
    var isCompressed: Bool
    var fragments = 0
    /// As they came, before inflation.
    var payloadBytes = 0
    var bytes: [UInt8] = []
    var utf8 = UTF8Validator()

    /// Checks the bytes that were appended since there were `known`.
    mutating func checkText(from known: Int) throws(WireError) {
      guard isText else { return }
      var isValid = true
      bytes.withUnsafeBytes { isValid = utf8.accept(UnsafeRawBufferPointer(rebasing: $0[known...])) }
      guard isValid else { throw .invalidUTF8 }
    }
  }

  private let peer: Peer
  private let limits: WebSocketLimits
  private let deflate: PermessageDeflate?
  /// Made for the first compressed message, kept for the next one only where the client keeps its context.
  private var inflater: MessageInflater?
  private var state = State.header
  private var partialHeader: [UInt8] = []
  private var message: Message?
  private var control: [UInt8] = []

  /// - Parameter deflate: What the handshake agreed on; without it a compressed frame is refused.
  package init(
    from peer: Peer = .client, limits: WebSocketLimits = WebSocketLimits(), deflate: PermessageDeflate? = nil
  ) {
    self.peer = peer
    self.limits = limits
    self.deflate = deflate
  }

  /// Takes the bytes up to the next event, if they hold one; unmasks them where they lie.
  ///
  /// Drop the bytes consumed and call again with the rest until there is no event; all bytes are consumed then.
  /// - Throws: What the peer did wrong. Close with its code and give no more bytes.
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
        let (consumed, frame) = try takeHeader(UnsafeRawBufferPointer(rest))
        index += consumed
        guard let frame else { return (index, nil) }
        state = .payload(frame)
      case .payload(var frame):
        let count = min(frame.remaining, rest.count)
        frame.remaining -= count
        let piece = UnsafeMutableRawBufferPointer(rebasing: rest[..<count])
        frame.mask?.apply(to: piece)
        try take(UnsafeRawBufferPointer(piece), of: frame)
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

  /// - Returns: Nil where the header is incomplete; its bytes are kept.
  private mutating func takeHeader(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WireError) -> (consumed: Int, frame: Frame?) {
    if partialHeader.isEmpty {
      let found = try header(bytes)
      if let found { return (found.bytes, found.frame) }
      partialHeader.append(contentsOf: bytes)
      return (bytes.count, nil)
    }
    // A header is at most 14 bytes, so trying again at each byte is cheap.
    for (index, byte) in bytes.enumerated() {
      partialHeader.append(byte)
      let found = try partialHeader.span.bytes.withUnsafeBytes { (buffer) throws(WireError) in try header(buffer) }
      if let found {
        partialHeader.removeAll(keepingCapacity: true)
        return (index + 1, found.frame)
      }
    }
    return (bytes.count, nil)
  }

  /// The header at the front of the bytes. Each check is made as soon as its byte is there.
  private func header(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> (bytes: Int, frame: Frame)? {
    guard let first = bytes.first else { return nil }
    let opcode = WebSocketOpcode(rawValue: first & 0x0F)
    let isFinal = first & 0x80 != 0
    let isCompressed = first & 0x40 != 0
    // RFC 7692 §6: the first frame of a message has the bit, continuations and control frames never.
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
    let length = try payloadLength(short: shortLength, bytes)
    try checkSize(of: opcode, length: length, isCompressed: isCompressed)

    var frame = Frame(opcode: opcode, isFinal: isFinal, isCompressed: isCompressed, remaining: length)
    guard isMasked else { return (2 + lengthBytes, frame) }
    guard bytes.count >= 6 + lengthBytes else { return nil }
    frame.mask = WebSocketMask(
      key: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 2 + lengthBytes, as: UInt32.self)))
    return (6 + lengthBytes, frame)
  }

  /// RFC 6455 §5.2: the minimal number of bytes, and the highest bit zero.
  private func payloadLength(short: Int, _ bytes: UnsafeRawBufferPointer) throws(WireError) -> Int {
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

  /// RFC 6455 §5.4: a continuation continues something, and nothing else comes between.
  private func checkOrder(of opcode: WebSocketOpcode) throws(WireError) {
    guard !opcode.isControl else { return }
    if opcode == .continuation {
      guard let message else { throw .unexpectedContinuation }
      guard message.fragments < limits.maxFragments else { throw .tooManyFragments(limit: limits.maxFragments) }
    } else if message != nil {
      throw .unfinishedMessage
    }
  }

  private func checkSize(of opcode: WebSocketOpcode, length: Int, isCompressed: Bool) throws(WireError) {
    guard !opcode.isControl else { return }
    var most = limits.maxMessageBytes
    // What can't be compressed grows: zlib stores at least 4 KB with 5 bytes of header, and a flush adds a few.
    if isCompressed || message?.isCompressed == true { most += most / 512 + 64 }
    guard length <= most - (message?.payloadBytes ?? 0) else {
      throw .messageTooLarge(limit: limits.maxMessageBytes)
    }
  }

  // MARK: Payload

  /// Keeps a piece of a frame's payload, unmasked.
  private mutating func take(_ piece: UnsafeRawBufferPointer, of frame: Frame) throws(WireError) {
    if frame.opcode.isControl {
      control.append(contentsOf: piece)
      return
    }
    var message = self.message ?? Message(isText: frame.opcode == .text, isCompressed: frame.isCompressed)
    // Moved out and back, so that the append finds its bytes unshared and copies nothing.
    self.message = nil
    message.payloadBytes += piece.count
    if message.isCompressed {
      try inflate(piece, into: &message)
    } else {
      if message.isText, !message.utf8.accept(piece) { throw .invalidUTF8 }
      message.bytes.append(contentsOf: piece)
    }
    self.message = message
  }

  private mutating func inflate(_ piece: UnsafeRawBufferPointer, into message: inout Message) throws(WireError) {
    let inflater = self.inflater ?? MessageInflater()
    self.inflater = inflater
    let known = message.bytes.count
    try inflater.inflate(piece, appendingTo: &message.bytes, limit: limits.maxMessageBytes)
    try message.checkText(from: known)
  }

  private mutating func finish(_ frame: Frame) throws(WireError) -> WebSocketEvent? {
    guard frame.opcode.isControl else { return try finishFragment(isFinal: frame.isFinal) }
    let payload = control
    control = []
    switch frame.opcode {
    case .ping: return .ping(payload)
    case .pong: return .pong(payload)
    default:
      let event = try close(payload)
      state = .closed
      return event
    }
  }

  private mutating func finishFragment(isFinal: Bool) throws(WireError) -> WebSocketEvent? {
    guard isFinal else {
      message?.fragments += 1
      return nil
    }
    guard var message else { return nil }
    self.message = nil
    if message.isCompressed, let inflater {
      let known = message.bytes.count
      try inflater.finish(appendingTo: &message.bytes, limit: limits.maxMessageBytes)
      try message.checkText(from: known)
      if deflate?.clientResets == true { self.inflater = nil }
    }
    guard message.utf8.isComplete else { throw .invalidUTF8 }
    return message.isText ? .text(message.bytes) : .binary(message.bytes)
  }

  /// RFC 6455 §5.5.1: nothing, or a code that may be sent and a reason in UTF-8.
  private func close(_ payload: [UInt8]) throws(WireError) -> WebSocketEvent {
    guard !payload.isEmpty else { return .close(nil, reason: "") }
    guard payload.count >= 2 else { throw .malformedClose }
    let code = CloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
    guard code.isSendable else { throw .malformedClose }
    guard let reason = String(validating: payload.dropFirst(2), as: UTF8.self) else { throw .invalidUTF8 }
    return .close(code, reason: reason)
  }
}
