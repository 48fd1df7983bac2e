import Dispatch
import Domain
import Net
import Server
import Synchronization
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A server on any free port, with a few routes and an echo at `/stream`.
///
/// The header `x-role` names the caller's role, and `x-programs` gives it the capability to start programs. Without them
/// the caller is the local admin.
final class EchoServer: Sendable {
  let server: HTTPServer
  let uploads = UploadRecord()
  let answers = AnswerRecord()
  /// What `/blocked` and `/suspended` wait for.
  let gate = Gate()

  var port: Int { server.port }

  init(
    limits: ServerLimits = ServerLimits(), threads: Int = 2, clock: LoopClock = .monotonic, routes: [Route] = []
  ) throws {
    let (uploads, answers, gate) = (uploads, answers, gate)
    var hooks = ServerHooks(
      identify: Self.caller, commonFields: { _, _ in ["x-test": "yes"] },
      errorResponse: { error, _, _ in
        let status =
          (error as? ServerError)?.status ?? (error as? WireError)?.statusHint
          ?? (error as? AppError).map { HTTPStatus(rawValue: $0.status) } ?? .internalServerError
        let text = status == .internalServerError ? "internal" : "\(error)"
        return Response(status, contentType: "text/plain", body: Array(text.utf8))
      },
      answered: { _, _, response, _, _ in answers.statuses.withLock { $0.append(response.status.rawValue) } })
    hooks.bodyFailed = { error, _ in answers.failedBodies.withLock { $0.append("\(error)") } }
    hooks.closeCodes.stalled = stalledCode
    server = try HTTPServer(
      socket: ListeningSocket(host: "127.0.0.1", port: 0), threads: threads,
      router: Router(Self.routes(uploads, gate) + routes), limits: limits, hooks: hooks, clock: clock,
      makeStreams: { _ in EchoService() })
  }

  private let hasStopped = Mutex(false)

  deinit { stop(spread: 0, patience: 100) }

  /// Stops the server, once.
  func stop(spread: Int, patience: Int) {
    let isFirst = hasStopped.withLock { hasStopped in
      defer { hasStopped = true }
      return !hasStopped
    }
    if isFirst { server.shutDown(spread: spread, patience: patience) }
  }

  struct Failure: Error {}

  private static func caller(_ head: RequestHead) throws -> Caller {
    guard let name = head.fields["x-role"] else { return .localAdmin }
    guard let role = Role.allCases.first(where: { "\($0)" == name }) else {
      throw AppError(.forbidden, "There is no role \(name).")
    }
    return Caller(
      name: "test", role: role, proof: .loopback,
      capabilities: head.fields.contains("x-programs") ? [.startPrograms] : [])
  }

