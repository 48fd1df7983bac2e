import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Store {
  /// Copies one snapshot of a folder's store into a single file. A server may have the folder open, and isn't disturbed.
  ///
  /// The copy has no epoch, so a server that starts from it begins a new line of messages, and no client confuses it with
  /// the old one. The copy is written under a temporary name first: a file at `path` is always a complete backup.
  /// - Throws: ``StoreError/inaccessible(path:reason:)`` if there is a file already, or it can't be created;
  ///   ``StoreError/full(path:)``.
  package static func backup(folder: String, to path: String) throws(StoreError) {
    let folder = DataFolder(path: folder)
    guard FileKind(folder.database).isFile else {
      throw .inaccessible(
        path: folder.database, reason: "there is no such file; pass the data folder of the server with --data")
    }
    guard FileKind(path) == .missing else {
      throw .inaccessible(path: path, reason: "it exists already; name a file that does not exist")
    }
    do throws(FileError) {
      try FileSystem.checkFolder(FilePath.parent(of: path), for: .changing)
    } catch {
      throw .inaccessible(path: error.path, reason: error.isMissing ? "the folder does not exist" : error.reason)
    }
    let partial = "\(path).\(getpid()).partial"
    try? FileSystem.remove(partial)
    defer { for suffix in ["", "-journal", "-wal", "-shm"] { try? FileSystem.remove(partial + suffix) } }
    try copy(folder, to: partial)
    do throws(FileError) {
      try FileSystem.publish(partial, as: path)
    } catch {
      throw .inaccessible(path: path, reason: error.reason)
    }
  }

  private static func copy(_ folder: DataFolder, to partial: String) throws(StoreError) {
    // A separate connection, whose snapshot lasts until the copy is complete.
    let source = try Database(folder.database, .reading)
    let copy = try Database(partial, .writing)
    try source.reading { () throws(StoreError) in
      _ = try source.number("SELECT epoch FROM line")
      try source.copy(to: copy)
    }
    // One file instead of two. Changing the epoch also syncs it to the disk.
    try copy.execute("PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL")
    try copy.run("UPDATE line SET epoch = NULL")
  }
}
