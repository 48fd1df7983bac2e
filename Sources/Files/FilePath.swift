/// Paths as text. Nothing here looks at the disk.
package enum FilePath {
  /// The folder that the last part lies in; `.` for a single name.
  package static func parent(of path: String) -> String {
    let end = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    return end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  /// The last part of a path.
  package static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// In lower case, without the dot; empty if the name has none.
  package static func fileExtension(of path: String) -> String {
    let name = name(of: path)
    guard let dot = name.lastIndex(of: ".") else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// An absolute path with every `.` and `..` resolved, as if no part of it were a symbolic link.
  package static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// Whether a normalized path is the folder or lies below it.
  package static func isInside(_ path: String, folder: String) -> Bool {
    path == folder || path.hasPrefix(folder == "/" ? "/" : "\(folder)/")
  }
}
