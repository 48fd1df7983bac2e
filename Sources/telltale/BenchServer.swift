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

/// `telltale bench serve`: the complete application on any free port, with three additional routes for measurements.
enum BenchServer {
  /// Accepts the options of `serve`.
  static func run(_ arguments: [String]) throws -> Int32 {
    var arguments = arguments
    if !arguments.contains(where: { $0.hasPrefix("--port") }) { arguments += ["--port", "0"] }
    var scratchFolder: String?
    if !arguments.contains(where: { $0.hasPrefix("--data") }) {
      let folder = try ScratchFolder.make()
      scratchFolder = folder
      arguments += ["--data", folder]
    }
    defer { scratchFolder.map(ScratchFolder.remove) }
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
      Route(.get, "/bench/publish", role: .operator, .stream),
      Route(.get, "/bench/echo", role: .viewer, .stream),
      Route(.get, "/bench/page", role: .viewer, .immediate { _ in page }),
    ],
    open: { request, stream, publish in
      switch request.head.path {
      case "/bench/publish": BenchPublisher(stream, publish)
      case "/bench/echo": BenchEcho(stream)
      default: nil
      }
    })

  /// 2,048 bytes of HTML, prepared like the product's static pages.
  private static let page: Response = {
    let start = "<!doctype html><html lang=\"en\"><title>Bench</title><p>"
    let end = "</p></html>\n"
    let filling = String(repeating: "A page to measure. ", count: 120).prefix(2_048 - start.utf8.count - end.utf8.count)
    return Response(contentType: "text/html; charset=utf-8", body: Array((start + filling + end).utf8))
  }()

  /// Stops the server if its parent process is gone, since a killed parent can't stop it.
  private static func endWithParent() -> any DispatchSourceTimer {
    let parent = getppid()
    let timer = DispatchSource.makeTimerSource(queue: .global())
    timer.setEventHandler { if getppid() != parent { kill(getpid(), SIGTERM) } }
    timer.schedule(deadline: .now() + 1, repeating: 1)
    timer.resume()
    return timer
  }
}

/// Publishes each received message like the product's own messages, to the topic in its payload.
///
/// The client is the load generator, so there is no rate limit.
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
      return stream.close(.policyViolation, reason: "Send messages with type, payload and timestamp.")
    }
    publish(message, message.payload["topic"]?.stringValue.flatMap { Topic($0) } ?? .events)
  }

  func received(binary: [UInt8]) { stream.close(.unsupportedData, reason: "Send messages as text.") }

  func drained() {}
  func tick(_ now: Milliseconds) {}
  func drain() { stream.close(.serviceRestart, reason: "The server is stopping.") }
  func closed() {}
}

/// Sends each received message back.
private final class BenchEcho: StreamHandler {
  private let stream: Server.Stream

  init(_ stream: Server.Stream) { self.stream = stream }

  func opened() {}

  func received(_ text: [UInt8]) { stream.queue(text: text) }

  func received(binary: [UInt8]) { stream.close(.unsupportedData, reason: "Send messages as text.") }

  func drained() {}
  func tick(_ now: Milliseconds) {}
  func drain() { stream.close(.serviceRestart, reason: "The server is stopping.") }
  func closed() {}
}
