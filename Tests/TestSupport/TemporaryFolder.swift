#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A temporary folder that is deleted at the end of a test.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() {
    var template = Array("/tmp/telltale-test-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      String(cString: mkdtemp(buffer.baseAddress!))  // tests can't run without a writable /tmp
    }
  }

  deinit { Self.remove(path) }

  /// Writes a file, creates its parent folders, and returns its path.
  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) -> String {
    let file = "\(path)/\(name)"
    for end in name.indices where name[end] == "/" { mkdir("\(path)/\(name[..<end])", 0o755) }
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(bytes.withUnsafeBytes { Self.write(descriptor, $0) } == bytes.count)
    close(descriptor)
    return file
  }

  package func exists(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }

  /// The contents of a file; empty if it doesn't exist.
  package func read(_ name: String) -> [UInt8] {
    guard let stream = fopen("\(path)/\(name)", "r") else { return [] }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&piece, 1, piece.count, stream), count > 0 { bytes += piece[..<count] }
    return bytes
  }

  private static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }

  /// The names of its entries, in no particular order.
  package var names: [String] { Self.names(in: path) }

  private static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Removes symbolic links without following them.
  private static func remove(_ path: String) {
    if unlink(path) == 0 { return }
    for name in names(in: path) { remove("\(path)/\(name)") }
    rmdir(path)
  }
}
