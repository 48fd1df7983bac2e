#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The snapshots of a suite: `__Snapshots__/Suite/name.html` beside the test file.
public struct SnapshotFolder: Equatable, Sendable {
  public var path: String

  public init(path: String) {
    self.path = path
  }

  /// The folder for the suite in a test file. The suite has the name of the file.
  ///
  /// - Parameter testFile: The `#filePath` of the test.
  public init(besideTestFile testFile: String) {
    let parts = testFile.split(separator: "/", omittingEmptySubsequences: false)
    let suite = parts.last.map { $0.split(separator: ".").first ?? $0 } ?? ""
    path = (parts.dropLast().map(String.init) + ["__Snapshots__", String(suite)]).joined(separator: "/")
  }

  /// The last component of the path, which `swift test --filter` accepts.
  public var suite: String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// The file name of a snapshot. `/` separates folders; everything but letters, digits, `.` and `_` becomes a dash.
  public static func fileName(for name: String) -> String {
    let parts = name.split(separator: "/").map(slug).filter { part in !part.allSatisfy { $0 == "." } }
    return parts.joined(separator: "/") + ".html"
  }

  private static func slug(of part: Substring) -> String {
    let words = part.utf8.split { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): false
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."): false
      default: true
      }
    }
    return words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
  }

  /// The recorded text, or `nil` if there is no such file.
  func read(_ fileName: String) throws(SnapshotError) -> String? {
    guard let file = fopen("\(path)/\(fileName)", "r") else {
      if errno == ENOENT { return nil }
      throw SnapshotError.unreadable(path: "\(path)/\(fileName)", reason: lastReason())
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      guard count > 0 else { break }
      bytes += piece[..<count]
    }
    guard ferror(file) == 0 else {
      throw SnapshotError.unreadable(path: "\(path)/\(fileName)", reason: lastReason())
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  func write(_ text: String, as fileName: String) throws(SnapshotError) {
    let target = "\(path)/\(fileName)"
    createFolders(above: target)
    guard let file = fopen(target, "w") else {
      throw SnapshotError.unwritable(path: target, reason: lastReason())
    }
    let bytes = Array(text.utf8)
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else {
      throw SnapshotError.unwritable(path: target, reason: lastReason())
    }
  }

  func remove(_ fileName: String) throws(SnapshotError) {
    guard unlink("\(path)/\(fileName)") == 0 else {
      throw SnapshotError.unwritable(path: "\(path)/\(fileName)", reason: lastReason())
    }
  }

  /// The paths of all recorded files, relative to the folder and sorted. Empty if the folder does not exist.
  func fileNames() -> [String] {
    entries(under: "").filter { $0.hasSuffix(".html") }.sorted()
  }

  private func entries(under prefix: String) -> [String] {
    guard let folder = opendir(prefix.isEmpty ? path : "\(path)/\(prefix)") else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let relative = prefix.isEmpty ? name : "\(prefix)/\(name)"
      names += [relative] + entries(under: relative)
    }
    return names
  }

  /// Ignores errors; opening the file reports them.
  private func createFolders(above target: String) {
    var folder = ""
    for part in target.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
      folder += part + "/"
      mkdir(folder, 0o777)
    }
  }

  private func lastReason() -> String {
    String(cString: strerror(errno))
  }
}

/// A snapshot file that can't be used.
public enum SnapshotError: Error, Equatable, Sendable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case unwritable(path: String, reason: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "The snapshot \(path) could not be read: \(reason)."
    case .unwritable(let path, let reason): "The snapshot \(path) could not be written: \(reason)."
    }
  }
}
