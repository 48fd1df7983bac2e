import Files
import Synchronization

/// Tells whether the paths of an open store still lead to the files that it has open.
///
/// A file that is removed, renamed or covered by a mount keeps working for the processes that have it open, and is lost
/// for all others. So a commit proves nothing unless the paths lead where they led when the store was opened. Once they
/// don't, another server may have started on what is there now: this one must never continue, even if the files return.
final class FolderIdentity: Sendable {
  private struct Part: Sendable {
    let path: String
    let name: String
    /// Nil if it was gone already.
    let identity: Inode?

    init(path: String, name: String, identity: Inode?) {
      self.path = path
      self.name = name
      self.identity = identity
    }

    /// A file that SQLite has just opened.
    init(opened path: String, name: String) throws(StoreError) {
      do throws(FileError) {
        self.init(path: path, name: name, identity: try Inode.look(at: path)?.identity)
      } catch {
        throw StoreError(error)
      }
    }
  }

  private let path: String
  /// Open, so that no other folder gets its identity. The files are kept open by the lock and by SQLite.
  private let handle: OpenFolder
  /// The log comes last: its size is noted on the way.
  private let parts: [Part]
  private let finding = Mutex<String?>(nil)
  private let logSize = Atomic(0)

  /// Call this when the lock is held and the database and its log are open.
  /// - Throws: ``StoreError/displaced(folder:finding:)`` if a path leads elsewhere already.
  init(_ folder: DataFolder, lock: FolderLock) throws(StoreError) {
    path = folder.path
    do throws(FileError) {
      handle = try OpenFolder(folder.path)
    } catch {
      throw StoreError(error)
    }
    parts = [
      Part(path: folder.path, name: "the folder", identity: Inode(descriptor: handle.descriptor)),
      Part(path: folder.lock, name: "telltale.lock", identity: lock.identity),
      try Part(opened: folder.database, name: "telltale.db"),
      try Part(opened: folder.sharedMemory, name: "telltale.db-shm"),
      try Part(opened: folder.log, name: "telltale.db-wal"),
    ]
    try check()
  }

  /// The size of the log at the last check.
  var logBytes: Int { logSize.load(ordering: .relaxed) }

  /// Call this before a commit. Costs five system calls.
  /// - Throws: ``StoreError/displaced(folder:finding:)``, and always once it has; another error if the paths can't be
  ///   examined now.
  func check() throws(StoreError) {
    let result = finding.withLock { finding in
      Result { () throws(StoreError) in
        if finding == nil { finding = try look() }
        return finding
      }
    }
    if let finding = try result.get() { throw .displaced(folder: path, finding: finding) }
  }

  /// Call this after a commit. Like ``check()``, but ignores paths that can't be examined: the commit has happened.
  func confirm() throws(StoreError) {
    do throws(StoreError) {
      try check()
    } catch {
      if case .displaced = error { throw error }
    }
  }

  /// Describes the first path that leads elsewhere; nil if there is none.
  private func look() throws(StoreError) -> String? {
    var byteCount = 0
    for part in parts {
      let found: (identity: Inode, byteCount: Int)?
      do throws(FileError) {
        found = try Inode.look(at: part.path)
      } catch {
        throw StoreError(error)
      }
      guard let found else { return "\(part.name) is gone" }
      guard found.identity == part.identity else { return "\(part.name) is another one" }
      byteCount = found.byteCount
    }
    logSize.store(byteCount, ordering: .relaxed)
    return nil
  }
}
