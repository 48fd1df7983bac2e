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
    guard case .file = FileKind(folder.database) else {
      throw .inaccessible(path: folder.database, reason: "there is no such file")
    }
    guard FileKind(path) == .missing else {
      throw .inaccessible(path: path, reason: "there is something already; name a file that does not exist")
    }
    let place = parent(of: path)
    guard FileKind(place) == .folder else { throw .inaccessible(path: place, reason: "the folder does not exist") }
    guard access(place, W_OK | X_OK) == 0 else {
      throw .inaccessible(path: place, reason: String(cString: strerror(errno)))
    }
    let partial = "\(path).\(getpid()).partial"
    unlink(partial)
    defer { for suffix in ["", "-journal", "-wal", "-shm"] { unlink(partial + suffix) } }
    try copy(folder, to: partial)
    // A link, unlike a new name, never takes the place of a file that came meanwhile.
    guard link(partial, path) == 0 else { throw .inaccessible(path: path, reason: String(cString: strerror(errno))) }
    synchronize(folderOf: path)
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

private func parent(of path: String) -> String {
  let end = path.utf8.lastIndex(of: UInt8(ascii: "/"))
  return end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
}

/// Waits until the disk knows the name of a new file.
private func synchronize(folderOf path: String) {
  let descriptor = open(parent(of: path), O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}
