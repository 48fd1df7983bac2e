/// A file for the browser.
package struct AssetFile: Equatable, Sendable {
  /// Below the folder of all assets, two or three parts long, such as `js/pages/job.js`. Modules import each other by
  /// relative paths.
  package var path: String
  package var bytes: [UInt8]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}
