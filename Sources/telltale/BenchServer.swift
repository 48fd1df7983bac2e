import App
import Dispatch
import Domain
import Jobs
import Net
import Realtime
import Server
import Wire

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `telltale bench serve`: the whole application on any free port, and three more addresses to measure it by.
enum BenchServer {
  /// Takes the options of `serve`.
  static func run(_ arguments: [String]) throws -> Int32 {
    var arguments = arguments
    if !arguments.contains(where: { $0.hasPrefix("--port") }) { arguments += ["--port", "0"] }
    var ownFolder: String?
    if !arguments.contains(where: { $0.hasPrefix("--data") }) {
      let folder = try TemporaryFolder.make()
      ownFolder = folder
      arguments += ["--data", folder]
    }
    defer { ownFolder.map(TemporaryFolder.remove) }
    let configuration = try ServeCommand.configuration(arguments)
    let socket = try configuration.listen()
    let address = configuration.address(port: socket.port)
    let application = try Application(configuration, address: address)
    let watch = endWithParent()
    defer { watch.cancel() }
    return try ServeCommand.serve(application, at: address) { try application.serve(on: socket, extraRoutes) }
  }

  private static let extraRoutes = ExtraRoutes(
    [
      Route(.get, "/bench/publish", .stream),
      Route(.get, "/bench/echo", .stream),
      Route(.get, "/bench/page", .immediate { _ in page }),
    ],
    open: { request, stream, publish in
      switch request.head.path {
      case "/bench/publish": BenchPublisher(stream, publish)
      case "/bench/echo": BenchEcho(stream)
      default: nil
      }
    })

  /// 2,048 bytes of HTML, prepared as pages are that don't change.
  private static let page: Response = {
    let start = "<!doctype html><html lang=\"en\"><title>Bench</title><p>"
    let end = "</p></html>\n"
    let filling = String(repeating: "A page to measure. ", count: 120).prefix(2_048 - start.utf8.count - end.utf8.count)
    return Response(contentType: "text/html; charset=utf-8", body: Array((start + filling + end).utf8))
  }()

  /// Who started it may be killed without a chance to end it.
  private static func endWithParent() -> any DispatchSourceTimer {
    let parent = getppid()
    let timer = DispatchSource.makeTimerSource(queue: .global())
    timer.setEventHandler { if getppid() != parent { kill(getpid(), SIGTERM) } }
    timer.schedule(deadline: .now() + 1, repeating: 1)
    timer.resume()
    return timer
  }
}

/// Publishes what it hears, as the product publishes its own messages, to the topic named in the payload.
///
/// Its client is the load: it may send as much as it likes, and is not told what it did wrong.
private final class BenchPublisher: StreamHandler {
  private let stream: Server.Stream
  private let publish: ExtraRoutes.Publish

  init(_ stream: Server.Stream, _ publish: @escaping ExtraRoutes.Publish) {
    self.stream = stream
    self.publish = publish
  }

  func opened() {}

  func received(_ text: [UInt8]) {
    guard let message = try? RealtimeMessage(parsing: text) else {
      return stream.close(.policyViolation, reason: "Only messages with type, payload and timestamp are published.")
    }
    publish(message, message.payload["topic"]?.stringValue.flatMap { Topic($0) } ?? .events)
  }

  func received(binary: [UInt8]) { stream.close(.unsupportedData, reason: "Messages are text.") }

  func drained() {}
  func tick(_ now: Milliseconds) {}
  func drain() { stream.close(.serviceRestart, reason: "The measurement is over.") }
  func closed() {}
}

/// Sends back what it hears.
private final class BenchEcho: StreamHandler {
  private let stream: Server.Stream
  private var frame: [UInt8] = []

  init(_ stream: Server.Stream) { self.stream = stream }

  func opened() {}

  func received(_ text: [UInt8]) {
    frame.removeAll(keepingCapacity: true)
    WebSocketFrame.append(.text, payload: text, to: &frame)
    frame.withUnsafeBytes(stream.queue)
  }

  func received(binary: [UInt8]) { stream.close(.unsupportedData, reason: "Messages are text.") }

  func drained() {}
  func tick(_ now: Milliseconds) {}
  func drain() { stream.close(.serviceRestart, reason: "The measurement is over.") }
  func closed() {}
}
