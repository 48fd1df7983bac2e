import Delivery
import Domain
import Net
import Realtime
import Server

/// Routes that a command adds to the product's, with their own streams, such as those of `bench serve`.
package struct ExtraRoutes: Sendable {
  /// Publishes a message on a topic; see ``Application/publish(_:to:)``.
  package typealias Publish = @Sendable (RealtimeMessage, Topic) -> Void

  package let routes: [Route]
  /// Handles a stream on one of the routes; nil for a stream of the product.
  package let open: @Sendable (Request, Server.Stream, @escaping Publish) -> (any StreamHandler)?

  package init(
    _ routes: [Route], open: @escaping @Sendable (Request, Server.Stream, @escaping Publish) -> (any StreamHandler)?
  ) {
    self.routes = routes
    self.open = open
  }
}

/// One loop's streams if there are extra routes.
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
