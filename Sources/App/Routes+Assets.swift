import Assets
import Domain
import Server
import Wire

/// The browser's files. The hash in the path names their content, so clients may cache them forever.
extension Application {
  var assetRoutes: [Route] {
    [
      Route(.get, .asset, role: .viewer, .immediate(asset)),
      Route(.get, .nestedAsset, role: .viewer, .immediate(asset)),
      Route(
        .get, .favicon, role: .viewer,
        .immediate { [assets] _ in .redirect(to: assets.library.address("img/favicon.svg")) }),
    ]
  }

  private func asset(_ request: Request) throws -> Response {
    let path = ["folder", "inner", "name"].compactMap { request.parameters[$0] }.joined(separator: "/")
    let hash = request.parameters["hash"] ?? ""
    guard let asset = assets.library.asset(path, hash: hash) else {
      throw ServerError.notFound(path: request.head.path)
    }
    return Response(asset, tag: EntityTag(hash))
  }
}

extension Response {
  fileprivate init(_ asset: AssetLibrary.Asset, tag: EntityTag) {
    self.init(.ok, contentType: asset.contentType, body: asset.bytes)
    fields["cache-control"] = "public, max-age=31536000, immutable"
    fields["etag"] = tag.description
    if let gzipped = asset.gzipped {
      coding = .alternative(gzip: gzipped)
      fields["vary"] = "accept-encoding"
    }
  }
}
