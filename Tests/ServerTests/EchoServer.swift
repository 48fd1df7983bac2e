import Dispatch
import Net
import Server
import Synchronization
import Wire

/// A server with a few routes and an echo behind `/stream`, on any free port.
final class EchoServer: Sendable {
  let server: HTTPServer
  let uploads = UploadRecord()
  let answers = AnswerRecord()
  /// What `/held` waits for.
  let release = Release()

  var port: Int { server.port }

  init(limits: ServerLimits = ServerLimits(), threads: Int = 2, clock: LoopClock = .monotonic) throws {
    let (uploads, answers, release) = (uploads, answers, release)
    server = try HTTPServer(
      socket: ListeningSocket(host: "127.0.0.1", port: 0), threads: threads,
      router: Router(Self.routes(uploads, release)), limits: limits,
      hooks: ServerHooks(
        check: { _ in }, commonFields: { _, _ in ["x-test": "yes"] },
        errorResponse: { error, _, _ in
          let status = (error as? ServerError)?.status ?? (error as? WireError)?.statusHint ?? .internalServerError
          let words = status == .internalServerError ? "internal" : "\(error)"
          return Response(status, contentType: "text/plain", body: Array(words.utf8))
        },
        answered: { _, _, response, _, _ in answers.statuses.withLock { $0.append(response.status.rawValue) } }),
      clock: clock, makeStreams: { _ in EchoService() })
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

  private static func routes(_ uploads: UploadRecord, _ release: Release) -> [Route] {
    [
      Route(.get, "/", .immediate { _ in Response(.ok, contentType: "text/plain", body: Array("home".utf8)) }),
      Route(
        .get, "/items/{id}",
        .immediate { request in
          Response(.ok, contentType: "text/plain", body: Array("item \(request.parameters["id"] ?? "")".utf8))
        }),
      Route(
        .post, "/length", bodyLimit: 1000,
        .immediate { request in
          Response(.ok, contentType: "text/plain", body: Array("\(request.body.count)".utf8))
        }),
      Route(
        .get, "/blocking",
        .blocking { request in
          Response(.ok, contentType: "text/plain", body: Array("blocked \(request.query("n") ?? "")".utf8))
        }),
      Route(
        .get, "/later",
        .later { request, answer in
          guard let number = request.query("n") else { throw Failure() }
          // From another thread than the handler's.
          DispatchQueue.global().async {
            answer(Result { Response(.ok, contentType: "text/plain", body: Array("later \(number)".utf8)) })
          }
        }),
      Route(
        .get, "/held",
        .blocking { _ in
          release.wait()
          return Response(.ok, contentType: "text/plain", body: Array("released".utf8))
        }),
      Route(
        .get, "/large",
        .immediate { _ in
          Response(.ok, contentType: "text/plain", body: [UInt8](repeating: UInt8(ascii: "x"), count: largeBodyBytes))
        }),
      Route(.get, "/failing", .immediate { _ in throw Failure() }),
      Route(
        .get, "/injecting",
        .immediate { request in
          // In hexadecimal, because a NUL or a control byte in a target never comes as far as here.
          let value = String(decoding: bytes(hexadecimal: request.query("value") ?? ""), as: UTF8.self)
          let body = Array("secret".utf8)
          return request.query("where") == "name"
            ? Response(.ok, fields: [value: "x"], body: body) : Response(.ok, fields: ["x-value": value], body: body)
        }),
      Route(
        .put, "/uploads/{name}",
        .upload(limit: 3 << 20) { request in
          UploadRecorder(record: uploads, failsOnce: request.parameters["name"] == "failing")
        }),
      Route(.get, "/stream", .stream),
    ]
  }
}

/// What the hook that logs and counts was told.
final class AnswerRecord: Sendable {
  let statuses = Mutex<[Int]>([])
}

/// Holds handlers back until it is given.
final class Release: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  func wait() { semaphore.wait() }
  func give() { semaphore.signal() }
}

/// Pairs of digits as bytes; anything else as none.
func bytes(hexadecimal text: String) -> [UInt8] {
  let digits = Array(text)
  return stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
}
/// More than the kernel's buffers of both ends hold together.
let largeBodyBytes = 24 << 20

/// What became of uploads.
final class UploadRecord: Sendable {
  let state = Mutex((bytes: 0, finished: 0, abandoned: 0))
  /// What the first piece of an upload that is to fail waits for.
  let mayFail = DispatchSemaphore(value: 0)
  let hasFailed = Mutex(false)
}

struct UploadRecorder: BodySink {
  let record: UploadRecord
  /// Whether its first piece can't be written, though those behind it could be.
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
    guard stream.kind == .events else { return }
    var event: [UInt8] = []
    SSEWriter.append(event: "hello", data: self.event, to: &event)
    event.withUnsafeBytes(stream.queue)
  }

  func received(_ text: [UInt8]) {
    guard text != Array("bye".utf8) else { return stream.close(CloseCode(rawValue: 4321), reason: "as you wish") }
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
    if stream.kind == .events { Array(": tick\n\n".utf8).withUnsafeBytes(stream.queue) }
  }
  func drain() { stream.close(.serviceRestart, reason: "restart") }
  func closed() {}
}

/// Stops a server on a thread of its own, so that a test can watch it happen.
final class Stopper {
  private let thread: Thread
  init(_ server: EchoServer) {
    thread = Thread(name: "stopper") { server.stop(spread: 50, patience: 5_000) }
  }
  func wait() { thread.join() }
}
