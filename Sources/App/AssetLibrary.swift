import Compression
import Hashing
import Server
import WebAssets
import Wire

/// The browser's files: embedded in the binary, served under a path that names their content.
///
/// The hash covers all of them and stands in the path, so modules import each other by relative names and a page of
/// one build never loads a module of another.
struct AssetLibrary: Sendable {
  private struct Asset: Sendable {
    let contentType: String
    let bytes: [UInt8]
    /// Nil where compressing gained nothing.
    let gzipped: [UInt8]?
  }

  private let assets: [String: Asset]
  /// Ten hexadecimal digits.
  let hash: String

  /// - Parameter files: by their name below `web/`, such as `js/app.js`. Stylesheets are joined into `css/app.css`.
  init(files: [String: [UInt8]]) {
    var contents = files.filter { !$0.key.hasPrefix("css/") }
    contents["css/app.css"] = Self.stylesheet(files.filter { $0.key.hasPrefix("css/") })
    var digest = SHA256()
    for name in contents.keys.sorted() {
      digest.update(Array(name.utf8))
      digest.update(contents[name]!)  // the key is one of its own
    }
    hash = String(hex(digest.finalize()).prefix(10))
    assets = contents.reduce(into: [:]) { assets, file in
      let gzipped = gzip(file.value)
      assets[file.key] = Asset(
        contentType: Self.contentType(file.key), bytes: file.value,
        gzipped: gzipped.count < file.value.count ? gzipped : nil)
    }
  }

  /// Where a page finds a file.
  func url(_ name: String) -> String { "/assets/\(hash)/\(name)" }

  /// Nil where there is no such file, also for the hash of another build.
  func response(hash: String, name: String, to head: RequestHead) -> Response? {
    guard hash == self.hash, let asset = assets[name] else { return nil }
    let tag = EntityTag(hash)
    var response = Response(.ok, contentType: asset.contentType, body: asset.bytes)
    response.fields["cache-control"] = "public, max-age=31536000, immutable"
    response.fields["etag"] = tag.description
    response.fields["vary"] = "accept-encoding"
    if head.fields.ifNoneMatch(tag) {
      response.status = .notModified
      response.body = []
    } else if let gzipped = asset.gzipped, head.fields.acceptsGzip {
      response.fields["content-encoding"] = "gzip"
      response.body = .bytes(gzipped)
    }
    return response
  }

  /// One stylesheet, in the order in which the layers build on one another: a page asks once.
  private static func stylesheet(_ files: [String: [UInt8]]) -> [UInt8] {
    let first = ["css/app.css", "css/tokens.css", "css/reset.css", "css/base.css"]
    let names = first + files.keys.filter { !first.contains($0) }.sorted()
    return Array(names.compactMap { files[$0] }.joined(separator: [UInt8(ascii: "\n")]))
  }

  private static func contentType(_ name: String) -> String {
    switch name.split(separator: ".").last {
    case "js": "text/javascript; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "svg": "image/svg+xml"
    default: "application/octet-stream"
    }
  }
}
