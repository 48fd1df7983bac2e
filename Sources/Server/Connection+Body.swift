import Net
import Wire

/// What is still to be sent of an answer whose head is queued. Meanwhile the connection's input waits.
final class OutgoingBody {
  enum Source {
    case file(OutgoingFile, rest: Range<Int>)
    case stream(BodyWriter, Task<Void, Never>)
  }

  var source: Source
  /// Whether a stream is sent in chunks; otherwise it ends with the connection.
  let isChunked: Bool
  /// Whether the connection ends behind it.
  let closes: Bool
  /// Whether a stream's producer waits for a piece that is queued.
  var hasPiece = false
  /// Whether a stream's producer has returned.
  var isComplete = false

  init(_ source: Source, isChunked: Bool, closes: Bool) {
    self.source = source
    self.isChunked = isChunked
    self.closes = closes
  }

  /// Cancels a stream's producer.
  func abandon() {
    guard case .stream(let writer, let task) = source else { return }
    task.cancel()
    writer.close()
  }
}

/// Bodies that are sent behind their head: files and streams.
extension Connection {
  /// Takes over the body of an answer whose head is queued.
  func startBody(_ body: Response.Body, exchange: HTTPExchange, id: RequestID, isChunked: Bool, closes: Bool) {
    let source: OutgoingBody.Source
    switch body {
    case .bytes: return
    case .file(let file): source = .file(file.file, rest: file.range)
    case .stream(let stream): source = startProducer(of: stream, id: id)
    }
    exchange.outgoing = OutgoingBody(source, isChunked: isChunked, closes: closes)
    exchange.isHeldBack = true
  }

  private func startProducer(of stream: StreamBody, id: RequestID) -> OutgoingBody.Source {
    let (mailbox, registration) = (worker.mailbox, registration!)  // set since the connection was made
    let writer = BodyWriter { piece in
      mailbox.execute { worker in worker.connection(registration)?.enqueuePiece(piece) }
    }
    let task = Task(executorPreference: worker.core.executor) {
      let failure: (any Error)?
      do {
        try await stream.produce(writer)
        failure = nil
      } catch {
        failure = error
      }
      mailbox.execute { worker in worker.connection(registration)?.producerEnded(failure, id: id) }
    }
    return .stream(writer, task)
  }

  private func enqueuePiece(_ piece: [UInt8]) {
    guard case .http(let exchange) = mode, let body = exchange.outgoing else { return }
    body.hasPiece = true
    enqueue { output in
      if body.isChunked { ChunkWriter.append(to: &output) { $0 += piece } } else { output += piece }
    }
  }

  private func producerEnded(_ failure: (any Error)?, id: RequestID) {
    guard case .http(let exchange) = mode, let body = exchange.outgoing else { return }
    if let failure {
      worker.core.hooks.bodyFailed(failure, id)
      return cutOff(body, exchange: exchange)
    }
    body.isComplete = true
    if body.isChunked { enqueue(ChunkWriter.appendEnd) }
    flushLater()
  }

  /// The queue is empty: sends more of the body, or ends the answer.
  /// - Parameter hasSent: whether this flush has sent anything so far.
  func continueBody(_ body: OutgoingBody, exchange: HTTPExchange, hasSent: Bool) {
    switch body.source {
    case .file(let file, let rest): sendFile(file, rest: rest, of: body, exchange: exchange, hasSent: hasSent)
    case .stream(let writer, _):
      stopWaitingForRoom()
      if body.hasPiece {
        body.hasPiece = false
        writer.pieceSent()
      }
      if body.isComplete { endBody(body, exchange: exchange) }
    }
  }

  /// Sends what the socket takes, but not more than a turn's share: one large file must not hold up a loop.
  private func sendFile(
    _ file: OutgoingFile, rest: Range<Int>, of body: OutgoingBody, exchange: HTTPExchange, hasSent: Bool
  ) {
    var (offset, hasSent) = (rest.lowerBound, hasSent)
    defer { body.source = .file(file, rest: offset..<rest.upperBound) }
    let end = min(rest.upperBound, offset + limits.fileBytesPerTurn)
    while offset < end {
      switch file.send(from: offset, count: end - offset, to: socket, buffer: worker.readBuffer) {
      case .bytes(let count):
        offset += count
        hasSent = true
      case .full: return waitForRoom(hasSent: hasSent)
      // The length that the head declares can't be kept.
      case .endOfFile: return cutOff(body, exchange: exchange)
      case .failed: return breakDown()
      }
    }
    stopWaitingForRoom()
    if offset == rest.upperBound { endBody(body, exchange: exchange) } else { flushNextTurn() }
  }

  private func endBody(_ body: OutgoingBody, exchange: HTTPExchange) {
    exchange.outgoing = nil
    if body.closes || worker.isDraining { linger() } else { answersSent(exchange) }
  }

  /// Ends the connection within the body.
  private func cutOff(_ body: OutgoingBody, exchange: HTTPExchange) {
    exchange.abandon()
    if case .stream = body.source, !body.isChunked {
      // Only a reset tells this peer that the connection's end is not the body's.
      resetOnClose(socket)
      close()
    } else {
      linger()
    }
  }
}
