import Compression
import Domain
import Hashing

/// The browser's files, ready to be served or written to a site, under a path that names their content.
///
/// The hash covers all of them and is a part of the path. So modules can import each other by relative paths, every file
/// can be cached for ever, and a page of one build never loads a module of another.
package struct AssetLibrary: Sendable {
  package struct Asset: Sendable {
    /// The media type, as a Content-Type field has it.
    package let contentType: String
    package let bytes: [UInt8]
    /// Nil if compressing gains nothing.
    package let gzipped: [UInt8]?
  }

  private let assets: [String: Asset]
  /// Ten hexadecimal digits.
  package let hash: String

  /// - Parameter files: Stylesheets are joined into `css/app.css`; everything else keeps its path.
  /// - Precondition: No two files have the same path.
  package init(_ files: [AssetFile]) {
    let contents = Self.contents(files)
    var digest = SHA256()
    for (path, bytes) in contents.sorted(by: { $0.key < $1.key }) {
      digest.update(Array(path.utf8))
      digest.update(bytes)
    }
    hash = String(hex(digest.finalize()).prefix(10))
    assets = contents.reduce(into: [:]) { assets, file in
      let gzipped = gzip(file.value)
      assets[file.key] = Asset(
        contentType: Self.contentType(file.key), bytes: file.value,
        gzipped: gzipped.count < file.value.count ? gzipped : nil)
    }
  }

  /// The address of a file.
  /// - Parameter path: in a folder, or in a folder of a folder.
  package func address(_ path: String) -> Address { .asset(path, hash: hash) }

  /// The address of a file as a page writes it.
  package func url(_ path: String) -> String { address(path).description }

  /// - Parameter hash: The one in the path of the request.
  /// - Returns: Nil if there is no such file, or the hash is another build's.
  package func asset(_ path: String, hash: String) -> Asset? { hash == self.hash ? assets[path] : nil }

  private static func contents(_ files: [AssetFile]) -> [String: [UInt8]] {
    let byPath = Dictionary(files.map { ($0.path, $0.bytes) }) { _, _ in
      preconditionFailure("Two files for the browser have the same path.")
    }
    var contents = byPath.filter { !$0.key.hasPrefix("css/") }
    contents["css/app.css"] = styleSheet(byPath.filter { $0.key.hasPrefix("css/") })
    return contents
  }

  /// One stylesheet for all pages, so that a page asks once. The first ones define what the others use.
  private static func styleSheet(_ files: [String: [UInt8]]) -> [UInt8] {
    let first = ["css/app.css", "css/tokens.css", "css/reset.css", "css/base.css"]
    let paths = first + files.keys.filter { !first.contains($0) }.sorted()
    return Array(paths.compactMap { files[$0] }.joined(separator: [UInt8(ascii: "\n")]))
  }

  private static func contentType(_ path: String) -> String {
    switch path.split(separator: ".").last {
    case "js": "text/javascript; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "svg": "image/svg+xml"
    default: "application/octet-stream"
    }
  }
}
