/// What a client sent next.
package enum HTTPRequestEvent: Sendable {
  case head(RequestHead)
  /// A piece of the body: this range of the bytes just given, never empty.
  case body(Range<Int>)
  /// The request is complete, also one without a body.
  case end
}

/// Parses the requests of one connection (RFC 9112), in whatever pieces they arrive.
///
/// Never waits, never reads. It keeps bytes only while a head is incomplete, and after an error it parses nothing more.
package struct HTTPRequestParser: ~Copyable, Sendable {
  private enum State {
    case head
    case body(remaining: Int)
    case chunks(ChunkScanner)
    case end
    case failed(WireError)
  }

  private let limits: HTTPLimits
  private var state = State.head
  private var scanner = HeadScanner.forRequest
  /// The first bytes of a head whose end has not arrived.
  private var partialHead: [UInt8] = []

  package init(limits: HTTPLimits = HTTPLimits()) {
    self.limits = limits
  }

  /// Whether the peer owes the rest of a head or body: what a deadline is for. False between two requests.
  package var isInsideRequest: Bool {
    if case .head = state { return scanner.hasBegun }
    return true
  }

  /// Bytes that a chunk has announced and not yet brought: a body that will pass its limit is refused without them.
  package var announcedChunkBytes: Int {
    if case .chunks(let chunks) = state { return chunks.remaining }
    return 0
  }

  /// Takes the bytes up to the next event, if they hold one.
  ///
  /// Drop the bytes consumed and call again with the rest, also an empty rest, until there is no event; all bytes are
  /// consumed then.
  /// - Throws: What the peer did wrong. Answer with its status, close, and give no more bytes.
  package mutating func parse(_ bytes: RawSpan) throws(WireError) -> (consumed: Int, event: HTTPRequestEvent?) {
    do throws(WireError) {
      return try bytes.withUnsafeBytes { (buffer) throws(WireError) in try next(buffer) }
    } catch {
      state = .failed(error)
      throw error
    }
  }

  private mutating func next(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WireError) -> (consumed: Int, event: HTTPRequestEvent?) {
    switch state {
    case .head: return try parseHead(bytes)
    case .body(let remaining):
      let taken = min(remaining, bytes.count)
      guard taken > 0 else { return (0, nil) }
      state = taken == remaining ? .end : .body(remaining: remaining - taken)
      return (taken, .body(0..<taken))
    case .chunks(var chunks):
      let (consumed, event) = try chunks.scan(bytes, limits: limits)
      state = .chunks(chunks)
      switch event {
      case .data(let range): return (consumed, .body(range))
      case .end:
        state = .head
        return (consumed, .end)
      case nil: return (consumed, nil)
      }
    case .end:
      state = .head
      return (0, .end)
    case .failed(let error): throw error
    }
  }

  private mutating func parseHead(
    _ bytes: UnsafeRawBufferPointer
  ) throws(WireError) -> (consumed: Int, event: HTTPRequestEvent?) {
    guard let consumed = try scanner.scan(bytes, limits: limits) else {
      partialHead.append(contentsOf: bytes)
      return (bytes.count, nil)
    }
    let found = scanner
    scanner = .forRequest
    let head: RequestHead
    if partialHead.isEmpty {
      head = try RequestHead(found, bytes: UnsafeRawBufferPointer(rebasing: bytes[..<consumed]))
    } else {
      partialHead.append(contentsOf: bytes[..<consumed])
      let whole = partialHead
      partialHead = []
      head = try whole.span.bytes.withUnsafeBytes { (buffer) throws(WireError) in
        try RequestHead(found, bytes: buffer)
      }
    }
    switch head.bodyLength {
    case .none: state = .end
    case .length(let length): state = .body(remaining: length)
    case .chunked: state = .chunks(ChunkScanner())
    }
    return (consumed, .head(head))
  }
}
