import Net
import Wire

/// Parsing requests, routing them, and writing answers in order.
extension Connection {
  /// - Returns: how many bytes were used; nil if the rest waits or is not wanted.
  func receiveHTTP(_ bytes: UnsafeMutableRawBufferPointer) -> Int? {
    guard case .http(let exchange) = mode else { return nil }
    if exchange.isAnswering || exchange.isHeldBack {
      exchange.waitingInput.append(contentsOf: bytes)
      if !bytes.isEmpty { setReading(false) }
      return nil
    }
    do {
      let (consumed, event) = try exchange.parser.parse(UnsafeRawBufferPointer(bytes).bytes)
      switch event {
      case nil:
        try exchange.checkAnnounced()
        startHeadDeadline(exchange)
        return nil
      case .head(let head): try begin(head, exchange: exchange)
      case .body(let range): try receiveBody(UnsafeRawBufferPointer(rebasing: bytes[range]), exchange: exchange)
      case .end:
        dispatch(exchange)
        // Nothing has begun after the request, so the parser need not be asked.
        if consumed == bytes.count { return nil }
      }
      return consumed
    } catch {
      refuse(error)
      return nil
    }
  }

  /// Sets the deadline for the last byte of a head when its first bytes arrive.
  private func startHeadDeadline(_ exchange: HTTPExchange) {
    guard exchange.current == nil, exchange.parser.isInsideRequest, !exchange.isInsideHead else { return }
    exchange.isInsideHead = true
    deadline = worker.reactor.now + limits.headDeadline
  }

  /// Admits or refuses a request before any of its body is read.
  /// - Throws: the refusal, if a body follows that must not be read.
  private func begin(_ head: RequestHead, exchange: HTTPExchange) throws {
    exchange.isInsideHead = false
    exchange.isFresh = false
    let request = PendingRequest(
      head, id: worker.nextRequestID(), startedAt: worker.core.microseconds(), now: worker.reactor.now)
    exchange.current = request
    do {
      try admit(request)
    } catch {
      guard head.bodyLength == .none else { throw error }
      request.body = .refused(error)
    }
    if head.expectsContinue, head.bodyLength != .none { enqueue { $0 += ResponseHead.continueBytes } }
  }

  private func admit(_ request: PendingRequest) throws {
    let head = request.head
    let caller = try worker.core.hooks.identify(head)
    let (route, parameters) = try find(head)
    guard !worker.isDraining || route.isAnsweredWhileDraining else { throw ServerError.draining }
    request.route = route
    try route.authorize(caller)
    request.admission = (caller, parameters)
    let limit: Int
    if case .upload(let uploadLimit, _) = route.handler { limit = uploadLimit } else { limit = route.bodyLimit }
    guard head.bodyLength == .none || !head.isBodyCoded else { throw ServerError.codedBody }
    if case .length(let length) = head.bodyLength, length > limit { throw ServerError.bodyTooLarge(limit: limit) }
    if case .upload(_, let open) = route.handler {
      let admitted = Request(head: head, caller: caller, parameters: parameters, id: request.id)
      request.body = .uploaded(UploadRelay(try open(admitted)), limit: limit)
    } else {
      request.body = .collected([], limit: limit)
    }
  }

  private func find(_ head: RequestHead) throws -> (Route, [String: String]) {
    if head.method == .options, head.path == "*" {
      return (.options([.get, .head, .post, .put, .patch, .delete, .options]), [:])
    }
    switch worker.core.router.match(head.method, path: head.pathBytes) {
    case .found(let route, let parameters): return (route, parameters)
    case .wrongMethod(let allowed) where head.method == .options: return (.options(allowed), [:])
    case .wrongMethod where WebSocketHandshake.isRequested(by: head): throw WireError.malformedHandshake
    case .wrongMethod(let allowed):
      throw ServerError.methodNotAllowed(method: head.method.rawValue, allowed: allowed.map(\.rawValue))
    case .notFound: throw ServerError.notFound(path: head.path)
    }
  }

  private func receiveBody(_ bytes: UnsafeRawBufferPointer, exchange: HTTPExchange) throws {
    guard let request = exchange.current else { return }
    request.countBody(bytes.count)
    switch request.body {
    case .collected(var collected, let limit):
      guard collected.count + bytes.count <= limit else { throw ServerError.bodyTooLarge(limit: limit) }
      request.body = .collected([], limit: limit)  // so that appending does not copy
      collected.append(contentsOf: bytes)
      request.body = .collected(collected, limit: limit)
    case .uploaded(let relay, let limit):
      guard request.bodyBytes <= limit else { throw ServerError.bodyTooLarge(limit: limit) }
      let (mailbox, registration) = (worker.mailbox, registration!)
      let hasRoom = relay.write(Array(bytes)) { failure in
        mailbox.execute { worker in worker.connection(registration)?.uploadWritten(failure) }
      }
      if !hasRoom {
        request.pause()
        setReading(false)
      }
    case .refused: break
    }
  }

