/// Follows a chunked body (RFC 9112 §7.1) through whatever pieces it arrives in.
struct ChunkScanner {
  private enum State {
    case sizeStart, size
    case extensionNameStart, extensionName, extensionValueStart, extensionValue, quoted, quotedPair, quotedEnd
    case sizeLineFeed
    case data, dataReturn, dataLineFeed
    case trailers, finished
  }

  enum Event: Equatable {
    case data(Range<Int>)
    case end
  }

  private static let maxSizeDigits = 16
  private static let maxExtensionBytes = 256

  private var state = State.sizeStart
  private var size: UInt64 = 0
  private var sizeDigits = 0
  private var extensionBytes = 0
  /// Bytes of the chunk's data still to come.
  private(set) var remaining = 0
  private var trailers = HeadScanner.forTrailers

  /// Goes on with the next bytes, up to the next piece of data or the body's end.
  mutating func scan(
    _ bytes: UnsafeRawBufferPointer, limits: HTTPLimits
  ) throws(WireError) -> (consumed: Int, event: Event?) {
    var index = 0
    while index < bytes.count {
      switch state {
      case .data:
        let taken = min(remaining, bytes.count - index)
        remaining -= taken
        if remaining == 0 { state = .dataReturn }
        return (index + taken, .data(index..<index + taken))
      case .trailers:
        // Checked like a head and dropped: merged into the fields they could change what was already decided.
        let rest = UnsafeRawBufferPointer(rebasing: bytes[index...])
        guard let consumed = try trailers.scan(rest, limits: limits) else { return (bytes.count, nil) }
        state = .finished
        return (index + consumed, .end)
      case .finished:
        return (index, .end)
      default:
        try step(bytes[index])
        index += 1
      }
    }
    return (index, nil)
  }

  private mutating func step(_ byte: UInt8) throws(WireError) {
    switch state {
    case .sizeStart, .size: try stepSize(byte)
    case .sizeLineFeed:
      guard byte == .lf else { throw .bareNewline }
      try beginData()
    case .dataReturn:
      guard byte == .cr else { throw .malformedChunk }
      state = .dataLineFeed
    case .dataLineFeed:
      guard byte == .lf else { throw .malformedChunk }
      state = .sizeStart
    case .data, .trailers, .finished: break
    default:
      extensionBytes += 1
      guard extensionBytes <= Self.maxExtensionBytes, byte.isFieldValueByte || byte == .cr else {
        throw byte == .lf ? .bareNewline : .malformedChunk
      }
      try stepExtension(byte)
    }
  }

  private mutating func stepSize(_ byte: UInt8) throws(WireError) {
    if let digit = byte.hexValue {
      guard sizeDigits < Self.maxSizeDigits else { throw .malformedChunk }
      size = size << 4 | UInt64(digit)
      sizeDigits += 1
      state = .size
    } else if state == .size, byte == .cr {
      state = .sizeLineFeed
    } else if state == .size, byte == .semicolon {
      extensionBytes = 0
      state = .extensionNameStart
    } else {
      throw byte == .lf ? .bareNewline : .malformedChunk
    }
  }

  /// `;name`, `;name=token` or `;name="quoted"`, without blanks. They mean nothing to us, but must be well-formed, so
  /// that nobody in front of us sees the line end elsewhere.
  private mutating func stepExtension(_ byte: UInt8) throws(WireError) {
    switch state {
    case .extensionNameStart where byte.isTokenByte, .extensionName where byte.isTokenByte: state = .extensionName
    case .extensionName where byte == .equals: state = .extensionValueStart
    case .extensionValueStart where byte == .quote: state = .quoted
    case .extensionValueStart where byte.isTokenByte, .extensionValue where byte.isTokenByte: state = .extensionValue
    case .quoted where byte == .quote: state = .quotedEnd
    case .quoted where byte == .backslash: state = .quotedPair
    case .quoted where byte != .cr, .quotedPair where byte != .cr: state = .quoted
    case .extensionName where byte == .semicolon, .extensionValue where byte == .semicolon,
      .quotedEnd where byte == .semicolon:
      state = .extensionNameStart
    case .extensionName where byte == .cr, .extensionValue where byte == .cr, .quotedEnd where byte == .cr:
      state = .sizeLineFeed
    default: throw .malformedChunk
    }
  }

  private mutating func beginData() throws(WireError) {
    guard let length = Int(exactly: size) else { throw .malformedChunk }
    remaining = length
    state = length == 0 ? .trailers : .data
    (size, sizeDigits) = (0, 0)
  }
}
