import App
import Domain
import Server

/// The page for viewers, and the route by which operators light a beacon.
struct BeaconRoutes {
  let book: BeaconBook
  let host: FeatureHost

  var routes: [Route] {
    [
      Route(.get, "/beacons", role: .viewer, .deferred(page)),
      Route(.post, "/v1/beacons/{name}", role: .operator, .deferred(change)),
    ]
  }

  private func page(_ request: Request) -> Response {
    // The position is older than the list: a message between the two arrives again and changes nothing.
    let snapshot = book.snapshotInMemory(of: .beacons)
    let page = BeaconPage(
      beacons: book.beacons, cursor: snapshot?.position.description, context: host.pageContext())
    return .page(page.render())
  }

  private func change(_ request: Request) async throws -> Response {
    let name = try request.id("name")
    guard let state = try request.jsonObject()["state"]?.stringValue, Beacon.states.contains(state) else {
      throw AppError(
        .unprocessable, "The state must be one of \(Beacon.states.joined(separator: ", ")).", field: "state")
    }
    let message = RealtimeMessage.beaconChanged(Beacon(name: name, isLit: state == "lit"))
    let position = try await host.publisher.store(Publication([.init(message, to: .beacons)], isRefusable: true))
    return .json(["name": .string(name), "cursor": position.map { .string($0.description) } ?? .null], .accepted)
  }
}
