import Domain
import Files
import WebAssets

/// The place that the browser's files come from: the binary, or a folder during development.
package struct AssetSource: Sendable {
  private let embedded: AssetLibrary
  private let added: [AssetFile]
  private let folder: String?

  /// - Parameters:
  ///   - webRoot: The project's `web` folder, to be read instead of the embedded files.
  ///   - added: Files of features that bring their own, such as a page's module. They get the same hash, so they import
  ///     the product's modules by relative paths.
  /// - Throws: ``AppError`` if the folder holds no modules.
  package init(webRoot: String? = nil, adding added: [AssetFile] = []) throws(AppError) {
    embedded = AssetLibrary(Self.embeddedFiles() + added)
    self.added = added
    folder = webRoot
    if let webRoot, let problem = Self.problem(ofWebRoot: webRoot) { throw AppError(.invalid, problem) }
  }

  /// A sentence that says why the files can't come from a folder and what to do; nil if they can.
  package static func problem(ofWebRoot folder: String) -> String? {
    if files(in: folder).contains(where: { $0.path.hasPrefix("js/") }) { return nil }
    return "The folder \(folder) has no js/*.js in it. Pass the project's web folder as --web-root."
  }

  /// The files as they are now. A folder is read again each time, so that reloading a page shows an edit.
  package var library: AssetLibrary {
    folder.map { AssetLibrary(Self.files(in: $0) + added) } ?? embedded
  }

  private static func embeddedFiles() -> [AssetFile] {
    (0..<telltale_asset_count()).map { index in
      let asset = telltale_asset(index)
      return AssetFile(
        path: String(cString: asset.name), bytes: Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count)))
    }
  }

  /// The files that `Tests/scripts/list-assets.sh` would embed.
  private static func files(in folder: String) -> [AssetFile] {
    let paths = (try? FileSystem.files(below: folder)) ?? []
    return paths.filter { ["js", "css", "svg"].contains(FilePath.fileExtension(of: $0)) }.compactMap { path in
      // An editor may have replaced the file since.
      (try? FileSystem.read("\(folder)/\(path)", maxBytes: 4 << 20)).map { AssetFile(path: path, bytes: $0) }
    }
  }
}
