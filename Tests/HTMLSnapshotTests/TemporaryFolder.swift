import HTMLSnapshot
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs `body` with a snapshot folder that does not exist yet, and removes it afterwards.
func withTemporaryFolder(_ body: (SnapshotFolder) throws -> Void) throws {
  var template = Array("/tmp/snapshots-XXXXXX".utf8CString)
  let root = try #require(mkdtemp(&template).map { String(cString: $0) })
  defer { removeAll(root) }
  try body(SnapshotFolder(path: root + "/__Snapshots__/CardTests"))
}

/// Writes a file, and creates the folders above it.
func put(_ text: String, at path: String) {
  var folder = ""
  for part in path.split(separator: "/").dropLast() {
    folder += "/" + part
    mkdir(folder, 0o777)
  }
  guard let file = fopen(path, "w") else { return }
  fputs(text, file)
  fclose(file)
}

/// The text of a file, if there is one.
func text(at path: String) -> String? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 4096)
  let count = fread(&bytes, 1, bytes.count, file)
  return String(decoding: bytes[..<count], as: UTF8.self)
}

private func removeAll(_ path: String) {
  if let folder = opendir(path) {
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { removeAll(path + "/" + name) }
    }
    closedir(folder)
  }
  remove(path)
}
