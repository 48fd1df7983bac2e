import Domain

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder that nobody else has, for as long as a command runs.
enum TemporaryFolder {
  /// - Throws: ``AppError`` where none can be made.
  static func make() throws(AppError) -> String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/telltale-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      let reason = String(cString: strerror(errno))
      throw AppError(.storageFull, "No temporary folder could be made in \(parent): \(reason).")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes it with everything in it. A link is removed itself, never followed.
  static func remove(_ path: String) {
    if unlink(path) == 0 { return }
    if let folder = opendir(path) {
      while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { remove("\(path)/\(name)") }
      }
      closedir(folder)
    }
    rmdir(path)
  }
}
