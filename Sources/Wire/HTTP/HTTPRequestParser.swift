/// The next thing in a client's byte stream.
package enum HTTPRequestEvent: Sendable {
  case head(RequestHead)
  /// A piece of the body, as a range of the bytes passed to the call. Never empty.
  case body(Range<Int>)
  /// The request is complete. Also follows a request without a body.
  case end
}

/// Parses the requests of one connection (RFC 9112) incrementally.
///
/// Does no I/O. Buffers bytes only while a head is incomplete. After an error, every call throws it again.
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
  /// The bytes of an incomplete head.
  private var partialHead: [UInt8] = []

  package init(limits: HTTPLimits = HTTPLimits()) {
    self.limits = limits
  }

  /// Whether a request has begun and is incomplete, so that a deadline applies. False between two requests.
  package var isInsideRequest: Bool {
    if case .head = state { return scanner.hasBegun }
    return true
  }

  /// The bytes that the current chunk still has to deliver. Lets the caller refuse an oversized body early.
  package var announcedChunkBytes: Int {
    if case .chunks(let chunks) = state { return chunks.remaining }
    return 0
  }

  /// Parses up to the next event.
  ///
  /// Drop the consumed bytes and call again with the rest, even if it is empty, until the event is nil; by then all
  /// bytes are consumed.
  /// - Throws: The peer's error. Answer with its status and close the connection.
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
      let count = min(remaining, bytes.count)
      guard count > 0 else { return (0, nil) }
      state = count == remaining ? .end : .body(remaining: remaining - count)
      return (count, .body(0..<count))
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
    var found = HeadScanner.forRequest
    swap(&found, &scanner)
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