  /// The upload's pieces so far were written, or one could not be.
  private func uploadWritten(_ failure: (any Error)?) {
    guard case .http(let exchange) = mode, let request = exchange.current else { return }
    if let failure { return refuse(failure) }
    guard request.waitsForDisk else { return }
    request.resume(now: worker.reactor.now)
    setReading(true)
  }

  /// The request is complete: runs its handler.
  private func dispatch(_ exchange: HTTPExchange) {
    guard let pending = exchange.current else { return }
    do {
      switch pending.body {
      case .refused(let error): throw error
      case .uploaded(let relay, _):
        exchange.isAnswering = true
        let (mailbox, registration) = (worker.mailbox, registration!)
        relay.finish { result in mailbox.execute { worker in worker.connection(registration)?.complete(result) } }
      case .collected(let body, _):
        guard let route = pending.route, let (caller, parameters) = pending.admission else { return }
        let request = Request(head: pending.head, body: body, caller: caller, parameters: parameters, id: pending.id)
        try run(request, route: route, exchange: exchange)
      }
    } catch {
      exchange.isAnswering = false
      answer(worker.core.errorResponse(for: error, head: pending.head, id: pending.id))
    }
  }

  private func run(_ request: Request, route: Route, exchange: HTTPExchange) throws {
    let head = request.head
    switch route.handler {
    case .immediate(let handler) where head.isConditional && !head.method.isSafe:
      runOffLoop(exchange) { [conditions = worker.core.conditions] in
        try await conditions.check(request)
        return try handler(request)
      }
    case .immediate(let handler):
      let response = try handler(request)
      guard response.isNegotiable(for: head) else { return answer(response) }
      guard response.needsCompressing(for: head) else { return answer(try response.negotiated(for: head)) }
      runOffLoop(exchange) { try response.negotiated(for: head) }
    case .started(let start, let handler):
      let needsCheck = head.isConditional && !head.method.isSafe
      if !needsCheck, try start(request, answerLater(exchange, to: head)) { return }
      runOffLoop(exchange) { [conditions = worker.core.conditions] in
        if needsCheck { try await conditions.check(request) }
        return try await handler(request).negotiated(for: head)
      }
    case .deferred(let handler):
      runOffLoop(exchange) { [conditions = worker.core.conditions] in
        if head.isConditional, !head.method.isSafe { try await conditions.check(request) }
        return try await handler(request).negotiated(for: head)
      }
    case .stream: try openStream(request)
    case .upload: break  // its body goes to its sink and is never collected
    }
  }

  /// What sends the answer to the current request from any thread.
  private func answerLater(_ exchange: HTTPExchange, to head: RequestHead) -> Answer {
    exchange.isAnswering = true
    let (mailbox, registration) = (worker.mailbox, registration!)  // set since the connection was made
    return { result in
      let result = result.flatMap { response in Result { try response.negotiated(for: head) } }
      mailbox.execute { worker in worker.connection(registration)?.complete(result) }
    }
  }

  /// Runs a handler off the loop.
  private func runOffLoop(_ exchange: HTTPExchange, _ handler: @escaping @Sendable () async throws -> Response) {
    exchange.isAnswering = true
    let (mailbox, registration) = (worker.mailbox, registration!)  // set since the connection was made
    exchange.handlerTask = Task(executorPreference: worker.core.executor) {
      let result: Result<Response, any Error>
      do { result = .success(try await handler()) } catch { result = .failure(error) }
      mailbox.execute { worker in worker.connection(registration)?.complete(result) }
    }
  }

  /// Sends an answer that was made off the loop, and resumes the input that arrived meanwhile.
  private func complete(_ result: Result<Response, any Error>) {
    guard case .http(let exchange) = mode, exchange.isAnswering else { return }
    exchange.isAnswering = false
    exchange.handlerTask = nil
    switch result {
    case .success(let response): answer(response)
    case .failure(let error):
      if let pending = exchange.current {
        answer(worker.core.errorResponse(for: error, head: pending.head, id: pending.id))
      }
    }
    if !exchange.isHeldBack { resumeInput(exchange) }
  }

  /// All answers are sent: resumes the input in the loop's next turn, or closes if the peer sends nothing more.
  func answersSent(_ exchange: HTTPExchange) {
    if exchange.isHeldBack {
      let registration = registration!  // set since the connection was made
      worker.mailbox.execute { worker in worker.connection(registration)?.release() }
    } else {
      // The time that a slow peer took to read the answer is not idle time.
      if exchange.isIdle { deadline = worker.reactor.now + limits.idleKeepAlive }
      if hasReadEnd, !exchange.isAnswering { close() }
    }
  }

  /// Ends the hold: input is parsed again.
  private func release() {
    guard case .http(let exchange) = mode, exchange.isHeldBack, queuedByteCount == 0 else { return }
    exchange.isHeldBack = false
    exchange.answersLeft = limits.requestsPerTurn
    resumeInput(exchange)
    // Nothing is left to answer, and no more requests will arrive.
    if hasReadEnd, queuedByteCount == 0, !exchange.isAnswering { close() }
  }

