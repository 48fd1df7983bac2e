import Domain
import Files
import Jobs
import WebAssets

/// Where the browser's files come from: the binary, or a folder while somebody works on them.
struct AssetSource: Sendable {
  private let embedded: AssetLibrary
  private let folder: String?

  /// - Throws: ``AppError`` where the folder holds no such files.
  init(webRoot: String?) throws(AppError) {
    embedded = AssetLibrary(files: Self.embeddedFiles())
    folder = webRoot
    if let webRoot, Self.files(in: webRoot).isEmpty {
      throw AppError(
        .invalid, "The folder \(webRoot) has no js/*.js in it. Pass the project's web folder as --web-root.")
    }
  }

  /// What to serve now. From a folder it is read anew each time, so that a reload shows an edit.
  var library: AssetLibrary {
    folder.map { AssetLibrary(files: Self.files(in: $0)) } ?? embedded
  }

  private static func embeddedFiles() -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for index in 0..<telltale_asset_count() {
      let asset = telltale_asset(index)
      files[String(cString: asset.name)] = Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count))
    }
    return files
  }

  /// The same files by the same names, from the folder.
  private static func files(in folder: String) -> [String: [UInt8]] {
    embeddedFiles().reduce(into: [:]) { files, file in
      files[file.key] = try? FileSystem.read("\(folder)/\(file.key)", maxBytes: 4 << 20)
    }
  }
}
