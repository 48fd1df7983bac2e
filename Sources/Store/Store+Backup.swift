import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Store {
  /// Copies the store of a folder, whether a server has it open or not, as of one moment, into one file. Everything else
  /// goes on meanwhile.
  ///
  /// The copy has no epoch: whoever starts from it begins a new line of messages, so that no client takes it for the old one.
  /// It is written beside its place under another name first: a file at the place is a whole backup.
  /// - Throws: ``StoreError/inaccessible(path:reason:)`` where there is a file already, or it can't be made;
  ///   ``StoreError/full(path:)``.
  package static func backup(folder: String, to path: String) throws(StoreError) {
    let folder = DataFolder(path: folder)
    guard FileKind(folder.database).isFile else {
      throw .inaccessible(path: folder.database, reason: "there is no such file")
    }
    guard FileKind(path) == .missing else {
      throw .inaccessible(path: path, reason: "there is something already; name a file that does not exist")
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
    // A connection of its own: it reads from one moment until the copy is finished.
    let source = try Database(folder.database, .reading)
    let copy = try Database(partial, .writing)
    try source.reading { () throws(StoreError) in
      _ = try source.number("SELECT epoch FROM line")
      try source.copy(to: copy)
    }
    // One file instead of two; written through to the disk by the change of the epoch.
    try copy.execute("PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL")
    try copy.run("UPDATE line SET epoch = NULL")
  }
}
