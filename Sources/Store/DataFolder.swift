import Files

/// The store's files in a data folder, and the checks that they must pass before SQLite touches them.
///
/// SQLite creates missing files, deletes a log whose database is empty, and replays any log that it finds. If a part of the
/// data was lost, each of these would destroy the evidence or the rest.
struct DataFolder: Sendable {
  let path: String
  var database: String { "\(path)/telltale.db" }
  var log: String { "\(path)/telltale.db-wal" }
  /// The index of the log, shared by SQLite's connections.
  var sharedMemory: String { "\(path)/telltale.db-shm" }
  var lock: String { "\(path)/telltale.lock" }
  var position: String { "\(path)/telltale.position" }

  /// Creates the folder if it is missing.
  /// - Throws: ``StoreError/inaccessible(path:reason:)``
  func make() throws(StoreError) {
    do throws(FileError) {
      try FileSystem.createFolder(path)
    } catch {
      if FileKind(path) == .danglingLink { throw .inaccessible(path: path, reason: Self.danglingLink) }
      if error.isMissing { throw .inaccessible(path: path, reason: "the folder above it does not exist") }
      throw StoreError(error)
    }
  }

  private static let danglingLink = "it is a symbolic link whose target does not exist"

  /// Looks at the files without changing anything.
  /// - Returns: the size of the database; nil if there is no store yet.
  /// - Throws: ``StoreError/inaccessible(path:reason:)``, ``StoreError/damaged(path:finding:)``
  func inspect() throws(StoreError) -> Int? {
    let logBytes = FileKind(log).byteCount ?? 0
    let hasPosition = FileKind(position) != .missing
    switch FileKind(database) {
    case .folder: throw .inaccessible(path: database, reason: "it is a folder")
    case .other: throw .inaccessible(path: database, reason: "it is not a file")
    case .danglingLink: throw .inaccessible(path: database, reason: Self.danglingLink)
    case .missing, .file(byteCount: 0):
      guard logBytes == 0, !hasPosition else {
        throw .damaged(path: database, finding: "it is missing or empty, but its log or telltale.position is there")
      }
      return nil
    case .file(let size):
      try checkHeader(logBytes: logBytes)
      return size
    }
  }

  private func checkHeader(logBytes: Int) throws(StoreError) {
    let header: [UInt8]
    do throws(FileError) {
      header = try OpenFile(database, for: .reading).read(20, at: 0)
    } catch {
      throw StoreError(error)
    }
    guard header.count == 20, header.starts(with: "SQLite format 3\0".utf8) else {
      throw .damaged(path: database, finding: "it does not start with the header of a database")
    }
    // Bytes 18 and 19 are 2 if the file has a log (sqlite.org/fileformat2.html §1.3.3). A backup has none, so a backup that
    // replaces a lost file is never mixed with that file's log.
    guard logBytes == 0 || header[18...19] == [2, 2] else {
      throw .damaged(path: database, finding: "telltale.db-wal belongs to another file; move it away")
    }
  }
}
