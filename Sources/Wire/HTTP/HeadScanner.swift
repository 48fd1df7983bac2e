// Hot style: every byte of every request head passes through here once. The inner loops run over values and targets;
// the benchmark is `telltale bench http`.

/// Finds the parts of a request head, or of the trailers after a chunked body, incrementally.
///
/// Stores offsets but no bytes, looks at each byte once, and throws at the first invalid one.
struct HeadScanner {
  private enum State {
    case beforeRequestLine, emptyLineFeed
    case method, target, version, requestLineFeed
    case fieldStart, name, valueStart, value, fieldLineFeed
    case finalLineFeed
  }

  /// The longest known method has 7 letters. Longer names are parsed so that an unknown method gets 501, not 400.
  private static let maxMethodBytes = 32

  /// Browsers send about 15 fields.
  private static let usualFields = 16

  private var state: State
  /// The bytes scanned so far. Offsets are relative to the first of them.
  private(set) var count = 0
  private(set) var method = 0..<0
  private(set) var target = 0..<0
  private(set) var fields: [HTTPFields.Slice] = []
  private(set) var version: HTTPVersion = .http11

  private var partStart = 0
  private var nameStart = 0
  private var nameEnd = 0
  /// The bytes of the version, first byte in the highest position.
  private var versionBytes: UInt64 = 0

  private init(state: State) {
    self.state = state
  }

  /// Whether anything has arrived besides the empty lines that are allowed before a request.
  var hasBegun: Bool {
    switch state {
    case .beforeRequestLine, .emptyLineFeed: false
    default: true
    }
  }

  static var forRequest: HeadScanner { HeadScanner(state: .beforeRequestLine) }
  static var forTrailers: HeadScanner { HeadScanner(state: .fieldStart) }

  /// Scans the next bytes.
  /// - Returns: How many of them belong to the head; nil if the head is still incomplete.
  mutating func scan(_ bytes: UnsafeRawBufferPointer, limits: HTTPLimits) throws(WireError) -> Int? {
    let end = min(bytes.count, limits.maxHeadBytes - count)
    let base = count
    var index = 0
    while index < end {
      let byte = bytes[index]
      switch state {
      case .beforeRequestLine:
        // RFC 9112 §2.2: skip empty lines before a request; some clients send one after a body.
        if byte == .cr {
          state = .emptyLineFeed
        } else {
          partStart = base + index
          state = .method
          continue
        }
      case .emptyLineFeed:
        try expectLineFeed(byte, then: .beforeRequestLine)

      case .method:
        if byte == .space, base + index > partStart {
          method = partStart..<(base + index)
          partStart = base + index + 1
          state = .target
        } else if !byte.isTokenByte || base + index - partStart >= Self.maxMethodBytes {
          throw byte == .lf ? .bareNewline : .malformedRequestLine
        }
      case .target:
        while index < end, bytes[index] > 0x20, bytes[index] < 0x7F { index += 1 }
        guard base + index - partStart <= limits.maxTargetBytes else {
          throw .targetTooLong(limit: limits.maxTargetBytes)
        }
        guard index < end else { continue }
        guard bytes[index] == .space, base + index > partStart else {
          throw bytes[index] == .lf ? .bareNewline : .malformedRequestLine
        }
        target = partStart..<(base + index)
        partStart = base + index + 1
        state = .version
      case .version:
        if byte == .cr {
          version = try HTTPVersion(bytes: versionBytes, count: base + index - partStart)
          state = .requestLineFeed
        } else {
          guard byte != .lf else { throw .bareNewline }
          guard base + index - partStart < 8 else { throw .malformedRequestLine }
          versionBytes = versionBytes << 8 | UInt64(byte)
        }
      case .requestLineFeed:
        try expectLineFeed(byte, then: .fieldStart)

      case .fieldStart:
        if byte == .cr {
          state = .finalLineFeed
        } else {
          guard byte != .lf else { throw .bareNewline }
          guard fields.count < limits.maxFields else { throw .tooManyFields(limit: limits.maxFields) }
          // Refuses a blank before the first field, obs-fold (RFC 9112 §5.2) and an empty name.
          guard byte.isTokenByte else { throw .malformedField }
          nameStart = base + index
          state = .name
        }
      case .name:
        while index < end, bytes[index].isTokenByte { index += 1 }
        guard index < end else { continue }
        // Also refuses a blank before the colon (RFC 9112 §5.1).
        guard bytes[index] == .colon else { throw bytes[index] == .lf ? .bareNewline : .malformedField }
        nameEnd = base + index
        state = .valueStart
      case .valueStart:
        if !byte.isBlank {
          partStart = base + index
          state = .value
          continue
        }
      case .value:
        while index < end, bytes[index].isFieldValueByte { index += 1 }
        guard index < end else { continue }
        guard bytes[index] == .cr else { throw bytes[index] == .lf ? .bareNewline : .malformedField }
        if fields.isEmpty { fields.reserveCapacity(Self.usualFields) }
        fields.append(
          HTTPFields.Slice(
            nameStart: UInt32(nameStart), nameEnd: UInt32(nameEnd), valueStart: UInt32(partStart),
            valueEnd: UInt32(base + index)))
        state = .fieldLineFeed
      case .fieldLineFeed:
        try expectLineFeed(byte, then: .fieldStart)

      case .finalLineFeed:
        try expectLineFeed(byte, then: .fieldStart)
        count = base + index + 1
        return index + 1
      }
      index += 1
    }
    count = base + index
    guard count < limits.maxHeadBytes else { throw .headTooLarge(limit: limits.maxHeadBytes) }
    return nil
  }

  private mutating func expectLineFeed(_ byte: UInt8, then next: State) throws(WireError) {
    guard byte == .lf else { throw .bareNewline }
    state = next
  }
}

/// The supported HTTP versions (RFC 9112 §2.3).
package enum HTTPVersion: Sendable, Equatable {
  case http10, http11

  /// - Parameter bytes: The last `count` bytes of the request line, first byte in the highest position.
  fileprivate init(bytes: UInt64, count: Int) throws(WireError) {
    guard count == 8 else { throw .malformedRequestLine }
    switch bytes {
    case 0x4854_5450_2F31_2E31: self = .http11  // "HTTP/1.1"
    case 0x4854_5450_2F31_2E30: self = .http10  // "HTTP/1.0"
    default:
      let major = UInt8(truncatingIfNeeded: bytes >> 16)
      let minor = UInt8(truncatingIfNeeded: bytes)
      // "HTTP/" DIGIT "." DIGIT: an unsupported version, for example in the preface of HTTP/2.
      guard bytes >> 24 == 0x48_5454_502F, bytes >> 8 & 0xFF == 0x2E, major.isDigit, minor.isDigit else {
        throw .malformedRequestLine
      }
      throw .unsupportedVersion
    }
  }
}
