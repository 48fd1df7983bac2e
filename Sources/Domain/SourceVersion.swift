import JSONValues

/// What a source consisted of when a job was accepted, so that a job never reads something else under the same name.
package struct SourceVersion: Equatable, Sendable {
  /// The number of files: 1, or the pictures of a folder.
  package var fileCount: Int
  /// The size of all files together.
  package var byteCount: Int
  /// A hash of the files' names, sizes, inodes and change times; nil if only the content is known.
  package var stamp: String?
  /// The hash of the content, in lower-case hexadecimal; nil if it is unknown, as it is for everything but uploads.
  package var sha256: String?

  package init(fileCount: Int, byteCount: Int, stamp: String?, sha256: String? = nil) {
    self.fileCount = fileCount
    self.byteCount = byteCount
    self.stamp = stamp
    self.sha256 = sha256
  }

  /// A file that is known only by its content.
  package init(sha256: String) { self.init(fileCount: 1, byteCount: 0, stamp: nil, sha256: sha256) }

  /// Whether both are certainly the same: the same content if both contents are known, otherwise the same untouched files.
  package func isSame(as other: SourceVersion) -> Bool {
    if let sha256, let otherHash = other.sha256 { return sha256 == otherHash }
    return stamp != nil && stamp == other.stamp
  }

  package var json: JSONObject {
    var json: JSONObject = ["files": .int(fileCount), "bytes": .int(byteCount)]
    json["stamp"] = stamp.map(JSON.string)
    json["sha256"] = sha256.map(JSON.string)
    return json
  }

  /// Reads what ``json`` wrote; nil if it identifies nothing.
  package init?(_ json: JSONObject) {
    let (stamp, sha256) = (json["stamp"]?.stringValue, json["sha256"]?.stringValue)
    guard stamp != nil || sha256 != nil else { return nil }
    self.init(
      fileCount: json["files"]?.intValue ?? 1, byteCount: json["bytes"]?.intValue ?? 0, stamp: stamp, sha256: sha256)
  }
}
