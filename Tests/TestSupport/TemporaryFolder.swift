import Files

/// A temporary folder that is deleted at the end of a test.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() {
    // Tests can't run on a machine without temporary files.
    path = try! FileSystem.createTemporaryFolder(in: "/tmp", prefix: "telltale-test-")
  }

  deinit { try? FileSystem.remove(path) }

  /// Writes a file in it, in place, and creates the folders on the way.
  /// - Returns: The file's path.
  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) -> String {
    let file = "\(path)/\(name)"
    do {
      try FileSystem.createFolders(FilePath.parent(of: file))
      let open = try OpenFile(file, for: .updating)
      try open.truncate(to: bytes.count)
      try open.write(bytes, at: 0)
    } catch {
      preconditionFailure("\(error)")
    }
    return file
  }

  package func exists(_ name: String) -> Bool { ![.missing, .danglingLink].contains(FileKind("\(path)/\(name)")) }

  /// The bytes of a file in it; empty if it is missing.
  package func read(_ name: String) -> [UInt8] { (try? FileSystem.read("\(path)/\(name)", maxBytes: 1 << 30)) ?? [] }

  /// The names in it, in no order.
  package var names: [String] { (try? FileSystem.names(in: path)) ?? [] }
}
