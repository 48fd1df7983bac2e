import Domain

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A private temporary folder for the duration of a command.
enum ScratchFolder {
  /// - Throws: ``AppError`` if the folder can't be created.
  static func make() throws(AppError) -> String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/telltale-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      let reason = String(cString: strerror(errno))
      throw AppError(.storageFull, "Can't create a temporary folder in \(parent): \(reason).")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes a folder with its contents. Removes symbolic links without following them.
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