  private func resumeInput(_ exchange: HTTPExchange) {
    var waiting = exchange.waitingInput
    exchange.waitingInput = []
    if !hasReadEnd { setReading(true) }
    waiting.withUnsafeMutableBytes { receive($0) }
  }

  // MARK: Answers

  /// Answers the current request, whose body is complete.
  func answer(_ response: consuming Response) {
    guard case .http(let exchange) = mode, let pending = exchange.current else { return }
    exchange.current = nil
    let closes = !pending.head.keepAlive || worker.isDraining
    write(&response, to: pending.head, id: pending.id, closes: closes)
    let microseconds = worker.core.microseconds() - pending.startedAt
    worker.counters.countAnswer(
      method: pending.head.method, route: pending.route, status: response.status, microseconds: microseconds)
    worker.core.hooks.answered(pending.head, pending.route?.pattern, response, pending.id, microseconds)
    deadline = worker.reactor.now + limits.idleKeepAlive
    guard exchange.outgoing == nil else { return }
    if closes { return linger() }
    exchange.answersLeft -= 1
    if exchange.answersLeft <= 0 || queuedByteCount > limits.maxQueuedAnswerBytes { exchange.isHeldBack = true }
  }

  /// Answers with an error and closes, because what follows on this connection can't be parsed or is not wanted.
  func refuse(_ error: any Error) {
    guard case .http(let exchange) = mode else { return }
    // Nil if its head could not be parsed.
    let request = exchange.current
    let id = request?.id ?? worker.nextRequestID()
    exchange.abandon()
    var response = worker.core.errorResponse(for: error, head: request?.head, id: id)
    write(&response, to: request?.head, id: id, closes: true)
    if let error = error as? WireError { worker.counters.countParseError(error) }
    worker.counters.countAnswer(
      method: request?.head.method, route: request?.route, status: response.status, microseconds: nil)
    let microseconds = request.map { worker.core.microseconds() - $0.startedAt } ?? 0
    worker.core.hooks.answered(request?.head, request?.route?.pattern, response, id, microseconds)
    if exchange.outgoing == nil { linger() }
  }

  /// Queues an answer. A body that isn't in memory follows when the queue is empty.
  /// - Parameter response: replaced by an error if it can't be sent.
  private func write(_ response: inout Response, to head: RequestHead?, id: RequestID, closes: Bool) {
    do {
      try enqueue { output throws(WireError) in try append(response, to: head, closes: closes, output: &output) }
    } catch {
      // A value from outside reached a field: our bug, and not for the peer to see.
      response = worker.core.errorResponse(for: error, head: head, id: id)
      enqueue { output in try? append(response, to: head, closes: closes, output: &output) }
    }
    if case .bytes = response.body { return }
    if case .http(let exchange) = mode, response.hasBody(for: head) {
      startBody(response.body, exchange: exchange, id: id, isChunked: response.isChunked(for: head), closes: closes)
    }
  }

  private func append(_ response: Response, to head: RequestHead?, closes: Bool, output: inout [UInt8])
    throws(WireError)
  {
    let start = output.count
    do throws(WireError) {
      try ResponseHead.append(response.status, fields: response.fields, to: &output)
      try ResponseHead.append(worker.core.hooks.commonFields(head, response), to: &output)
      try ResponseHead.append(worker.dateField(), to: &output)
      if response.isChunked(for: head) { try ResponseHead.append(Self.chunkedFields, to: &output) }
    } catch {
      output.removeSubrange(start...)
      throw error
    }
    ResponseHead.appendEnd(
      contentLength: response.status.forbidsBody ? nil : response.contentLength, closes: closes, to: &output)
    if case .bytes(let bytes) = response.body, response.hasBody(for: head) { output.append(contentsOf: bytes) }
  }

  private static let chunkedFields: HTTPFields = ["transfer-encoding": "chunked"]

  /// Whether no request has arrived on it yet.
  var isFresh: Bool {
    if case .http(let exchange) = mode { exchange.isFresh } else { false }
  }

  /// Closes an idle connection, because the server stops.
  func endIfIdle() {
    guard case .http(let exchange) = mode, exchange.isIdle, !exchange.isHeldBack else { return }
    if !exchange.parser.isInsideRequest { linger() }
  }
}

extension Response {
  /// Whether a body follows the head of this answer.
  fileprivate func hasBody(for head: RequestHead?) -> Bool { !status.forbidsBody && head?.method != .head }

  /// Whether the body's length is unknown and its peer reads chunks; HTTP/1.0 doesn't (RFC 9112 §6.1).
  fileprivate func isChunked(for head: RequestHead?) -> Bool {
    contentLength == nil && !status.forbidsBody && head?.version == .http11
  }
}
