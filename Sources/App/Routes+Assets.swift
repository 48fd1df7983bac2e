import Server
import Wire

/// The browser's files. The hash in the path names their content, so they are good for ever.
extension Application {
  var assetRoutes: [Route] {
    [
      Route(.get, "/assets/{hash}/{folder}/{name}", role: .viewer, .immediate(asset)),
      Route(.get, "/assets/{hash}/{folder}/{inner}/{name}", role: .viewer, .immediate(asset)),
      Route(
        .get, "/favicon.ico", role: .viewer,
        .immediate { [assets] _ in .redirect(to: assets.library.url("img/favicon.svg")) }),
    ]
  }

  private func asset(_ request: Request) throws -> Response {
    let name = ["folder", "inner", "name"].compactMap { request.parameters[$0] }.joined(separator: "/")
    let response = assets.library.response(hash: request.parameters["hash"] ?? "", name: name, to: request.head)
    guard let response else { throw ServerError.notFound(path: request.head.path) }
    return response
  }
}
