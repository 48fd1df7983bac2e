/// Finds the data in a chunked body (RFC 9112 §7.1), incrementally.
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
  /// The bytes of the current chunk's data that have not arrived yet.
  private(set) var remaining = 0
  private var trailers = HeadScanner.forTrailers

  /// Scans up to the next piece of data or the end of the body.
  mutating func scan(
    _ bytes: UnsafeRawBufferPointer, limits: HTTPLimits
  ) throws(WireError) -> (consumed: Int, event: Event?) {
    var index = 0
    while index < bytes.count {
      switch state {
      case .data:
        let count = min(remaining, bytes.count - index)
        remaining -= count
        if remaining == 0 { state = .dataReturn }
        return (index + count, .data(index..<index + count))
      case .trailers:
        // Validated like a head, then dropped: merging them into the fields could contradict decisions already made.
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

  /// `;name`, `;name=token` or `;name="quoted"`, without blanks. We ignore extensions, but require them to be
  /// well-formed, so that a proxy in front of us can't see the line end elsewhere (request smuggling).
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
