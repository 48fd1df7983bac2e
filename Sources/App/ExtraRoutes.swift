import Delivery
import Domain
import Net
import Realtime
import Server

/// Addresses that a command adds beside the product's own, with streams of their own: what `bench serve` is measured by.
package struct ExtraRoutes: Sendable {
  /// Stores a message and makes it visible to every subscriber of its topic.
  package typealias Publish = @Sendable (RealtimeMessage, Topic) -> Void

  package let routes: [Route]
  /// Answers a stream on one of the routes; nil leaves it to the product.
  package let open: @Sendable (Request, Server.Stream, @escaping Publish) -> (any StreamHandler)?

  package init(
    _ routes: [Route], open: @escaping @Sendable (Request, Server.Stream, @escaping Publish) -> (any StreamHandler)?
  ) {
    self.routes = routes
    self.open = open
  }
}

/// One loop's streams where there are extra ones.
final class ExtraStreams: StreamService {
  let realtime: RealtimeLoop
  private let publish: ExtraRoutes.Publish
  private let extra: ExtraRoutes

  init(_ realtime: RealtimeLoop, _ extra: ExtraRoutes, publish: @escaping ExtraRoutes.Publish) {
    self.realtime = realtime
    self.publish = publish
    self.extra = extra
  }

  func open(_ request: Request, _ stream: Server.Stream) throws -> any StreamHandler {
    try extra.open(request, stream, publish) ?? realtime.open(request, stream)
  }

  func turnEnded() -> Milliseconds? { realtime.turnEnded() }
}