  private static func routes(_ uploads: UploadRecord, _ gate: Gate) -> [Route] {
    [
      Route(
        .get, "/", role: .viewer,
        .immediate { _ in Response(.ok, contentType: "text/plain", body: Array("home".utf8)) }),
      Route(
        .get, "/items/{id}", role: .viewer,
        .immediate { request in
          Response(.ok, contentType: "text/plain", body: Array("item \(request.parameters["id"] ?? "")".utf8))
        }),
      Route(
        .post, "/length", role: .viewer, bodyLimit: 1000,
        .immediate { request in
          Response(.ok, contentType: "text/plain", body: Array("\(request.body.count)".utf8))
        }),
      Route(
        .get, "/deferred", role: .viewer,
        .deferred { request in
          Response(.ok, contentType: "text/plain", body: Array("deferred \(request.query("n") ?? "")".utf8))
        }),
      Route(
        .get, "/awaited", role: .viewer,
        .deferred { request in
          guard let number = request.query("n") else { throw Failure() }
          await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume() }
          }
          return Response(.ok, contentType: "text/plain", body: Array("awaited \(number)".utf8))
        }),
      Route(
        .post, "/started", role: .viewer,
        .started(
          { request, answer in
            let text = String(decoding: request.body, as: UTF8.self)
            guard text != "refused" else { throw AppError(.conflict, "No.") }
            guard text != "left" else { return false }
            let thread = threadName()
            let respond: @Sendable () -> Void = {
              answer(.success(Response(.ok, contentType: "text/plain", body: Array("\(text) on \(thread)".utf8))))
            }
            if text == "at once" { respond() } else { DispatchQueue.global().async(execute: respond) }
            return true
          },
          otherwise: { request in
            let text = String(decoding: request.body, as: UTF8.self)
            return Response(.ok, contentType: "text/plain", body: Array("\(text) on \(threadName())".utf8))
          })),
      Route(
        .get, "/blocked", role: .viewer,
        .deferred { _ in
          gate.block()
          return Response(.ok, contentType: "text/plain", body: Array("released".utf8))
        }),
      Route(
        .get, "/suspended", role: .viewer,
        .deferred { _ in
          await gate.suspend()
          return Response(.ok, contentType: "text/plain", body: Array("resumed".utf8))
        }),
      Route(
        .get, "/thread", role: .viewer,
        .deferred { _ in
          let before = threadName()
          await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume() }
          }
          return Response(.ok, contentType: "text/plain", body: Array("\(before) \(threadName())".utf8))
        }),
      Route(
        .post, "/orders", role: .operator,
        .immediate { request in
          uploads.state.withLock { $0.finished += 1 }
          return Response(.ok, contentType: "text/plain", body: Array(request.caller.name.utf8))
        }),
      Route(
        .post, "/programs", role: .operator, capabilities: .startPrograms,
        .immediate { _ in Response(.ok, contentType: "text/plain", body: Array("started".utf8)) }),
      Route(
        .get, "/large", role: .viewer,
        .immediate { _ in
          Response(.ok, contentType: "text/plain", body: [UInt8](repeating: UInt8(ascii: "x"), count: largeBodyBytes))
        }),
      Route(.get, "/failing", role: .viewer, .immediate { _ in throw Failure() }),
      Route(
        .get, "/injecting", role: .viewer,
        .immediate { request in
          // In hexadecimal, because a target with a NUL or a control byte is refused before it reaches a handler.
          let value = String(decoding: bytes(hexadecimal: request.query("value") ?? ""), as: UTF8.self)
          let body = Array("secret".utf8)
          return request.query("where") == "name"
            ? Response(.ok, fields: [value: "x"], body: body) : Response(.ok, fields: ["x-value": value], body: body)
        }),
      Route(
        .put, "/uploads/{name}", role: .operator,
        .upload(limit: 3 << 20) { request in
          UploadRecorder(record: uploads, failsOnce: request.parameters["name"] == "failing")
        }),
      Route(.get, "/stream", role: .viewer, .stream),
    ]
  }
}

/// The close code of a stalled WebSocket.
let stalledCode = CloseCode(rawValue: 4002)

/// The calls of the server's hooks.
final class AnswerRecord: Sendable {
  let statuses = Mutex<[Int]>([])
  /// The errors of bodies that were cut off.
  let failedBodies = Mutex<[String]>([])
}

/// Holds handlers back, with their threads or without, until it is opened.
final class Gate: Sendable {
  private struct State {
    var blocked = 0
    var suspended: [CheckedContinuation<Void, Never>] = []
    var isOpen = false
  }

  private let state = Mutex(State())
  private let semaphore = DispatchSemaphore(value: 0)

  /// Handlers that hold a thread now.
  var blockedCount: Int { state.withLock { $0.blocked } }
  /// Handlers that wait without one.
  var suspendedCount: Int { state.withLock { $0.suspended.count } }

  func block() {
    state.withLock { $0.blocked += 1 }
    semaphore.wait()
    semaphore.signal()
    state.withLock { $0.blocked -= 1 }
  }

