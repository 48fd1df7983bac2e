import Net
import Wire

/// Parsing requests, finding who answers, and writing answers in order.
extension Connection {
  /// - Returns: how many bytes were used, or nil where the rest must wait or nothing more is to be done.
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
      case .head(let head): try begin(head, exchange)
      case .body(let range): try take(UnsafeRawBufferPointer(rebasing: bytes[range]), exchange)
      case .end: dispatch(exchange)
      }
      return consumed
    } catch {
      refuse(error)
      return nil
    }
  }

  /// The first bytes of a head set the time until which the last must have come.
  private func startHeadDeadline(_ exchange: HTTPExchange) {
    guard exchange.current == nil, exchange.parser.isInsideRequest, !exchange.isInsideHead else { return }
    exchange.isInsideHead = true
    deadline = worker.reactor.now + limits.headDeadline
  }

  /// Finds out what to do with a request before any of its body is taken.
  /// - Throws: why not, where a body follows that nobody will read.
  private func begin(_ head: RequestHead, _ exchange: HTTPExchange) throws {
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
    try worker.core.hooks.check(head)
    let (route, parameters) = try find(head)
    guard !worker.isDraining || route.whileDraining == .answered else { throw ServerError.draining }
    request.route = route
    request.parameters = parameters
    let limit: Int
    if case .upload(let uploadLimit, _) = route.handler { limit = uploadLimit } else { limit = route.bodyLimit }
    if case .length(let length) = head.bodyLength, length > limit { throw ServerError.bodyTooLarge(limit: limit) }
    if case .upload(_, let open) = route.handler {
      let sink = try open(Request(head: head, parameters: parameters, id: request.id))
      request.body = .uploaded(UploadRelay(sink), limit: limit)
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

  private func take(_ bytes: UnsafeRawBufferPointer, _ exchange: HTTPExchange) throws {
    guard let request = exchange.current else { return }
    request.bodyCame(bytes.count)
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
        mailbox.execute { worker in worker.connection(registration)?.uploadWent(failure) }
      }
      if !hasRoom {
        request.holdBack()
        setReading(false)
      }
    case .refused: break
    }
  }

  /// A piece of an upload was written, or could not be.
  private func uploadWent(_ failure: (any Error)?) {
    guard case .http(let exchange) = mode, let request = exchange.current else { return }
    if let failure { return refuse(failure) }
    guard request.waitsForDisk else { return }
    request.goOn(worker.reactor.now)
    setReading(true)
  }

  /// The request is complete: answers it, or has it answered.
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
        let request = Request(head: pending.head, body: body, parameters: pending.parameters, id: pending.id)
        try run(request, pending.route, exchange)
      }
    } catch {
      answer(worker.core.errorResponse(error, pending.head, pending.id))
    }
  }

  private func run(_ request: Request, _ route: Route?, _ exchange: HTTPExchange) throws {
    switch route?.handler {
    case .immediate(let handler): answer(try handler(request))
    case .blocking(let handler):
      exchange.isAnswering = true
      let (mailbox, registration) = (worker.mailbox, registration!)
      worker.core.blockingWork.async {
        let result = Result { try handler(request) }
        mailbox.execute { worker in worker.connection(registration)?.complete(result) }
      }
    case .later(let handler):
      exchange.isAnswering = true
      let (mailbox, registration) = (worker.mailbox, registration!)
      let complete: @Sendable (Result<Response, any Error>) -> Void = { result in
        mailbox.execute { worker in worker.connection(registration)?.complete(result) }
      }
      worker.core.blockingWork.async {
        do { try handler(request, complete) } catch { complete(.failure(error)) }
      }
    case .stream:
      // A stream has no end, so it has no headers of one to show either.
      guard request.head.method != .head || WebSocketHandshake.isRequested(by: request.head) else {
        throw ServerError.upgradeRequired
      }
      try openStream(request)
    case .upload, nil: break  // an upload's body is never collected, and what has no route was refused
    }
  }

  /// The answer that was made elsewhere is here: sends it and goes on with what came meanwhile.
  private func complete(_ result: Result<Response, any Error>) {
    guard case .http(let exchange) = mode, exchange.isAnswering else { return }
    exchange.isAnswering = false
    switch result {
    case .success(let response): answer(response)
    case .failure(let error):
      if let pending = exchange.current { answer(worker.core.errorResponse(error, pending.head, pending.id)) }
    }
    if !exchange.isHeldBack { takeWaitingInput(exchange) }
  }

  /// Everything that was answered is sent: goes on in the loop's next turn, or ends with a peer that sends nothing
  /// more.
  func answersSent(_ exchange: HTTPExchange) {
    if exchange.isHeldBack {
      let registration = registration!  // set since the connection was made
      worker.mailbox.execute { worker in worker.connection(registration)?.goOn() }
    } else {
      // An answer that takes long to be taken is no idleness: that begins behind it.
      if exchange.isIdle { deadline = worker.reactor.now + limits.idleKeepAlive }
      if hasReadEnd, !exchange.isAnswering { close() }
    }
  }

  private func goOn() {
    guard case .http(let exchange) = mode, exchange.isHeldBack, queuedByteCount == 0 else { return }
    exchange.isHeldBack = false
    exchange.answersLeft = limits.requestsPerTurn
    takeWaitingInput(exchange)
    // Nothing more is to be answered, and nothing more will come.
    if hasReadEnd, queuedByteCount == 0, !exchange.isAnswering { close() }
  }

  private func takeWaitingInput(_ exchange: HTTPExchange) {
    var waiting = exchange.waitingInput
    exchange.waitingInput = []
    if !hasReadEnd { setReading(true) }
    waiting.withUnsafeMutableBytes { receive($0) }
  }

  // MARK: Answers

  /// Answers the current request, whose body is complete.
  private func answer(_ response: Response) {
    guard case .http(let exchange) = mode, let pending = exchange.current else { return }
    exchange.current = nil
    let closes = !pending.head.keepAlive || worker.isDraining
    let sent = write(response, to: pending.head, pending.id, closes: closes)
    let microseconds = worker.core.microseconds() - pending.startedAt
    worker.counters.answered(pending.head.method, pending.route, sent.status, microseconds: microseconds)
    worker.core.hooks.answered(pending.head, pending.route?.pattern, sent, pending.id, microseconds)
    deadline = worker.reactor.now + limits.idleKeepAlive
    if closes { return linger() }
    exchange.answersLeft -= 1
    if exchange.answersLeft <= 0 || queuedByteCount > limits.maxQueuedAnswerBytes { exchange.isHeldBack = true }
  }

  /// Answers with an error and closes: what follows on this connection can't be trusted, or is not wanted.
  func refuse(_ error: any Error) {
    guard case .http(let exchange) = mode else { return }
    // Nil where not even its head could be read.
    let request = exchange.current
    let id = request?.id ?? worker.nextRequestID()
    exchange.abandon()
    let sent = write(worker.core.errorResponse(error, request?.head, id), to: request?.head, id, closes: true)
    if let error = error as? WireError { worker.counters.parsingFailed(error) }
    worker.counters.answered(request?.head.method, request?.route, sent.status, microseconds: nil)
    let microseconds = request.map { worker.core.microseconds() - $0.startedAt } ?? 0
    worker.core.hooks.answered(request?.head, request?.route?.pattern, sent, id, microseconds)
    linger()
  }

  /// - Returns: what was really sent.
  private func write(_ response: Response, to head: RequestHead?, _ id: RequestID, closes: Bool) -> Response {
    do {
      try enqueue { output throws(WireError) in try append(response, to: head, closes: closes, &output) }
      return response
    } catch {
      // A value from outside reached a header: our bug, and not the peer's to see.
      let apology = worker.core.errorResponse(error, head, id)
      enqueue { output in try? append(apology, to: head, closes: closes, &output) }
      return apology
    }
  }

  private func append(_ response: Response, to head: RequestHead?, closes: Bool, _ output: inout [UInt8])
    throws(WireError)
  {
    let start = output.count
    do throws(WireError) {
      try ResponseHead.append(response.status, fields: response.fields, to: &output)
      try ResponseHead.append(worker.core.hooks.commonFields(head, response), to: &output)
      try ResponseHead.append(worker.dateField(), to: &output)
    } catch {
      output.removeSubrange(start...)
      throw error
    }
    let mayHaveBody = !response.status.forbidsBody
    ResponseHead.appendEnd(contentLength: mayHaveBody ? response.body.count : nil, closes: closes, to: &output)
    if mayHaveBody, head?.method != .head { output.append(contentsOf: response.body) }
  }

  /// Whether it was made, but has brought no request yet.
  var isFresh: Bool {
    if case .http(let exchange) = mode { exchange.isFresh } else { false }
  }

  /// Closes a connection on which nothing is going on, because the server stops.
  func endIfIdle() {
    guard case .http(let exchange) = mode, exchange.isIdle, !exchange.isHeldBack else { return }
    if !exchange.parser.isInsideRequest { linger() }
  }
}
