import Files
import HTMLSnapshot

/// Runs `body` with a snapshot folder that does not exist yet, and removes it afterwards.
func withTemporaryFolder(_ body: (SnapshotFolder) throws -> Void) throws {
  let root = try FileSystem.createTemporaryFolder(in: "/tmp", prefix: "snapshots-")
  defer { try? FileSystem.remove(root) }
  try body(SnapshotFolder(path: root + "/__Snapshots__/CardTests"))
}

/// Puts a file where a snapshot would be.
func put(_ text: String, at path: String) throws {
  try FileSystem.createFolders(FilePath.parent(of: path))
  try FileSystem.write(Array(text.utf8), to: path)
}

/// The text of a file, if there is one.
func text(at path: String) -> String? {
  (try? FileSystem.read(path, maxBytes: 1 << 20)).map { String(decoding: $0, as: UTF8.self) }
}