  func suspend() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.suspended.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }

  func open() {
    semaphore.signal()
    let suspended = state.withLock { state in
      defer { state.suspended = [] }
      state.isOpen = true
      return state.suspended
    }
    suspended.forEach { $0.resume() }
  }
}

/// The name that the operating system shows for the calling thread.
func threadName() -> String {
  var name = [UInt8](repeating: 0, count: 64)
  #if canImport(Glibc)
    // The Glibc module has no pthread_getname_np.
    guard let file = fopen("/proc/thread-self/comm", "r") else { return "" }
    defer { fclose(file) }
    name.removeLast(name.count - fread(&name, 1, name.count, file))
  #else
    name.withUnsafeMutableBytes {
      _ = pthread_getname_np(pthread_self(), $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
  #endif
  return String(decoding: name.prefix { $0 > UInt8(ascii: " ") }, as: UTF8.self)
}

/// Decodes pairs of digits and skips others.
func bytes(hexadecimal text: String) -> [UInt8] {
  let digits = Array(text)
  return stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
}
/// More than the kernel's buffers of both ends hold.
let largeBodyBytes = 24 << 20

/// The outcome of uploads.
final class UploadRecord: Sendable {
  let state = Mutex((bytes: 0, finished: 0, abandoned: 0))
  /// Releases the failure of the first piece of `/uploads/failing`.
  let mayFail = DispatchSemaphore(value: 0)
  let hasFailed = Mutex(false)
}

struct UploadRecorder: BodySink {
  let record: UploadRecord
  /// Whether its first piece can't be written, although later ones can.
  var failsOnce = false

  func write(_ bytes: [UInt8]) throws {
    if failsOnce, !record.hasFailed.withLock({ $0 }) {
      record.mayFail.wait()
      record.hasFailed.withLock { $0 = true }
      throw EchoServer.Failure()
    }
    record.state.withLock { $0.bytes += bytes.count }
  }
  func finish() throws -> Response {
    let bytes = record.state.withLock { state in
      state.finished += 1
      return state.bytes
    }
    return Response(.created, contentType: "text/plain", body: Array("\(bytes)".utf8))
  }
  func abandon() { record.state.withLock { $0.abandoned += 1 } }
}

private final class EchoService: StreamService {
  func open(_ request: Request, _ stream: Server.Stream) throws -> any StreamHandler {
    EchoHandler(stream, event: bytes(hexadecimal: request.query("event") ?? "776f726c64"))
  }
  func turnEnded() -> Milliseconds? { nil }
}

private final class EchoHandler: StreamHandler {
  private let stream: Server.Stream
  private let event: [UInt8]

  init(_ stream: Server.Stream, event: [UInt8]) {
    self.stream = stream
    self.event = event
  }

  func opened() {
    guard stream.kind != .webSocket else { return }
    var event: [UInt8] = []
    SSEWriter.append(event: "hello", data: self.event, to: &event)
    stream.queue(events: event)
  }

  func received(_ text: [UInt8]) {
    guard text != Array("bye".utf8) else { return stream.close(CloseCode(rawValue: 4003), reason: "on request") }
    guard text != Array("flood".utf8) else {
      return [UInt8](repeating: 0, count: largeBodyBytes).withUnsafeBytes(stream.queue)
    }
    var frame: [UInt8] = []
    WebSocketFrame.append(.text, payload: text, to: &frame)
    frame.withUnsafeBytes(stream.queue)
  }

  func received(binary: [UInt8]) { stream.close(.unsupportedData, reason: "text only") }
  func drained() {}
  func tick(_ now: Milliseconds) {
    if stream.kind != .webSocket { stream.queue(events: Array(": tick\n\n".utf8)) }
  }
  func drain() { stream.close(.serviceRestart, reason: "restart") }
  func closed() {}
}

/// Stops a server on another thread, so that a test can observe it.
final class Stopper {
  private let thread: Thread
  init(_ server: EchoServer) {
    thread = Thread(name: "stopper") { server.stop(spread: 50, patience: 5_000) }
  }
  func wait() { thread.join() }
}
