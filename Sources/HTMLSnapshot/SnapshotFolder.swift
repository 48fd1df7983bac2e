import Files

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
    do throws(FileError) {
      return String(decoding: try FileSystem.read("\(path)/\(fileName)", maxBytes: 256 << 20), as: UTF8.self)
    } catch let error where error.isMissing {
      return nil
    } catch {
      throw .unreadable(path: error.path, reason: error.reason)
    }
  }

  func write(_ text: String, as fileName: String) throws(SnapshotError) {
    let target = "\(path)/\(fileName)"
    do throws(FileError) {
      try FileSystem.createFolders(FilePath.parent(of: target))
      try FileSystem.write(Array(text.utf8), to: target)
    } catch {
      throw .unwritable(path: error.path, reason: error.reason)
    }
  }

  func remove(_ fileName: String) throws(SnapshotError) {
    do throws(FileError) {
      try FileSystem.remove("\(path)/\(fileName)")
    } catch {
      throw .unwritable(path: error.path, reason: error.reason)
    }
  }

  /// The names of all recorded files, sorted, with their folders; empty if nothing was recorded.
  func fileNames() -> [String] {
    ((try? FileSystem.files(below: path)) ?? []).filter { $0.hasSuffix(".html") }
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
